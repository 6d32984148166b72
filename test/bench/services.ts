/** Azurite and a fast IoT Central for the benchmarks, in a child process: their work is not counted as the app's. */
import { fork } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import * as v from 'valibot';
import { emulatorConnectionString } from '../../local/connection-string';
import { LOOPBACK, listen } from '../../local/ports';

const Started = v.object({ tableUrl: v.string(), queueUrl: v.string(), iotCentral: v.string() });
const EXPIRY = '2031-01-01T00:00:00.000Z';

export interface Services {
  readonly iotCentral: string;
  readonly tableUrl: string;
  /** A storage account that was never used. */
  freshAccount(): { name: string; connectionString: string };
  close(): void;
}

export async function startServices(): Promise<Services> {
  const child = fork(process.argv[1] ?? '', ['serve']);
  const ended = once(child, 'exit').then(() => {
    throw new Error('The process with the services ended early.');
  });
  const [message] = await Promise.race([once(child, 'message'), ended]);
  ended.catch(() => undefined);
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

/** The child's side: it serves until the parent ends or disconnects. */
export async function serveParent(): Promise<void> {
  process.once('disconnect', () => process.exit(0));
  // Loaded here, so that the parent's memory does not hold Azurite.
  const { startAzurite } = await import('../../local/azurite');
  const { tableUrl, queueUrl } = await startAzurite({ anyAccount: true });
  process.send?.({ tableUrl, queueUrl, iotCentral: await startIotCentral() });
}

/** Answers every read at once and without a limit: only the app's own speed is measured. */
async function startIotCentral(): Promise<string> {
  const server = createServer((request, response) => {
    request.resume();
    const body = JSON.stringify({ id: 'bench', roles: [], expiry: EXPIRY });
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': body.length });
    response.end(body);
  });
  // The floor's connections are idle while the emulator writes, and that takes longer than Node's five seconds.
  server.keepAliveTimeout = 60_000;
  return `http://${LOOPBACK}:${await listen(server, 0)}`;
}
