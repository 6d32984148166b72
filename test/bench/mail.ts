/** What mails cost in storage calls behind a backlog: 20,000 reminders of one owner, and 5,000 owners with one each. */
import { startSimulatedCommunication } from '../../local/simulated/communication';
import { SENDER } from '../../local/simulated/mail-services';
import { createApp } from '../../src/app';
import { DAY, type Instant, MINUTE, SECOND } from '../../src/formats/instant';
import { openTables } from '../../src/storage/tables';
import { plantBacklog } from '../support/backlog';
import { testClock } from '../support/clock';
import { startStorageProxy } from '../support/storage-proxy';
import type { Ratio } from './measure';
import type { Services } from './services';
import { nameOf, SCOPE, SILENT, settingsFor } from './watcher';

export interface MailSize {
  readonly lines: number;
  readonly owners: number;
}

interface Backlog {
  readonly targets: number;
  readonly ownerOf: (index: number) => string;
  readonly perMinute: number;
}

interface Run {
  readonly calls: number;
  readonly mails: number;
  readonly lines: number;
}

const START = '2026-06-01T00:00:00Z';
const RUNS = 3;
/** Storage calls: of a mail besides two for each line, of a run besides its mails, and of a run whose quota is spent. */
const PER_LINE = 2;
const PER_MAIL = 8;
const PER_RUN = 3;
const SPENT = 3;

export async function benchMail(services: Services, { lines, owners }: MailSize): Promise<Ratio[]> {
  const one = await runsOf(services, { targets: lines, ownerOf: () => 'ada@example.com', perMinute: 1 });
  const many = await runsOf(services, {
    targets: owners,
    ownerOf: index => `owner-${index}@example.com`,
    perMinute: 30,
  });
  return [
    ...ratiosOf(`${lines} rows of one owner`, one),
    ...ratiosOf(`${owners} owners with one reminder each`, many),
  ];
}

function ratiosOf(what: string, { sending, spent }: Awaited<ReturnType<typeof runsOf>>): Ratio[] {
  const [total, mails, lines] = (['calls', 'mails', 'lines'] as const).map(part =>
    sending.reduce((sum, run) => sum + run[part], 0),
  );
  const [calls = 0, allMails = 0, allLines = 0] = [total, mails, lines];
  const ofMails = PER_LINE * allLines + PER_MAIL * allMails;
  return [
    {
      what: `${what}: storage calls of a run over 2k + 8 for each mail of k lines and 3 for the run`,
      value: calls / (ofMails + PER_RUN * sending.length),
      unit: 'x',
      budget: 'at most 1, and 2 pages for each mail',
    },
    {
      what: `${what}: storage calls of a run with its quota spent over 3`,
      value: spent.calls / SPENT,
      unit: 'x',
      budget: 'at most 1',
    },
  ];
}

/** Runs a minute apart, and one right after the last. */
async function runsOf(services: Services, { targets, ownerOf, perMinute }: Backlog) {
  const clock = testClock(START);
  const { connectionString } = services.freshAccount();
  const tables = openTables({ kind: 'connectionString', value: connectionString });
  await tables.ready();
  await plantBacklog(connectionString, tables, targetsOf(targets, ownerOf, clock.now()), clock.now());
  const limits = { perMinute: 1e6, perHour: 1e6, statusPerMinute: 1e6, statusPerHour: 1e6 };
  const service = await startSimulatedCommunication({ now: clock.now, ...limits });
  const proxy = await startStorageProxy(connectionString);
  let calls = 0;
  proxy.answer = () => {
    calls += 1;
    return undefined;
  };
  const app = createApp(
    {
      ...settingsFor(services, proxy.connectionString),
      MAIL_TO: 'owners',
      COMMUNICATION_ENDPOINT: service.url,
      MAIL_SENDER: SENDER,
      MAIL_PER_MINUTE: `${perMinute}`,
      MAIL_PER_HOUR: '1000',
    },
    clock,
  );
  await app.report({ limit: 1 });
  const run = async (): Promise<Run> => {
    const known = service.mails.length;
    calls = 0;
    await app.sendReminders(SILENT);
    const mails = service.mails.slice(known);
    const texts = mails.map(({ message }) => message.content.plainText ?? '');
    const lines = texts.reduce((sum, text) => sum + new Set(text.match(/device-\d{6}/g)).size, 0);
    console.log(`  ${targets} lines wait: ${calls} storage calls, ${mails.length} mails, ${lines} lines`);
    return { calls, mails: mails.length, lines };
  };
  const sending: Run[] = [];
  for (let index = 0; index < RUNS; index += 1) {
    if (index > 0) clock.pass(MINUTE);
    sending.push(await run());
  }
  clock.pass(SECOND);
  const spent = await run();
  await Promise.all([service.close(), proxy.close()]);
  return { sending, spent };
}

/** Due targets that expire within 60 days, in an order that is not that of their names. */
function targetsOf(count: number, ownerOf: (index: number) => string, now: Instant) {
  const gap = Math.floor((59 * DAY) / count);
  return Array.from({ length: count }, (_, index) => ({
    scope: SCOPE,
    name: nameOf((index * 7_919) % count),
    owner: ownerOf(index),
    expiresOn: now + (index + 1) * gap,
  }));
}
