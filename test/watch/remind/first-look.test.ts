/** The first look: what the mail service says of a mail right after it has taken it, and the quota that this look takes. */
import { TableClient } from '@azure/data-tables';
import { type SimulatedAzure, startSimulatedAzure } from '../../../local/simulated';
import { UNUSED } from '../../../src/core/quota';
import { MINUTE, SECOND } from '../../../src/formats/instant';
import { openTables } from '../../../src/storage/tables';
import type { OperationStatus, SentDigest } from '../../../src/watch/ports';
import type { SendDeps } from '../../../src/watch/remind/send-digest';
import { freshStorage } from '../../support/azurite';
import { type TestClock, testClock } from '../../support/clock';
import { composeWatch, remindAll, sweepAll } from '../../support/crashing';
import { CONTOSO, HOST } from '../../support/story';

const ADA = 'ada@example.com';
const OPS = 'ops@example.com';
const LIMITS = { MAIL_PER_MINUTE: '2', MAIL_PER_HOUR: '100' };
const GATEWAY = { scope: CONTOSO, name: 'gateway' };
const silent = { info: () => undefined, warn: () => undefined };

let azure: SimulatedAzure;
let clock: TestClock;
let watch: SendDeps;
/** What the service says right after each send. */
let firstLook: OperationStatus | undefined;

beforeEach(async () => {
  clock = testClock('2026-06-01T00:00:00Z');
  azure = await startSimulatedAzure({ now: () => clock.now() });
  const storage = freshStorage();
  await openTables({ kind: 'connectionString', value: storage }).ready();
  const registry = TableClient.fromConnectionString(storage, 'registry', { allowInsecureConnection: true });
  const composed = composeWatch(
    { ...LIMITS, AzureWebJobsStorage: storage, OPERATORS: OPS, ...azure.settings },
    clock,
  );
  watch = {
    ...composed,
    mailer: async () => {
      const mailer = await composed.mailer();
      return {
        ...mailer,
        async send(digest, id) {
          const answer = await mailer.send(digest, id);
          return answer.outcome === 'accepted' ? { ...answer, firstLook } : answer;
        },
      };
    },
  };
  azure.iotCentral.token(HOST, 'gateway').expires('2026-06-30T12:00:00Z');
  await registry.createEntity({ partitionKey: CONTOSO, rowKey: 'gateway', owners: ADA });
  await sweepAll(watch, silent);
});
afterEach(() => azure.close());

const remind = () => remindAll(watch, silent);
const outboxOf = (owner: string) => watch.tables.outbox.of(owner);
const totals = async () => (await watch.tables.mailLedger.of('acs').counts()).totals;
const outcome = async () => (await watch.tables.expiries.row(GATEWAY))?.told.get(ADA)?.[0]?.outcome;
const events = async () => (await watch.tables.history.of(GATEWAY, 10)).map(({ type }) => type);
const looks = () => azure.communication.requests.filter(({ path }) => path.startsWith('/emails/operations/'));

async function followed(): Promise<SentDigest | undefined> {
  const { lines, claim, sent } = await outboxOf(ADA);
  expect([lines, claim]).toEqual([[], undefined]);
  return sent[0];
}

test('that finds a mail delivered ends it: it is counted and not followed', async () => {
  firstLook = { status: 'succeeded' };
  await remind();
  expect(await followed()).toBeUndefined();
  expect(await outcome()).toBe('accepted');
  expect(await totals()).toMatchObject({ accepted: 1, delivered: 1, undelivered: 0 });
  const before = looks().length;
  clock.pass(10 * MINUTE);
  await remind();
  expect(looks()).toHaveLength(before);
});

test('that finds a mail not delivered records that, and tells the operators', async () => {
  firstLook = { status: 'failed', message: 'the mailbox is full' };
  await remind();
  expect(await followed()).toBeUndefined();
  expect(await outcome()).toBe('undelivered');
  expect(await totals()).toMatchObject({ accepted: 1, delivered: 0, undelivered: 1 });
  expect(await events()).toEqual(expect.arrayContaining(['told', 'undelivered']));
  const [line] = (await outboxOf(OPS)).lines;
  expect(line?.reminder).toMatchObject({ reason: 'undelivered', name: ADA, about: clock.now() });
});

const open: OperationStatus[] = [
  { status: 'running' },
  { status: 'absent' },
  { status: 'unknown', cause: 'unknown', message: 'it answered 500' },
];
test.each(open)(
  'that says %j leaves the mail to be followed, with the next look 5 minutes later',
  async said => {
    firstLook = said;
    const start = clock.now();
    await remind();
    expect(await followed()).toMatchObject({ on: start, lookOn: start + 4 * MINUTE });
    expect(await outcome()).toBe('accepted');
    const before = looks().length;
    clock.pass(3 * MINUTE);
    await remind();
    expect(looks()).toHaveLength(before);
    clock.pass(2 * MINUTE);
    await remind();
    expect(looks()).toHaveLength(before + 1);
    expect(await followed()).toBeUndefined();
    expect(await totals()).toMatchObject({ accepted: 1, delivered: 1 });
  },
);

test('that a transport does not make comes a minute later', async () => {
  firstLook = undefined;
  await remind();
  expect(await followed()).toMatchObject({ lookOn: clock.now() + MINUTE });
});

test('that the service answers with a wait pauses all looks until then', async () => {
  firstLook = { status: 'unknown', cause: 'unknown', message: 'it answered 429', retryAfterMs: 10 * MINUTE };
  await remind();
  expect(await watch.quota.mayAsk({ look: 1 }, clock.now() + 10 * MINUTE - SECOND)).toBe(false);
  expect(await watch.quota.mayAsk({ look: 1 }, clock.now() + 10 * MINUTE)).toBe(true);
  expect(await outcome()).toBe('accepted');
});

test('for which no quota is left makes the mail wait, and takes nothing of the quota of sends', async () => {
  firstLook = { status: 'succeeded' };
  expect(await watch.quota.mayAsk({ look: 4 }, clock.now())).toBe(true);
  const lines: string[] = [];
  const log = { info: (line: string) => void lines.push(line), warn: () => undefined };
  await remindAll(watch, log);
  expect(azure.communication.mails).toEqual([]);
  expect(lines).toEqual(['The mail quota is spent: the rest waits in the outbox.']);
  expect((await outboxOf(ADA)).claim).toBeUndefined();
  expect((await watch.tables.mailLedger.of('acs').counts()).send).toEqual(UNUSED);
  clock.pass(MINUTE + 10 * SECOND);
  await remind();
  expect(azure.communication.mails).toHaveLength(1);
});
