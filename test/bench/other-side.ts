/** Starts the services of the benchmarks in a child process and hands out fresh storage accounts. */
import { fork } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { join } from 'node:path';
import * as v from 'valibot';
import { emulatorConnectionString } from '../../local/connection-string';

const Started = v.object({ tableUrl: v.string(), queueUrl: v.string(), iotCentral: v.string() });

export interface OtherSide {
  readonly iotCentral: string;
  readonly tableUrl: string;
  /** Of an account that nobody has used. */
  freshAccount(): { name: string; connectionString: string };
  close(): void;
}

export async function startOtherSide(): Promise<OtherSide> {
  const child = fork(join(__dirname, 'services.js'));
  const [message] = await once(child, 'message');
  const { tableUrl, queueUrl, iotCentral } = v.parse(Started, message);
  return {
    iotCentral,
    tableUrl,
    freshAccount() {
      const name = `b${randomUUID().replaceAll('-', '').slice(0, 23)}`;
      return { name, connectionString: emulatorConnectionString(name, { tableUrl, queueUrl }) };
    },
    close: () => child.disconnect(),
  };
}
