/** A crash at each step of a sweep and of a digest, and a restart: nothing is lost, and the calendar lists what is recorded. */
import { TableClient } from '@azure/data-tables';
import { type SimulatedAzure, startSimulatedAzure } from '../../local/simulated';
import type { StatusItem } from '../../src/core/listing';
import { fixedExpiry } from '../../src/core/standing';
import { DAY, HOUR, MINUTE } from '../../src/formats/instant';
import { openTables } from '../../src/storage/tables';
import type { Mailer } from '../../src/watch/ports';
import type { SendDeps } from '../../src/watch/remind/send-digest';

import { report } from '../../src/watch/report/status';
import { freshStorage } from '../support/azurite';
import { type TestClock, testClock } from '../support/clock';
import {
  type CrashPoint,
  composeWatch,
  crashingAt,
  remindAll,
  sweepAll,
  UNLIMITED,
  unlessCrashed,
} from '../support/crashing';
import { allStates } from '../support/states';
import { CONTOSO, dumpOf, HOST } from '../support/story';

/** One life on storage of its own; the simulated services are shared, their tokens and mails are not. */
interface Run {
  readonly clock: TestClock;
  readonly watch: SendDeps;
  readonly azure: SimulatedAzure;
  readonly storage: string;
  /** Mails to these owners are refused for good. */
  readonly refused: Set<string>;
  /** By recipient and reminder: the operation ids of the mails that told it. */
  readonly lines: Map<string, Set<string>>;
  register(name: string, columns?: Record<string, unknown>): Promise<void>;
  unregister(name: string): Promise<void>;
  token(name: string): ReturnType<SimulatedAzure['iotCentral']['token']>;
  sweep(): Promise<void>;
  remind(): Promise<void>;
}

/** What is done before the crash, what the crashing process does, and what must hold in the end. */
interface Scenario {
  readonly prepare: (run: Run) => Promise<void>;
  readonly crashingRun: 'sweep' | 'remind';
  /** Checked with the status right after the first sweep of the restarted watcher, and at the end. */
  readonly listed: Record<string, string>;
  /** `recipient: subject` of all mails, in any order. */
  readonly mailed: readonly string[];
  /** A mail does not arrive: what the operators get in the place of its owner, as `reason name`. Their notices may repeat. */
  readonly inPlace?: readonly string[];
  readonly told?: Record<string, 'accepted' | 'refused' | 'undelivered'>;
  /** Under how many operation ids the owner's reminders are sent: each but the last is one that the service does not know. */
  readonly attempts?: number;
}

const silent = { info: () => undefined, warn: () => undefined };
const OPS = 'ops@example.com';
const OLD = '2026-06-30T12:00:00.000Z';
const NEW = '2027-06-30T12:00:00.000Z';

let azure: SimulatedAzure;
let clock: TestClock;
beforeEach(async () => {
  clock = testClock('2026-06-01T00:00:00Z');
  const quiet = { perMinute: 1e6, perHour: 1e6, statusPerMinute: 1e6, statusPerHour: 1e6 };
  azure = await startSimulatedAzure({
    now: () => clock.now(),
    communication: quiet,
    iotCentral: { throttle: false },
  });
});
afterEach(() => azure.close());

async function newRun(): Promise<Run> {
  const storage = freshStorage();
  const env = { ...UNLIMITED, AzureWebJobsStorage: storage, OPERATORS: OPS, ...azure.settings };
  clock.to('2026-06-01T00:00:00Z');
  azure.iotCentral.app(HOST).tokens.clear();
  azure.communication.switches.scripts.length = 0;
  azure.communication.switches.pollsUntilFinal = 1;
  // The same digest of another run has the same operation id.
  azure.communication.forgetOperations();
  const refused = new Set<string>();
  const lines: Run['lines'] = new Map();
  const watch = refusing(composeWatch(env, clock), refused, lines);
  await openTables({ kind: 'connectionString', value: storage }).ready();
  const registry = TableClient.fromConnectionString(storage, 'registry', { allowInsecureConnection: true });
  return {
    clock,
    watch,
    azure,
    refused,
    lines,
    storage,
    register: async (rowKey, columns = {}) => {
      const owners = 'ada@example.com';
      await registry.upsertEntity({ partitionKey: CONTOSO, rowKey, owners, ...columns }, 'Replace');
    },
    unregister: async name => void (await registry.deleteEntity(CONTOSO, name)),
    token: name => azure.iotCentral.token(HOST, name),
    sweep: () => sweepAll(watch, silent),
    remind: () => remindAll(watch, silent),
  };
}

/** The same watch, whose mail service refuses all mails to some owners; it notes what was told in which mail. */
function refusing(watch: SendDeps, refused: ReadonlySet<string>, lines: Run['lines']): SendDeps {
  const strict = (mailer: Mailer): Mailer => ({
    ...mailer,
    async send(digest, id) {
      if (refused.has(digest.owner))
        return { outcome: 'refused', cause: 'recipient', message: 'it knows no such address' };
      for (const { reminder } of digest.lines) {
        if (reminder.scope !== CONTOSO) continue;
        const place = reminder.meantFor === undefined ? '' : ` for ${reminder.meantFor}`;
        const key = `${digest.owner} ${reminder.reason} ${reminder.name}${place}`;
        lines.set(key, (lines.get(key) ?? new Set()).add(id));
      }
      return await mailer.send(digest, id);
    },
  });
  return { ...watch, mailer: async () => strict(await watch.mailer()) };
}

const status = async ({ watch }: Run): Promise<readonly StatusItem[]> =>
  (await report({ limit: 100 }, watch)).items;

/** Every listed target once, under the expiry that is recorded; nothing else. */
async function expectCalendarOf(run: Run, listed: Record<string, string>): Promise<void> {
  const shown = (await status(run)).map(({ name, expiresOn }) => [
    name,
    typeof expiresOn === 'number' ? new Date(expiresOn).toISOString() : String(expiresOn),
  ]);
  expect(shown.sort()).toEqual(Object.entries(listed).sort());
  const keys: string[] = [];
  for await (const { key } of run.watch.tables.calendar.entries({})) keys.push(key);
  const recorded: string[] = [];
  for await (const state of allStates(run.watch.tables)) {
    expect(state.calendarKeys).toHaveLength(1);
    const key = run.watch.tables.calendar.keyOf(state, fixedExpiry(state));
    expect(state.calendarKeys[0] === '' || state.calendarKeys[0] === key).toBe(true);
    if (state.calendarKeys[0] !== '') recorded.push(key);
  }
  expect(keys.sort()).toEqual(recorded.sort());
}

/** When a mail is out, each of its lines is either recorded as told or still in the outbox. */
async function expectNothingForgotten(run: Run, told: NonNullable<Scenario['told']>): Promise<void> {
  const known = new Set<string>();
  for await (const { name, told: owners } of allStates(run.watch.tables))
    if (owners.size > 0) known.add(name);
  for await (const { lines } of run.watch.tables.outbox.byOwner())
    for (const { reminder } of lines) known.add(reminder.name);
  expect([...known]).toEqual(expect.arrayContaining(Object.keys(told)));
}

/** The counts that the dead process had not written are lost. Nothing is counted twice. */
async function expectCounted(run: Run, mails: number): Promise<void> {
  const { accepted, delivered, undelivered } = (await run.watch.tables.mailLedger.of('acs').counts()).totals;
  for (const counted of [accepted, delivered + undelivered]) expect([mails, mails - 1]).toContain(counted);
}

/** @returns whether the run ended before the crash could happen. */
async function survives(scenario: Scenario, point: CrashPoint): Promise<boolean> {
  const run = await newRun();
  const before = azure.communication.mails.length;
  await scenario.prepare(run);
  const victim = crashingAt(run.watch, point);
  await unlessCrashed(() =>
    scenario.crashingRun === 'sweep' ? sweepAll(victim.watch, silent) : remindAll(victim.watch, silent),
  );
  if (azure.communication.mails.length > before || scenario.attempts)
    await expectNothingForgotten(run, scenario.told ?? {});
  // The restart comes when the dead process's lease is over.
  clock.pass(5 * MINUTE);
  await run.sweep();
  await expectCalendarOf(run, scenario.listed);
  // The second run mails the operators about a refusal, the third may learn how that mail ended.
  for (let tick = 0; tick < (scenario.crashingRun === 'sweep' ? 2 : 3); tick += 1) {
    await run.remind();
    clock.pass(5 * MINUTE);
    await run.sweep();
    await expectCalendarOf(run, scenario.listed);
  }
  const mails = azure.communication.mails.slice(before);
  // The service takes a repeated operation id for the same mail, so two mails would be two ids.
  const { inPlace } = scenario;
  const mailed = mails
    .filter(({ to }) => !inPlace || !to.includes(OPS))
    .map(({ to, message }) => `${to.join()}: ${message.content.subject}`);
  expect(mailed.sort()).toEqual([...scenario.mailed].sort());
  for (const [line, ids] of run.lines)
    expect([line, ids.size]).toEqual([line, line.startsWith(OPS) ? 1 : (scenario.attempts ?? 1)]);
  const toOperators = [...run.lines.keys()].filter(line => line.startsWith(OPS));
  if (inPlace)
    expect(toOperators.sort()).toEqual(inPlace.map(line => `${OPS} ${line} for ada@example.com`).sort());
  const told: Record<string, string> = {};
  for await (const { name, told: owners } of allStates(run.watch.tables)) {
    const [line] = owners.get('ada@example.com') ?? [];
    if (line) told[name] = line.outcome;
  }
  if (scenario.told) expect(told).toEqual(scenario.told);
  if (scenario.attempts === undefined)
    await expectCounted(run, new Set(mails.map(({ operationId }) => operationId)).size);
  const left = await dumpOf(run.storage, ['outbox']);
  expect(inPlace ? left.filter(row => !row.includes('|undelivered"')) : left).toEqual([]);
  return !victim.crashed();
}

/** A crash after one change is a crash before the next one. A sender is still tried both ways, since a sent mail can't be taken back. */
async function expectSurvival(scenario: Scenario, least: number): Promise<void> {
  let steps = 0;
  const moments = scenario.crashingRun === 'sweep' ? (['before'] as const) : (['before', 'after'] as const);
  for (const when of moments) {
    for (let at = 1; ; at += 1) {
      const done = await survives(scenario, { at, when }).catch((error: unknown) => {
        throw new Error(`crashed ${when} change ${at}: ${error instanceof Error ? error.message : error}`);
      });
      if (done) break;
      steps += 1;
    }
  }
  expect(steps).toBeGreaterThanOrEqual(moments.length * least);
}

const due = (run: Run, ...names: string[]) => names.map(name => run.token(name).expires(OLD));

describe('a sweep that dies at any step', () => {
  test('at the first sight of targets finds them all, lists each once and has their reminders mailed', () =>
    expectSurvival(
      {
        async prepare(run) {
          due(run, 'a');
          run.token('b').expires(NEW);
          run.token('c').misbehaves({ fault: 'status', status: 500 });
          for (const name of ['a', 'b', 'c']) await run.register(name);
        },
        crashingRun: 'sweep',
        listed: { a: OLD, b: NEW, c: 'undefined' },
        mailed: ['ada@example.com: a expires in 29 days (30 June 2026)'],
        told: { a: 'accepted' },
      },
      7,
    ));

  test('at a renewal lists the new expiry alone and sends no mail about the old one', () =>
    expectSurvival(
      {
        async prepare(run) {
          run.token('a').expires('2026-07-01T02:00:00Z');
          run.token('b').expires(NEW);
          await run.register('a');
          await run.register('b');
          await run.sweep();
          run.token('a').expires(NEW);
          clock.pass(6 * HOUR);
        },
        crashingRun: 'sweep',
        listed: { a: NEW, b: NEW },
        mailed: [],
        told: {},
      },
      7,
    ));

  test('at a removal takes the target off the status and keeps its state', () =>
    expectSurvival(
      {
        async prepare(run) {
          due(run, 'a', 'b');
          await run.register('a');
          await run.register('b');
          await run.sweep();
          await run.remind();
          await run.unregister('a');
          clock.pass(5 * MINUTE);
        },
        crashingRun: 'sweep',
        listed: { b: OLD },
        mailed: ['ada@example.com: 2 tokens need you: a expires in 29 days (30 June 2026)'],
        told: { a: 'accepted', b: 'accepted' },
      },
      6,
    ));

  test('when rows are lost in bulk keeps all their targets and tells the operators', () => {
    const names = Array.from({ length: 11 }, (_, index) => `t${index + 10}`);
    return expectSurvival(
      {
        async prepare(run) {
          for (const name of ['a', ...names]) run.token(name).expires(NEW);
          for (const name of ['a', ...names]) await run.register(name);
          await run.sweep();
          for (const name of names) await run.unregister(name);
          clock.pass(5 * MINUTE);
        },
        crashingRun: 'sweep',
        listed: Object.fromEntries(['a', ...names].map(name => [name, NEW])),
        mailed: ['ops@example.com: The watcher needs you: registry: many rows vanished at once'],
        told: {},
      },
      5,
    );
  });

  test('when a removed target is forgotten leaves nothing of it', () =>
    expectSurvival(
      {
        async prepare(run) {
          run.token('a').expires(NEW);
          run.token('b').expires(NEW);
          await run.register('a');
          await run.register('b');
          await run.sweep();
          await run.unregister('a');
          clock.pass(5 * MINUTE);
          await run.sweep();
          clock.pass(7 * DAY);
        },
        crashingRun: 'sweep',
        listed: { b: NEW },
        mailed: [],
        told: {},
      },
      6,
    ));

  test('when a target is disabled takes it off the status and drops its queued line', () =>
    expectSurvival(
      {
        async prepare(run) {
          due(run, 'a', 'b');
          await run.register('a');
          await run.register('b');
          await run.sweep();
          await run.register('a', { enabled: false });
          clock.pass(5 * MINUTE);
        },
        crashingRun: 'sweep',
        listed: { b: OLD },
        mailed: ['ada@example.com: b expires in 29 days (30 June 2026)'],
        told: { b: 'accepted' },
      },
      6,
    ));
});

describe('a sender that dies at any step', () => {
  const twoDue = async (run: Run) => {
    due(run, 'a', 'b', 'c');
    for (const name of ['a', 'b', 'c']) await run.register(name);
    await run.sweep();
  };

  test('with a digest of several lines mails it once, records it and empties the outbox', () =>
    expectSurvival(
      {
        prepare: twoDue,
        crashingRun: 'remind',
        listed: { a: OLD, b: OLD, c: OLD },
        mailed: ['ada@example.com: 3 tokens need you: a expires in 29 days (30 June 2026)'],
        told: { a: 'accepted', b: 'accepted', c: 'accepted' },
      },
      6,
    ));

  test('with a line that is no longer true drops it and mails the rest once', () =>
    expectSurvival(
      {
        async prepare(run) {
          await twoDue(run);
          await run.unregister('b');
        },
        crashingRun: 'remind',
        listed: { a: OLD, c: OLD },
        mailed: ['ada@example.com: 2 tokens need you: a expires in 29 days (30 June 2026)'],
        told: { a: 'accepted', c: 'accepted' },
      },
      8,
    ));

  test('while it finds out that a mail did not arrive records that and tells the operators', () =>
    expectSurvival(
      {
        async prepare(run) {
          azure.communication.recipient('ada@example.com', 'dropped');
          await twoDue(run);
          azure.communication.switches.pollsUntilFinal = 1_000;
          await run.remind();
          azure.communication.switches.pollsUntilFinal = 1;
          clock.pass(5 * MINUTE);
        },
        crashingRun: 'remind',
        listed: { a: OLD, b: OLD, c: OLD },
        mailed: ['ada@example.com: 3 tokens need you: a expires in 29 days (30 June 2026)'],
        told: { a: 'undelivered', b: 'undelivered', c: 'undelivered' },
        inPlace: ['30d a', '30d b', '30d c'],
      },
      6,
    ));

  test(
    'with a mail that the first look finds not delivered records that and tells the operators',
    () =>
      expectSurvival(
        {
          async prepare(run) {
            azure.communication.recipient('ada@example.com', 'dropped');
            await twoDue(run);
          },
          crashingRun: 'remind',
          listed: { a: OLD, b: OLD, c: OLD },
          mailed: ['ada@example.com: 3 tokens need you: a expires in 29 days (30 June 2026)'],
          told: { a: 'undelivered', b: 'undelivered', c: 'undelivered' },
          inPlace: ['30d a', '30d b', '30d c'],
        },
        10,
      ),
    240_000,
  );

  test('with a digest that is refused for good records that, tells the operators once and does not try for ever', () =>
    expectSurvival(
      {
        async prepare(run) {
          await twoDue(run);
          run.refused.add('ada@example.com');
        },
        crashingRun: 'remind',
        listed: { a: OLD, b: OLD, c: OLD },
        mailed: [],
        told: { a: 'refused', b: 'refused', c: 'refused' },
        inPlace: ['30d a', '30d b', '30d c'],
      },
      5,
    ));

  const forgotten = { fault: 'odd', status: 202, names: 'ours' } as const;

  test(
    'with a digest that the service takes oddly sends it again under the next attempt alone',
    () =>
      expectSurvival(
        {
          async prepare(run) {
            await twoDue(run);
            azure.communication.refuses({ fault: 'odd', status: 200, names: 'none' });
            await run.remind();
            clock.pass(5 * MINUTE);
          },
          crashingRun: 'remind',
          listed: { a: OLD, b: OLD, c: OLD },
          mailed: ['ada@example.com: 3 tokens need you: a expires in 29 days (30 June 2026)'],
          told: { a: 'accepted', b: 'accepted', c: 'accepted' },
          attempts: 2,
        },
        8,
      ),
    240_000,
  );

  test(
    'while it takes back a mail that the service does not know sends it again under the next attempt alone',
    () =>
      expectSurvival(
        {
          async prepare(run) {
            await twoDue(run);
            azure.communication.refuses(forgotten);
            await run.remind();
            clock.pass(2 * HOUR);
          },
          crashingRun: 'remind',
          listed: { a: OLD, b: OLD, c: OLD },
          mailed: ['ada@example.com: 3 tokens need you: a expires in 29 days (30 June 2026)'],
          told: { a: 'accepted', b: 'accepted', c: 'accepted' },
          attempts: 2,
        },
        5,
      ),
    240_000,
  );

  test(
    'while it gives up a mail that the service took three times hands it to the operators once',
    () =>
      expectSurvival(
        {
          async prepare(run) {
            await twoDue(run);
            for (let attempt = 1; attempt <= 3; attempt += 1) {
              azure.communication.refuses(forgotten);
              await run.remind();
              clock.pass(2 * HOUR);
              if (attempt < 3) await run.remind();
            }
          },
          crashingRun: 'remind',
          listed: { a: OLD, b: OLD, c: OLD },
          mailed: [],
          told: { a: 'refused', b: 'refused', c: 'refused' },
          inPlace: ['30d a', '30d b', '30d c'],
          attempts: 3,
        },
        5,
      ),
    240_000,
  );
});
