/** The services that `npm start` uses: simulated Azure with a demo fleet, or real Azure with the mails kept here. */
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { DAY } from '../src/formats/instant';
import { type DemoClock, demoClock } from './clock';
import { type DemoRows, prepareDemo } from './demo';
import { passDemoDays, rowsOfDay } from './demo-days';
import { readOrCreate } from './folder';
import { keepPort, onKeptPort } from './ports';
import { startSimulatedAzure } from './simulated';
import { keptMails } from './simulated/kept-mails';
import { type MailServiceName, startMailServices } from './simulated/mail-services';

export interface World {
  /** Environment entries of the app for these services. */
  readonly settings: Readonly<Record<string, string>>;
  /** Where a person can read the mails; absent if a real mail service sends them. */
  readonly outboxUrl?: string;
  /** How many mails the outbox has; absent if a real mail service sends them. */
  readonly mailCount?: () => number;
  /** Absent: the clock of this machine. */
  readonly clock?: DemoClock;
  close(): Promise<void>;
}

/** A world whose time can pass faster. */
export interface DemoWorld extends World {
  /** It is one day later, and what happens on that day happened. @returns what people wrote into the registry on it */
  passDay(): DemoRows;
}

/** @param onPassDay called by the button in the outbox */
export async function simulatedWorld(
  folder: string,
  mail: MailServiceName,
  onPassDay: () => Promise<void>,
): Promise<DemoWorld> {
  const clock = demoClock(join(folder, 'days-ahead'));
  const { now } = clock;
  const kept = keptMails(join(folder, 'outbox.jsonl'));
  const azure = await onKeptPort(join(folder, 'outbox-port'), 0, port =>
    startSimulatedAzure({ now, mail, communication: { port, kept, passDay: onPassDay } }),
  );
  await keepPort(join(folder, 'outbox-port'), azure.communication.port);
  // The first start is kept, so that the demo's dates stay the same after a restart.
  const firstStart = Date.parse(await readOrCreate(join(folder, 'born'), new Date().toISOString()));
  const today = () => Math.floor((now() - firstStart) / DAY);
  prepareDemo(azure, firstStart);
  passDemoDays(azure, firstStart, today());
  const LINK_SECRET = await linkSecretIn(folder);
  const settings = { ...azure.settings, OPERATORS: 'operators@example.com', LINK_SECRET };
  return {
    settings,
    outboxUrl: azure.communication.url,
    mailCount: () => azure.communication.mails.length,
    clock,
    passDay() {
      clock.passDay();
      passDemoDays(azure, firstStart, today());
      return rowsOfDay(today());
    },
    close: azure.close,
  };
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
  const kept = keptMails(join(folder, 'outbox.jsonl'));
  const { communication, settings, close } = await onKeptPort(join(folder, 'outbox-port'), 0, port =>
    startMailServices(mail, { now: Date.now, port, kept }),
  );
  await keepPort(join(folder, 'outbox-port'), communication.port);
  const ownSender = mail === 'graph' ? undefined : env.MAIL_SENDER;
  const sender = ownSender ? { MAIL_SENDER: ownSender } : undefined;
  return {
    settings: { LINK_SECRET, ...settings, ...sender },
    outboxUrl: communication.url,
    mailCount: () => communication.mails.length,
    close,
  };
}

/** Signs the links in mails. It is kept, so that old links work after a restart. */
async function linkSecretIn(folder: string): Promise<string> {
  return await readOrCreate(join(folder, 'link-secret'), randomBytes(32).toString('hex'));
}
