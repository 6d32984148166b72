/** The world that `npm start` watches: simulated Azure with a demo fleet, or the real one with mails kept here. */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { demoRows, furnish } from './demo/fleet';
import type { RegistryLine } from './registry-file';
import { SENDER, startSimulatedAzure } from './simulated';
import { startSimulatedCommunication } from './simulated/communication';

export interface World {
  /** The app's environment entries for it. */
  readonly settings: Readonly<Record<string, string>>;
  readonly rows: readonly RegistryLine[];
  /** Where mails can be looked at; absent where a real mail service sends them. */
  readonly outboxUrl: string | undefined;
  close(): Promise<void>;
}

export async function simulatedWorld(folder: string, now: () => number): Promise<World> {
  const azure = await startSimulatedAzure({ now });
  furnish(azure, await bornOn(folder, now()));
  const settings = { ...azure.settings, OPERATORS: 'operators@example.com' };
  return { settings, rows: demoRows(), outboxUrl: azure.communication.url, close: azure.close };
}

/** Real endpoints and the developer's own sign-in; mails go to the local outbox unless a mail service is set. */
export async function liveWorld(env: NodeJS.ProcessEnv, now: () => number): Promise<World> {
  if (env.COMMUNICATION_ENDPOINT || env.COMMUNICATION_CONNECTION_STRING) {
    return { settings: {}, rows: [], outboxUrl: undefined, close: async () => {} };
  }
  const mail = await startSimulatedCommunication({ now });
  const settings = { COMMUNICATION_ENDPOINT: mail.url, MAIL_SENDER: env.MAIL_SENDER ?? SENDER };
  return { settings, rows: [], outboxUrl: mail.url, close: mail.close };
}

/** The day the demo was born: kept beside its data, so that its dates stand still. */
async function bornOn(folder: string, now: number): Promise<number> {
  const file = join(folder, 'born');
  const kept = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '';
    throw error;
  });
  const born = Date.parse(kept.trim());
  if (!Number.isNaN(born)) return born;
  await mkdir(folder, { recursive: true });
  await writeFile(file, new Date(now).toISOString());
  return now;
}
