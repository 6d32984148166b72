/** Two senders on one storage: one stalls at each of its steps while the other runs, and then continues. */
import { TableClient } from '@azure/data-tables';
import { type SimulatedAzure, startSimulatedAzure } from '../../local/simulated';
import type { MailTotals } from '../../src/core/mail-outcome';
import { HOUR, MINUTE, SECOND } from '../../src/formats/instant';
import { openTables } from '../../src/storage/tables';
import type { HeldClaim, Mailer } from '../../src/watch/ports';
import type { SendDeps } from '../../src/watch/remind/send-digest';
import { freshStorage } from '../support/azurite';
import { type TestClock, testClock } from '../support/clock';
import { type Change, changing, composeWatch, remindAll, sweepAll, UNLIMITED } from '../support/crashing';
import { allStates } from '../support/states';
import { CONTOSO, dumpOf, HOST } from '../support/story';

const ADA = 'ada@example.com';
const OPS = 'ops@example.com';
const DUE = '2026-06-30T12:00:00.000Z';

interface Point {
  /** The n-th change, from 1. */
  readonly at: number;
  readonly when: 'before' | 'after';
}

/** One life on storage of its own; the simulated services are shared. */
interface Life {
  /** The sender that does not stall, and makes the sweeps. */
  readonly other: SendDeps;
  readonly stalled: SendDeps;
  readonly storage: string;
  readonly lines: string[];
  /** By owner and target: the operation ids of the mails that told it. */
  readonly mailed: Map<string, Set<string>>;
  register(...names: string[]): Promise<void>;
  unregister(name: string): Promise<void>;
  sweep(): Promise<void>;
  remind(): Promise<void>;
}

interface Scenario {
  readonly prepare: (life: Life) => Promise<void>;
  /** What happens while one sender stalls. That lasts longer than other senders leave a claim alone. */
  readonly meanwhile: (life: Life) => Promise<void>;
  /** Right after the sender that stalled has ended, before another one continues. */
  readonly afterwards?: (life: Life) => Promise<void>;
  /** A change before which it does not stall. */
  readonly but?: 'mailer.send';
  readonly told: Readonly<Record<string, string>>;
  /** How many operation ids its reminders have at most: each but the last is one that the service does not know. */
  readonly attempts?: number;
  /** The counts that do not depend on when the other sender ran. */
  readonly counted?: Partial<MailTotals>;
}

let azure: SimulatedAzure;
let clock: TestClock;
const refused = new Set<string>();
beforeEach(async () => {
  clock = testClock('2026-06-01T00:00:00Z');
  const quiet = { perMinute: 1e6, perHour: 1e6, statusPerMinute: 1e6, statusPerHour: 1e6 };
  azure = await startSimulatedAzure({
    now: () => clock.now(),
    communication: quiet,
    iotCentral: { throttle: false },
  });
  refused.clear();
});
afterEach(() => azure.close());

async function newLife(): Promise<Life> {
  clock.to('2026-06-01T00:00:00Z');
  azure.iotCentral.app(HOST).tokens.clear();
  azure.communication.switches.scripts.length = 0;
  answersNow();
  azure.communication.forgetOperations();
  const storage = freshStorage();
  const env = { ...UNLIMITED, AzureWebJobsStorage: storage, OPERATORS: OPS, ...azure.settings };
  await openTables({ kind: 'connectionString', value: storage }).ready();
  const registry = TableClient.fromConnectionString(storage, 'registry', { allowInsecureConnection: true });
  const mailed = new Map<string, Set<string>>();
  const sender = () => noting(composeWatch(env, clock), mailed);
  const [other, stalled] = [sender(), sender()];
  const lines: string[] = [];
  const log = {
    info: (line: string) => void lines.push(line),
    warn: (line: string) => void lines.push(line),
  };
  return {
    other,
    stalled,
    storage,
    lines,
    mailed,
    async register(...names) {
      for (const rowKey of names) {
        azure.iotCentral.token(HOST, rowKey).expires(DUE);
        await registry.upsertEntity({ partitionKey: CONTOSO, rowKey, owners: ADA }, 'Replace');
      }
    },
    unregister: async name => void (await registry.deleteEntity(CONTOSO, name)),
    sweep: () => sweepAll(other, log),
    remind: () => remindAll(other, log),
  };
}

/** Until it answers, the service does not say how a mail ended. */
function answersLater(): void {
  azure.communication.switches.pollsUntilFinal = 1_000;
}
function answersNow(): void {
  azure.communication.switches.pollsUntilFinal = 1;
}

/** The same watch, which notes what was told in which mail, and whose mail service refuses some owners for good. */
function noting(watch: SendDeps, mailed: Life['mailed']): SendDeps {
  const noted = (mailer: Mailer): Mailer => ({
    ...mailer,
    async send(digest, id) {
      if (refused.has(digest.owner))
        return { outcome: 'refused', cause: 'recipient', message: 'it knows no such address' };
      const answer = await mailer.send(digest, id);
      if (answer.outcome !== 'accepted') return answer;
      for (const { reminder } of digest.lines) {
        const key = `${digest.owner} ${reminder.reason} ${reminder.name}`;
        mailed.set(key, (mailed.get(key) ?? new Set()).add(id));
      }
      return answer;
    },
  });
  return { ...watch, mailer: async () => noted(await watch.mailer()) };
}

/** @returns whether the sender came to the point at which it stalls. */
async function survives(scenario: Scenario, { at, when }: Point): Promise<boolean> {
  const life = await newLife();
  await scenario.prepare(life);
  let changes = 0;
  let stalled = false;
  let spared = false;
  const change: Change = async (name, carryOut) => {
    changes += 1;
    const here = changes === at;
    stalled ||= here;
    spared ||= here && when === 'before' && name === scenario.but;
    if (here && when === 'before' && !spared) await scenario.meanwhile(life);
    const result = await carryOut();
    if (here && when === 'after') await scenario.meanwhile(life);
    return result;
  };
  const log = { info: (line: string) => void life.lines.push(line), warn: () => undefined };
  // It ends without an error in every case.
  await remindAll(changing(life.stalled, change), log);
  if (!stalled || spared) return stalled;
  await scenario.afterwards?.(life);
  for (let run = 0; run < 4; run += 1) {
    clock.pass(5 * MINUTE);
    await life.sweep();
    await life.remind();
  }
  await expectTold(life, scenario);
  return true;
}

/** Each line is in one mail, whose id its target has on record; the outbox is empty; each mail is counted once. */
async function expectTold(life: Life, { told, counted = {}, attempts = 1 }: Scenario): Promise<void> {
  for (const [line, ids] of life.mailed)
    if (!line.includes(' undelivered ')) expect([line, ids.size <= attempts]).toEqual([line, true]);
  const found: Record<string, string> = {};
  for await (const { name, told: owners } of allStates(life.other.tables))
    for (const [owner, [line]] of owners) {
      if (owner === ADA) found[name] = line?.outcome ?? '';
      const ids = life.mailed.get(`${owner} ${line?.reason} ${name}`) ?? new Set(line && [line.operationId]);
      expect([...ids].at(-1)).toEqual(line?.operationId);
    }
  expect(found).toMatchObject(told);
  expect(await dumpOf(life.storage, ['outbox'])).toEqual([]);
  const { totals } = await life.other.tables.mailLedger.of('acs').counts();
  const mails = new Set([...life.mailed.values()].flatMap(ids => [...ids])).size;
  if (attempts === 1)
    expect([totals.accepted, totals.delivered + totals.undelivered]).toEqual([mails, mails]);
  expect(totals).toMatchObject(counted);
}

/** Stalls before and after each change of a run. */
async function expectSurvival(scenario: Scenario, least: number): Promise<void> {
  let points = 0;
  for (const when of ['before', 'after'] as const) {
    for (let at = 1; ; at += 1) {
      const stalled = await survives(scenario, { at, when }).catch((error: unknown) => {
        throw new Error(`stalled ${when} change ${at}: ${error instanceof Error ? error.message : error}`);
      });
      if (!stalled) break;
      points += 1;
    }
  }
  expect(points).toBeGreaterThanOrEqual(2 * least);
}

const twoDue = async ({ register, sweep }: Life) => {
  await register('a', 'b');
  await sweep();
};
const claimOf = async ({ other }: Life): Promise<HeldClaim | undefined> =>
  (await other.tables.outbox.of(ADA)).claim;

test('a sender whose mail service answers late stops without an error and says why', async () => {
  const life = await newLife();
  await twoDue(life);
  const change: Change = async (name, carryOut) => {
    const answer = await carryOut();
    if (name === 'mailer.send') {
      clock.pass(2 * MINUTE);
      await life.remind();
    }
    return answer;
  };
  const lines: string[] = [];
  const log = {
    info: (line: string) => void lines.push(line),
    warn: (line: string) => void lines.push(line),
  };
  await remindAll(changing(life.stalled, change), log);
  expect(lines).toEqual([
    expect.stringMatching(/^Another sender has taken over a digest; this one stops \(operation \S+\)\.$/),
  ]);
});

/** One of two targets is no longer watched, so the mail about the other one has another operation id. */
async function tellTheRest({ unregister, sweep, remind }: Life): Promise<void> {
  await unregister('b');
  await sweep();
  await remind();
}

const quiet = { info: () => undefined, warn: () => undefined };
const mailsOf = ({ mailed }: Life, name: string) => mailed.get(`${ADA} 30d ${name}`)?.size;

test('a sender that stalls before its request, past the time that others leave its claim alone, makes none', async () => {
  const life = await newLife();
  await twoDue(life);
  const mailer = async () => {
    clock.pass(2 * MINUTE);
    await tellTheRest(life);
    return await life.stalled.mailer();
  };
  await remindAll({ ...life.stalled, mailer }, quiet);
  expect([mailsOf(life, 'a'), mailsOf(life, 'b')]).toEqual([1, undefined]);
});

test('a digest that is tried again is left alone while its request is on its way', async () => {
  const life = await newLife();
  await twoDue(life);
  azure.communication.refuses({ fault: 'status', status: 500 });
  await life.remind();
  clock.pass(5 * MINUTE);
  const change: Change = async (name, carryOut) => {
    if (name === 'mailer.send') {
      clock.pass(20 * SECOND);
      await tellTheRest(life);
    }
    return await carryOut();
  };
  await remindAll(changing(life.stalled, change), quiet);
  expect([mailsOf(life, 'a'), mailsOf(life, 'b')]).toEqual([1, 1]);
});

describe('while one sender stalls', () => {
  test('another sends, tells and finishes the same digest: one mail, one operation id, one count', () =>
    expectSurvival(
      {
        prepare: twoDue,
        async meanwhile({ remind }) {
          clock.pass(2 * MINUTE);
          await remind();
        },
        told: { a: 'accepted', b: 'accepted' },
        counted: { accepted: 1, delivered: 1 },
      },
      7,
    ));

  test('another finds that it did not arrive, and that stays on record', () =>
    expectSurvival(
      {
        async prepare(life) {
          azure.communication.recipient(ADA, 'dropped');
          answersLater();
          await twoDue(life);
        },
        async meanwhile({ remind }) {
          clock.pass(2 * MINUTE);
          await remind();
          answersNow();
          clock.pass(5 * MINUTE);
          await remind();
        },
        told: { a: 'undelivered', b: 'undelivered' },
        counted: { undelivered: 1 },
      },
      7,
    ));

  // A request ends within its client's limit of 30 seconds, long before another sender may change the claim.
  test('lines change, and another sends what is left: no line is told by both', () =>
    expectSurvival(
      {
        prepare: twoDue,
        async meanwhile({ unregister, register, sweep, remind }) {
          clock.pass(2 * MINUTE);
          await unregister('b');
          await register('c');
          await sweep();
          await remind();
          clock.pass(2 * MINUTE);
          await remind();
        },
        but: 'mailer.send',
        told: { a: 'accepted', c: 'accepted' },
      },
      7,
    ));

  test('another has gone on to the next digest, whose claim stays as it is', () => {
    let next: HeldClaim | undefined;
    return expectSurvival(
      {
        prepare: twoDue,
        async meanwhile(life) {
          clock.pass(2 * MINUTE);
          await life.remind();
          await life.register('c');
          await life.sweep();
          azure.communication.refuses({ fault: 'status', status: 500 });
          await life.remind();
          next = await claimOf(life);
        },
        async afterwards(life) {
          expect(next).toMatchObject({ tries: 1 });
          expect(await claimOf(life)).toEqual(next);
        },
        told: { a: 'accepted', b: 'accepted', c: 'accepted' },
        counted: { accepted: 2, delivered: 2 },
      },
      7,
    );
  });

  test('another is refused for good: the operators hear it once, and it is counted once', () =>
    expectSurvival(
      {
        async prepare(life) {
          await twoDue(life);
          refused.add(ADA);
        },
        async meanwhile({ remind }) {
          clock.pass(2 * MINUTE);
          await remind();
        },
        told: { a: 'refused', b: 'refused' },
        counted: { refused: 1, accepted: 1, delivered: 1 },
      },
      7,
    ));

  test('another learns that a mail arrived: it is no longer followed, and counted once', () =>
    expectSurvival(
      {
        async prepare(life) {
          await twoDue(life);
          answersLater();
          await life.remind();
          answersNow();
          clock.pass(5 * MINUTE);
        },
        async meanwhile({ remind }) {
          clock.pass(2 * MINUTE);
          await remind();
        },
        told: { a: 'accepted', b: 'accepted' },
        counted: { accepted: 1, delivered: 1 },
      },
      3,
    ));

  test('another takes a mail back that the service does not know, and sends the next attempt: no third one', () =>
    expectSurvival(
      {
        async prepare(life) {
          await twoDue(life);
          azure.communication.refuses({ fault: 'odd', status: 202, names: 'ours' });
          await life.remind();
          clock.pass(2 * HOUR);
        },
        async meanwhile({ remind }) {
          clock.pass(2 * MINUTE);
          await remind();
          await remind();
        },
        attempts: 2,
        told: { a: 'accepted', b: 'accepted' },
      },
      4,
    ));

  test('another sends the next attempt of a mail that was taken oddly: no third one', () =>
    expectSurvival(
      {
        async prepare(life) {
          await twoDue(life);
          azure.communication.refuses({ fault: 'odd', status: 200, names: 'none' });
          await life.remind();
          clock.pass(5 * MINUTE);
        },
        async meanwhile({ remind }) {
          clock.pass(2 * MINUTE);
          await remind();
        },
        but: 'mailer.send',
        attempts: 2,
        told: { a: 'accepted', b: 'accepted' },
      },
      7,
    ));

  test('another finds out that a mail was lost while a digest about the same targets is told', () =>
    expectSurvival(
      {
        async prepare(life) {
          azure.communication.recipient(ADA, 'dropped');
          answersLater();
          clock.to('2026-06-29T06:00:00Z');
          await twoDue(life);
          await life.remind();
          azure.communication.recipient(ADA, 'delivered');
          clock.to('2026-06-29T12:00:00Z');
          await life.sweep();
        },
        async meanwhile({ remind }) {
          answersNow();
          clock.pass(2 * MINUTE);
          await remind();
        },
        told: { a: 'accepted', b: 'accepted' },
      },
      7,
    ));
});
