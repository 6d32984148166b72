/** Whatever people do to rows, snoozes, settings and the outbox while mails and reads fail: what is due is told within about two hours. */
import { TableClient } from '@azure/data-tables';
import fc from 'fast-check';
import { DAY, formatInstant, HOUR, MINUTE } from '../../src/formats/instant';
import { openTables } from '../../src/storage/tables';
import { freshStorage } from '../support/azurite';
import { composeWatch, remindAll, sweepAll } from '../support/crashing';
import { duePerTarget } from '../support/due';
import { CONTOSO, HOST } from '../support/story';
import { useWorld } from '../support/world';

const world = useWorld({ iotCentral: { throttle: false } });

const ADA = 'ada@example.com';
const BOB = 'bob@example.com';
const OPS = 'ops@example.com';
const silent = { info: () => undefined, warn: () => undefined };

const target = fc.integer({ min: 0, max: 2 });
const days = fc.integer({ min: 1, max: 60 });
const is = <T extends string>(name: T) => fc.constant(name);
const step = fc.oneof(
  fc.record({
    is: is('pass'),
    ms: fc.constantFrom(5 * MINUTE, HOUR, 6 * HOUR, 3 * DAY),
    watched: fc.boolean(),
  }),
  fc.record({ is: is('pass'), ms: fc.constantFrom(5 * MINUTE, HOUR), watched: fc.constant(true) }),
  fc.record({ is: is('renewal'), target, days }),
  fc.record({ is: is('failure'), target, status: fc.constantFrom(0, 0, 403, 404, 500) }),
  fc.record({
    is: is('row'),
    target,
    owners: fc.constantFrom(ADA, 'Bob@example.com', `${ADA}, ${BOB}`, '', 'OPS@example.com'),
    enabled: fc.constantFrom(true, true, false),
  }),
  fc.record({
    is: is('snooze'),
    target,
    owner: fc.constantFrom(ADA, BOB, OPS),
    days: fc.constantFrom(0, 0, 1, 10),
  }),
  fc.record({
    is: is('bounces'),
    owner: fc.constantFrom(ADA, BOB),
    outcome: fc.constantFrom('dropped', 'delivered'),
  }),
  /** 0: the mail service takes a mail and forgets it. */
  fc.record({
    is: is('mailFault'),
    status: fc.constantFrom(0, 0, 429, 500),
    times: fc.constantFrom(1, 2, 4),
  }),
  fc.record({
    is: is('settings'),
    operators: fc.constantFrom(OPS, '', `${OPS}, oper@example.com`, 'Ada@example.com'),
    mailTo: fc.constantFrom('owners', 'owners', 'none'),
  }),
  fc.record({ is: is('outboxEmptied') }),
  fc.record({ is: is('twoSenders') }),
);

type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

async function live(firstDays: readonly number[], steps: readonly Step[]): Promise<void> {
  const { azure, clock, env } = world();
  const AzureWebJobsStorage = freshStorage();
  const tables = openTables({ kind: 'connectionString', value: AzureWebJobsStorage });
  await tables.ready();
  const client = (table: string) =>
    TableClient.fromConnectionString(AzureWebJobsStorage, table, { allowInsecureConnection: true });
  const compose = (more: Record<string, string> = {}) =>
    composeWatch({ ...env, AzureWebJobsStorage, ...more }, clock);
  const { iotCentral, communication } = azure;
  const token = (index: number) => iotCentral.token(HOST, `t${index}`);
  const row = (index: number, owners: string, enabled = true) =>
    client('registry').upsertEntity(
      { partitionKey: CONTOSO, rowKey: `t${index}`, owners, enabled },
      'Replace',
    );
  const renew = (index: number, left: number) =>
    void token(index).expires(formatInstant(clock.now() + left * DAY));
  const servicesWork = () => {
    for (const index of firstDays.keys()) token(index).recovers();
    communication.switches.scripts.length = 0;
    for (const owner of [ADA, BOB]) communication.recipient(owner, 'delivered');
  };

  iotCentral.app(HOST).tokens.clear();
  communication.forgetOperations();
  for (const [index, left] of firstDays.entries()) {
    renew(index, left);
    await row(index, index === 0 ? BOB : ADA);
  }
  servicesWork();
  let watch = compose();
  const tick = async (senders = [watch]) => {
    await sweepAll(watch, silent);
    await Promise.all(senders.map(sender => remindAll(sender, silent)));
  };

  const take = async (one: Step): Promise<unknown> => {
    switch (one.is) {
      case 'pass':
        clock.pass(one.ms);
        return one.watched ? await tick() : undefined;
      case 'renewal':
        return renew(one.target, one.days);
      case 'failure':
        return one.status > 0
          ? token(one.target).misbehaves({ fault: 'status', status: one.status })
          : token(one.target).recovers();
      case 'row':
        return await row(one.target, one.owners, one.enabled);
      case 'snooze': {
        const key = { scope: CONTOSO, name: `t${one.target}` };
        const { expiresOn } = (await tables.expiries.row(key)) ?? {};
        const about = typeof expiresOn === 'number' ? expiresOn : undefined;
        const on = clock.now();
        const snooze = { about, until: on + one.days * DAY, reason: 'later', on };
        return await tables.expiries.mergeSnooze(one.owner, key, one.days > 0 ? snooze : undefined);
      }
      case 'bounces':
        return communication.recipient(one.owner, one.outcome === 'dropped' ? 'dropped' : 'delivered');
      case 'mailFault':
        return communication.refuses(
          one.status > 0
            ? { fault: 'times', times: one.times, inner: { fault: 'status', status: one.status } }
            : { fault: 'odd', status: 202, names: 'ours' },
        );
      case 'settings':
        watch = compose({ OPERATORS: one.operators, MAIL_TO: one.mailTo });
        return;
      case 'outboxEmptied':
        await sweepAll(watch, silent);
        for await (const { partitionKey = '', rowKey = '' } of client('outbox').listEntities())
          await client('outbox').deleteEntity(partitionKey, rowKey);
        return;
      case 'twoSenders':
        return await tick([watch, compose()]);
    }
  };
  for (const one of steps) {
    clock.pass(MINUTE);
    await take(one);
  }

  // All works again. A reminder that was put within the last hour may wait for the end of that hour, as may a digest that failed.
  servicesWork();
  watch = compose();
  for (let run = 0; run < 28; run += 1) {
    clock.pass(5 * MINUTE);
    await tick();
  }
  expect(await duePerTarget(watch)).toEqual([]);
}

test('what is due is told within about two hours after all works again', async () => {
  const first = fc.array(days, { minLength: 3, maxLength: 3 });
  const lives = fc.asyncProperty(first, fc.array(step, { minLength: 10, maxLength: 25 }), live);
  await fc.assert(lives, {
    seed: Number(process.env.SEED ?? 20_260_601),
    numRuns: Number(process.env.RUNS ?? 10),
    endOnFailure: true,
  });
});
