/** Random lives: whatever happens to tokens, services, storage and mail, all that is due is told, and nothing is told twice. */
import { TableClient } from '@azure/data-tables';
import fc from 'fast-check';
import type { Expiry } from '../../src/core/expiry';
import { isAboutWatcher, noticeKindOf } from '../../src/core/notices';
import { describeReminder, type Reminder } from '../../src/core/reminder';
import type { Told } from '../../src/core/told';
import { DAY, formatInstant, HOUR, type Instant, MINUTE } from '../../src/formats/instant';
import { openTables } from '../../src/storage/tables';
import type { Mailer } from '../../src/watch/ports';
import type { SendDeps } from '../../src/watch/remind/send-digest';
import { freshStorage } from '../support/azurite';
import { Crash, composeWatch, crashingAt, remindAll, sweepAll, unlessCrashed } from '../support/crashing';
import { duePerTarget } from '../support/due';
import { CONTOSO, HOST } from '../support/story';
import { useWorld } from '../support/world';

const world = useWorld({ iotCentral: { throttle: false } });

const OWNERS = ['ada@example.com', 'ada@example.com', 'bob@example.com'];
const LEADS = [30 * DAY, 14 * DAY, 7 * DAY, DAY, 0, -7 * DAY];
const silent = { info: () => undefined, warn: () => undefined };

type Step =
  | { readonly is: 'pass'; readonly ms: number; readonly watched: boolean }
  | { readonly is: 'renewal'; readonly target: number; readonly days: number }
  | { readonly is: 'failure'; readonly target: number; readonly status: number }
  | { readonly is: 'recovery'; readonly target: number }
  | { readonly is: 'mailFault'; readonly accepts: boolean; readonly status: number; readonly times: number }
  | { readonly is: 'mailBack' }
  | { readonly is: 'bounces'; readonly owner: string; readonly outcome: 'dropped' | 'delivered' }
  | { readonly is: 'storageOut'; readonly run: 'sweep' | 'send'; readonly calls: number }
  | {
      readonly is: 'crash';
      readonly run: 'sweep' | 'send';
      readonly at: number;
      readonly when: 'before' | 'after';
    };

const target = fc.integer({ min: 0, max: 2 });
const when = fc.constantFrom('before' as const, 'after' as const);
const pass = fc.record({
  is: fc.constant('pass' as const),
  ms: fc.constantFrom(5 * MINUTE, HOUR, 6 * HOUR, DAY, 3 * DAY, 8 * DAY),
  watched: fc.boolean(),
});
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 5, arbitrary: pass },
  {
    weight: 2,
    arbitrary: fc.record({
      is: fc.constant('renewal' as const),
      target,
      days: fc.integer({ min: 1, max: 60 }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      is: fc.constant('failure' as const),
      target,
      status: fc.constantFrom(403, 404, 500),
    }),
  },
  { weight: 2, arbitrary: fc.record({ is: fc.constant('recovery' as const), target }) },
  {
    weight: 2,
    arbitrary: fc.record({
      is: fc.constant('mailFault' as const),
      accepts: fc.boolean(),
      status: fc.constantFrom(429, 500),
      times: fc.constantFrom(1, 1, 30),
    }),
  },
  { weight: 1, arbitrary: fc.constant({ is: 'mailBack' as const }) },
  {
    weight: 1,
    arbitrary: fc.record({
      is: fc.constant('bounces' as const),
      owner: fc.constantFrom(...new Set(OWNERS)),
      outcome: fc.constantFrom('dropped' as const, 'delivered' as const),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      is: fc.constant('storageOut' as const),
      run: fc.constantFrom('sweep' as const, 'send' as const),
      calls: fc.integer({ min: 0, max: 25 }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      is: fc.constant('crash' as const),
      run: fc.constantFrom('sweep' as const, 'send' as const),
      at: fc.integer({ min: 1, max: 9 }),
      when,
    }),
  },
);

interface Sent {
  readonly operationId: string;
  readonly reminder: Reminder;
  /** The stored state of its target when it was sent. */
  readonly recorded: Expiry | undefined;
}

/** The same watch; every send is noted. */
function noting(watch: SendDeps, sent: Sent[]): SendDeps {
  const noted = (mailer: Mailer): Mailer => ({
    ...mailer,
    async send(digest, operationId) {
      for (const { reminder } of digest.lines) {
        const recorded = await watch.tables.expiries.row(reminder);
        sent.push({ operationId, reminder, recorded });
      }
      return await mailer.send(digest, operationId);
    },
  });
  return { ...watch, mailer: async () => noted(await watch.mailer()) };
}

/** The same watch on a storage that fails for good after so many calls, reads included. */
function onFailingStorage(watch: SendDeps, calls: number): SendDeps {
  let left = calls;
  const PURE = ['keyOf'];
  const failing = <T extends object>(table: T): T =>
    new Proxy(table, {
      get(target, name, receiver) {
        const member: unknown = Reflect.get(target, name, receiver);
        if (typeof member !== 'function' || PURE.includes(String(name))) return member;
        return (...args: unknown[]) => {
          left -= 1;
          if (left < 0) throw new Crash(`storage is away: ${String(name)}`);
          return Reflect.apply(member, target, args);
        };
      },
    });
  const { registry, expiries, calendar, outbox, scopes, mailLedger, history } = watch.tables;
  const tables = {
    registry: failing(registry),
    expiries: failing(expiries),
    calendar: failing(calendar),
    outbox: failing(outbox),
    scopes: failing(scopes),
    mailLedger: { ...failing(mailLedger), of: (transport: string) => failing(mailLedger.of(transport)) },
    history: failing(history),
  };
  return { ...watch, tables };
}

/** A reminder must agree with the last reading. */
function expectTrueWhenSent({ reminder, recorded }: Sent): void {
  const { reason, about } = reminder;
  if (isAboutWatcher(reminder)) return;
  const now = recorded ?? { failure: undefined, recovered: undefined, expiresOn: undefined };
  const notice = noticeKindOf(reminder);
  if (notice === 'missing' || notice === 'unreadable')
    expect([reason, now.failure?.since]).toEqual([reason, about]);
  else if (notice === 'readable')
    expect([reason, now.failure, now.recovered?.since]).toEqual([reason, undefined, about]);
  else expect([reason, now.expiresOn]).toEqual([reason, about]);
}

/** An owner who got bad news must get the good news that ended it. What operators hear in the place of owners is apart. */
function expectGoodNews(state: Expiry, told: readonly Told[]): void {
  const heard = told.filter(({ outcome, meantFor }) => outcome === 'accepted' && meantFor === undefined);
  const said = (reason: string, about: Instant) =>
    told.some(line => line.reason === reason && line.about === about);
  const { recovered, renewed, expiresOn } = state;
  const ended = (line: Told) =>
    (line.reason === 'missing' || line.reason === 'unreadable') && line.about === recovered?.since;
  if (recovered && heard.some(ended)) expect(said('readable', recovered.since)).toBe(true);
  const reminded = (line: Told) =>
    line.about === renewed?.from && ['threshold', 'gone'].includes(noticeKindOf(line) ?? '');
  if (renewed && typeof expiresOn === 'number' && heard.some(reminded))
    expect(said('renewed', expiresOn)).toBe(true);
}

async function live(firstDays: readonly number[], steps: readonly Step[]): Promise<void> {
  const { azure, clock, env } = world();
  const storage = freshStorage();
  const tables = openTables({ kind: 'connectionString', value: storage });
  await tables.ready();
  const registry = TableClient.fromConnectionString(storage, 'registry', { allowInsecureConnection: true });
  azure.iotCentral.app(HOST).tokens.clear();
  azure.communication.forgetOperations();
  azure.communication.switches.scripts.length = 0;
  for (const owner of OWNERS) azure.communication.recipient(owner, 'delivered');
  const token = (index: number) => azure.iotCentral.token(HOST, `t${index}`);
  const renew = (index: number, days: number) =>
    void token(index).expires(formatInstant(clock.now() + days * DAY));
  for (const [index, days] of firstDays.entries()) {
    renew(index, days);
    await registry.createEntity({ partitionKey: CONTOSO, rowKey: `t${index}`, owners: OWNERS[index] ?? '' });
  }
  const sent: Sent[] = [];
  const watch = noting(composeWatch({ ...env, AzureWebJobsStorage: storage }, clock), sent);
  const tick = async () => {
    await sweepAll(watch, silent);
    await remindAll(watch, silent);
  };

  const { switches } = azure.communication;
  const take = async (one: Step): Promise<void> => {
    if (one.is === 'renewal') renew(one.target, one.days);
    else if (one.is === 'failure') token(one.target).misbehaves({ fault: 'status', status: one.status });
    else if (one.is === 'recovery') token(one.target).recovers();
    else if (one.is === 'mailBack') switches.scripts.length = 0;
    else if (one.is === 'bounces') azure.communication.recipient(one.owner, one.outcome);
    else if (one.is === 'mailFault') {
      const { accepts, status, times } = one;
      for (let time = 0; time < times; time += 1)
        switches.scripts.push({ accepts, fault: { fault: 'status', status } });
    } else if (one.is === 'pass') {
      clock.pass(one.ms);
      if (one.watched) await tick();
    } else {
      const victim = one.is === 'crash' ? crashingAt(watch, one).watch : onFailingStorage(watch, one.calls);
      await unlessCrashed(() => (one.run === 'sweep' ? sweepAll(victim, silent) : remindAll(victim, silent)));
      clock.pass(5 * MINUTE);
    }
  };
  for (const one of steps) {
    clock.pass(MINUTE);
    await take(one);
  }

  // The services work again, and every target is due for a read.
  for (const index of firstDays.keys()) token(index).recovers();
  switches.scripts.length = 0;
  clock.pass(6 * HOUR);
  await tick();
  // The next run finishes the digests that were being sent, and one after it sends the rest, with the good news that follows. Of a
  // mail that turns out to be lost by then, the operators hear with one more.
  for (let run = 0; run < 3; run += 1) {
    clock.pass(5 * MINUTE);
    await tick();
  }

  for (const index of firstDays.keys()) {
    const state = await tables.expiries.row({ scope: CONTOSO, name: `t${index}` });
    const expiresOn = Date.parse(token(index).expiry ?? '');
    expect(state?.expiresOn).toBe(expiresOn);
    const crossed = LEADS.filter(lead => lead < (state?.lifetimeMs ?? Infinity))
      .map(lead => expiresOn - lead)
      .filter(at => at <= clock.now())
      .at(-1);
    const told = state?.told.get(OWNERS[index] ?? '')?.filter(line => line.about === expiresOn) ?? [];
    // After `gone` nothing more is told about that expiry.
    if (crossed !== undefined)
      expect(told.some(line => line.reason === 'gone' || line.crossedOn >= crossed)).toBe(true);
    if (state) for (const lines of state.told.values()) expectGoodNews(state, lines);
  }
  expect(await duePerTarget(watch)).toEqual([]);
  const accepted = new Set(azure.communication.mails.map(({ operationId }) => operationId));
  const operations = new Map<string, Set<string>>();
  for (const one of sent) {
    expectTrueWhenSent(one);
    const { operationId, reminder } = one;
    // Notices about the watcher itself are told at least once.
    if (!accepted.has(operationId) || isAboutWatcher(reminder)) continue;
    const identity = `${reminder.name}: ${describeReminder(reminder)}`;
    operations.set(identity, (operations.get(identity) ?? new Set()).add(operationId));
  }
  for (const [identity, ids] of operations) expect([identity, ids.size]).toEqual([identity, 1]);
}

test('all that is due is told, under one operation id, and agrees with the last reading', async () => {
  const days = fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 3, maxLength: 3 });
  const lives = fc.asyncProperty(days, fc.array(step, { minLength: 10, maxLength: 25 }), live);
  await fc.assert(lives, {
    seed: Number(process.env.SEED ?? 20_260_601),
    numRuns: Number(process.env.RUNS ?? 20),
    endOnFailure: true,
  });
});
