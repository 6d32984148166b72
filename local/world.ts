/** The services that `npm start` uses: simulated Azure with a demo fleet, or real Azure with the mails kept here. */
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { demoRows, prepareDemo } from './demo';
import { readOrCreate } from './folder';
import type { RegistryLine } from './registry-rows';
import { SENDER, startSimulatedAzure } from './simulated';
import { startSimulatedCommunication } from './simulated/communication';

export interface World {
  /** Environment entries of the app for these services. */
  readonly settings: Readonly<Record<string, string>>;
  readonly rows: readonly RegistryLine[];
  /** Where a person can read the mails; absent if a real mail service sends them. */
  readonly outboxUrl: string | undefined;
  close(): Promise<void>;
}

export async function simulatedWorld(folder: string, now: () => number): Promise<World> {
  const azure = await startSimulatedAzure({ now });
  // The first start is kept, so that the demo's dates stay the same after a restart.
  const firstStart = await readOrCreate(join(folder, 'born'), new Date(now()).toISOString());
  prepareDemo(azure, Date.parse(firstStart));
  const settings = {
    ...azure.settings,
    OPERATORS: 'operators@example.com',
    LINK_SECRET: await linkSecretIn(folder),
  };
  return { settings, rows: demoRows(), outboxUrl: azure.communication.url, close: azure.close };
}

/** Real endpoints and the developer's own sign-in. Mails go to the local outbox unless a mail service is set. */
export async function liveWorld(env: NodeJS.ProcessEnv, folder: string, now: () => number): Promise<World> {
  const links = { LINK_SECRET: await linkSecretIn(folder) };
  if (env.COMMUNICATION_ENDPOINT || env.COMMUNICATION_CONNECTION_STRING) {
    return { settings: links, rows: [], outboxUrl: undefined, close: async () => {} };
  }
  const mail = await startSimulatedCommunication({ now });
  const settings = { ...links, COMMUNICATION_ENDPOINT: mail.url, MAIL_SENDER: env.MAIL_SENDER ?? SENDER };
  return { settings, rows: [], outboxUrl: mail.url, close: mail.close };
}

/** Signs the links in mails. It is kept, so that old links work after a restart. */
async function linkSecretIn(folder: string): Promise<string> {
  return await readOrCreate(join(folder, 'link-secret'), randomBytes(32).toString('hex'));
}
