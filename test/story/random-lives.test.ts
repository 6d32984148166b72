/** Random lives: whatever happens to tokens, services, storage and mail, nothing crossed stays untold and nothing is told twice. */

import { TableClient } from '@azure/data-tables';
import fc from 'fast-check';
import { DAY, formatInstant, HOUR, type Instant, MINUTE } from '../../src/core/instant';
import type { Reminder } from '../../src/core/reminder';
import { openTables } from '../../src/storage/tables';
import type { Mailer } from '../../src/watch/ports';
import type { SendDigest } from '../../src/watch/send-digest';
import { freshStorage } from '../support/azurite';
import { composeWatch, doomed, remindAll, sweepAll, unlessCrashed } from '../support/crashing';
import { CONTOSO, HOST } from '../support/story';
import { useWorld } from '../support/world';

const world = useWorld({ iotCentral: { throttle: false } });

const OWNERS = ['ada@example.com', 'ada@example.com', 'bob@example.com'];
const LEADS = [30 * DAY, 14 * DAY, 7 * DAY, DAY, 0, -7 * DAY];
const silent = { info: () => undefined, warn: () => undefined };

type Step =
  | { readonly is: 'pass'; readonly ms: number; readonly watched: boolean }
  | { readonly is: 'renewal'; readonly target: number; readonly days: number }
  | { readonly is: 'failure' | 'recovery'; readonly target: number }
  | { readonly is: 'mailFault'; readonly accepts: boolean; readonly status: number }
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
    arbitrary: fc.record({ is: fc.constantFrom('failure' as const, 'recovery' as const), target }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      is: fc.constant('mailFault' as const),
      accepts: fc.boolean(),
      status: fc.constantFrom(429, 500),
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
  /** The expiry that was on record when it was sent. */
  readonly recorded: Instant | 'never' | undefined;
}

/** The same watch, with every send noted. */
function noting(watch: SendDigest, sent: Sent[]): SendDigest {
  const noted = (mailer: Mailer): Mailer => ({
    knows: id => mailer.knows(id),
    async send(digest, operationId) {
      for (const { reminder } of digest.lines) {
        const state = await watch.tables.expiries.row(reminder);
        sent.push({ operationId, reminder, recorded: state?.expiresOn });
      }
      return await mailer.send(digest, operationId);
    },
  });
  return { ...watch, mailer: async () => noted(await watch.mailer()) };
}

async function live(firstDays: readonly number[], steps: readonly Step[]): Promise<void> {
  const { azure, clock, env } = world();
  const storage = freshStorage();
  const tables = openTables({ kind: 'connectionString', value: storage });
  await tables.ready();
  const registry = TableClient.fromConnectionString(storage, 'registry', { allowInsecureConnection: true });
  azure.iotCentral.app(HOST).tokens.clear();
  azure.communication.forgetOperations();
  const token = (index: number) => azure.iotCentral.token(HOST, `t${index}`);
  const renew = (index: number, days: number) =>
    token(index).expires(formatInstant(clock.now() + days * DAY));
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

  for (const one of steps) {
    clock.pass(MINUTE);
    if (one.is === 'renewal') renew(one.target, one.days);
    else if (one.is === 'failure') token(one.target).misbehaves({ fault: 'status', status: 403 });
    else if (one.is === 'recovery') token(one.target).recovers();
    else if (one.is === 'mailFault')
      azure.communication.switches.scripts.push({
        accepts: one.accepts,
        fault: { fault: 'status', status: one.status },
      });
    else if (one.is === 'pass') {
      clock.pass(one.ms);
      if (one.watched) await tick();
    } else if (one.is === 'crash') {
      const { watch: victim } = doomed(watch, one);
      await unlessCrashed(() => (one.run === 'sweep' ? sweepAll(victim, silent) : remindAll(victim, silent)));
      clock.pass(5 * MINUTE);
    }
  }

  // The services are well again, and everything is due for a reading.
  for (const index of firstDays.keys()) token(index).recovers();
  azure.communication.switches.scripts.length = 0;
  clock.pass(6 * HOUR);
  await tick();
  // A digest that was being sent comes first; what is left is in the next run.
  await remindAll(watch, silent);

  for (const index of firstDays.keys()) {
    const state = await tables.expiries.row({ scope: CONTOSO, name: `t${index}` });
    const expiresOn = Date.parse(token(index).expiry ?? '');
    expect(state?.expiresOn).toBe(expiresOn);
    const crossed = LEADS.filter(lead => lead < (state?.lifetimeMs ?? Infinity))
      .map(lead => expiresOn - lead)
      .filter(at => at <= clock.now())
      .at(-1);
    const told = state?.told.get(OWNERS[index] ?? '')?.filter(line => line.about === expiresOn) ?? [];
    if (crossed !== undefined) expect(told.some(line => line.crossedOn >= crossed)).toBe(true);
  }
  const accepted = new Set(azure.communication.mails.map(({ operationId }) => operationId));
  const operations = new Map<string, Set<string>>();
  for (const { operationId, reminder, recorded } of sent) {
    expect(recorded).toBe(reminder.about);
    if (!accepted.has(operationId)) continue;
    const identity = `${reminder.reason} of ${reminder.name} ${reminder.about} to ${reminder.owner}`;
    operations.set(identity, (operations.get(identity) ?? new Set()).add(operationId));
  }
  for (const [identity, ids] of operations) expect([identity, ids.size]).toEqual([identity, 1]);
}

test('no crossed threshold stays untold, none is told under two operation ids, none after a renewal was read', async () => {
  const days = fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 3, maxLength: 3 });
  const lives = fc.asyncProperty(days, fc.array(step, { minLength: 10, maxLength: 25 }), live);
  await fc.assert(lives, { seed: 20_260_601, numRuns: 16, endOnFailure: true });
});
