/** The services that `npm start` uses: simulated Azure with a demo fleet, or real Azure with the mails kept here. */
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { prepareDemo } from './demo';
import { readOrCreate } from './folder';
import { startSimulatedAzure } from './simulated';
import { type MailServiceName, startMailServices } from './simulated/mail-services';

export interface World {
  /** Environment entries of the app for these services. */
  readonly settings: Readonly<Record<string, string>>;
  /** Where a person can read the mails; absent if a real mail service sends them. */
  readonly outboxUrl?: string;
  close(): Promise<void>;
}

export async function simulatedWorld(folder: string, mail: MailServiceName): Promise<World> {
  const azure = await startSimulatedAzure({ now: Date.now, mail });
  // The first start is kept, so that the demo's dates stay the same after a restart.
  const firstStart = await readOrCreate(join(folder, 'born'), new Date().toISOString());
  prepareDemo(azure, Date.parse(firstStart));
  const LINK_SECRET = await linkSecretIn(folder);
  const settings = { ...azure.settings, OPERATORS: 'operators@example.com', LINK_SECRET };
  return { settings, outboxUrl: azure.communication.url, close: azure.close };
}

/** The settings that name a mail service: where one of them is set, mails leave by it. */
const MAIL_SETTINGS = [
  'COMMUNICATION_ENDPOINT',
  'COMMUNICATION_CONNECTION_STRING',
  'SMTP_URL',
  'SMTP_HOST',
  'GRAPH_MAIL_SENDER',
];

/** Real endpoints and the developer's own sign-in. Mails go to the local outbox unless a mail service is set. */
export async function liveWorld(
  env: NodeJS.ProcessEnv,
  folder: string,
  mail: MailServiceName,
): Promise<World> {
  const LINK_SECRET = await linkSecretIn(folder);
  if (MAIL_SETTINGS.some(name => env[name])) return { settings: { LINK_SECRET }, close: async () => {} };
  const { communication, settings, close } = await startMailServices(mail, { now: Date.now });
  const ownSender = mail === 'graph' ? undefined : env.MAIL_SENDER;
  const sender = ownSender ? { MAIL_SENDER: ownSender } : undefined;
  return { settings: { LINK_SECRET, ...settings, ...sender }, outboxUrl: communication.url, close };
}

/** Signs the links in mails. It is kept, so that old links work after a restart. */
async function linkSecretIn(folder: string): Promise<string> {
  return await readOrCreate(join(folder, 'link-secret'), randomBytes(32).toString('hex'));
}
