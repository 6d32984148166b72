/** The world that `npm start` watches: simulated Azure with a demo fleet, or the real one with mails kept here. */
import { randomBytes } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { demoRows, furnish } from './demo/fleet';
import type { RegistryLine } from './registry-rows';
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
  const settings = {
    ...azure.settings,
    OPERATORS: 'operators@example.com',
    LINK_SECRET: await secretIn(folder),
  };
  return { settings, rows: demoRows(), outboxUrl: azure.communication.url, close: azure.close };
}

/** Real endpoints and the developer's own sign-in; mails go to the local outbox unless a mail service is set. */
export async function liveWorld(env: NodeJS.ProcessEnv, folder: string, now: () => number): Promise<World> {
  const links = { LINK_SECRET: await secretIn(folder) };
  if (env.COMMUNICATION_ENDPOINT || env.COMMUNICATION_CONNECTION_STRING) {
    return { settings: links, rows: [], outboxUrl: undefined, close: async () => {} };
  }
  const mail = await startSimulatedCommunication({ now });
  const settings = { ...links, COMMUNICATION_ENDPOINT: mail.url, MAIL_SENDER: env.MAIL_SENDER ?? SENDER };
  return { settings, rows: [], outboxUrl: mail.url, close: mail.close };
}

/** Signs the links in mails; made once, so that links outlast a restart. */
async function secretIn(folder: string): Promise<string> {
  return await kept(join(folder, 'link-secret'), () => randomBytes(32).toString('hex'));
}

/** The day the demo was born, so that its dates stand still. */
async function bornOn(folder: string, now: number): Promise<number> {
  return Date.parse(await kept(join(folder, 'born'), () => new Date(now).toISOString()));
}

/** What a file says; made anew where there is none. */
async function kept(file: string, make: () => string): Promise<string> {
  try {
    return (await readFile(file, 'utf8')).trim();
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
    const made = make();
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, made);
    return made;
  }
}
