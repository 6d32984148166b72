/** A clock that ran ahead for a while, and what it left behind: no scope and no target waits until that time comes. */
import { TableClient } from '@azure/data-tables';
import { DAY, HOUR, MINUTE } from '../../src/formats/instant';
import { instant } from '../support/clock';
import { CONTOSO, HOST, mailsAt } from '../support/story';
import { START, useWorld } from '../support/world';

const world = useWorld();
const NOW = instant(START);
const KEY = { scope: CONTOSO, name: 'gateway' };

const left = (columns: Record<string, unknown>, partitionKey: string) =>
  TableClient.fromConnectionString(world().connectionString, 'scopes', {
    allowInsecureConnection: true,
  }).upsertEntity({ partitionKey, rowKey: CONTOSO, ...columns });

beforeEach(async () => {
  world()
    .azure.iotCentral.token(HOST, 'gateway')
    .expires(NOW + 200 * DAY);
  await world().register(CONTOSO, 'gateway', { owners: 'ada@example.com', thresholds: '10d' });
});

test('a target that was read ahead of time is read again, and its owner is told in time', async () => {
  world().clock.pass(60 * DAY);
  await world().tick();
  world().clock.to(START);
  world()
    .azure.iotCentral.token(HOST, 'gateway')
    .expires(NOW + 20 * DAY);
  expect(await mailsAt(world(), '2026-06-11T01:00:00Z')).toEqual([
    expect.stringMatching(/^ada@example.com: gateway expires in 9 days/),
  ]);
});

const AHEAD = '2027-06-01T00:00:00.000Z';
test.each<[string, Record<string, unknown>]>([
  ['lease', { leaseUntil: AHEAD, holder: 'gone' }],
  ['lease of a check', { leaseUntil: AHEAD, holder: 'gone', checking: true }],
  ['tick', { tick: AHEAD, finishedTick: AHEAD }],
  ['pause', { pace: JSON.stringify({ level: 5, at: START, pausedUntil: AHEAD, refusals: 3 }) }],
  ['bucket', { pace: JSON.stringify({ level: 0, at: AHEAD, refusals: 0 }) }],
  ['debt', { pace: JSON.stringify({ level: -1e9, at: '2026-05-01T00:00:00.000Z', refusals: 0 }) }],
])('a %s that lies far ahead holds up neither a sweep nor a check', async (_, columns) => {
  await left(columns, 'scope');
  await left({ pace: columns.pace ?? '', yieldUntil: AHEAD }, 'check');
  await world().sweep();
  expect((await world().item('gateway'))?.expiresOn).toBe(NOW + 200 * DAY);
  world().clock.pass(5 * MINUTE);
  expect(await world().app().checkNow(KEY, world().log)).toMatchObject({ recorded: true });
});

test('a mail that was put off ahead of time holds up no other, and operators hear of what is new', async () => {
  const token = world().azure.iotCentral.token(HOST, 'gateway');
  token.expires(NOW + 65 * DAY);
  await world().register(CONTOSO, 'not a key', {});
  world().clock.pass(60 * DAY);
  // The mail of the owner, which comes first.
  world().azure.communication.refuses({ fault: 'status', status: 500 });
  await world().tick();
  expect(world().mails()).toEqual([expect.stringMatching(/^ops@example.com: /)]);
  world().clock.to(START);
  token.expires(NOW + 5 * DAY);
  await world().register(CONTOSO, 'not a key, either', {});
  expect(await mailsAt(world(), '2026-06-02T00:00:00Z')).toEqual([
    expect.stringMatching(/^ada@example.com: gateway expires in 4 days/),
    expect.stringMatching(/^ops@example.com: /),
  ]);
});

test('a lease and a pause of now are respected all the same', async () => {
  const until = new Date(NOW + HOUR).toISOString();
  await left({ leaseUntil: until, holder: 'other' }, 'scope');
  expect(await world().app().startSweep(world().log)).toEqual([]);
  await left(
    { leaseUntil: '', pace: JSON.stringify({ level: 5, at: START, pausedUntil: until, refusals: 3 }) },
    'scope',
  );
  expect(await world().app().startSweep(world().log)).toEqual([]);
});

test('a lifetime that no date can have is as if it were not known, and stops no sweep', async () => {
  await world().sweep();
  await TableClient.fromConnectionString(world().connectionString, 'expiries', {
    allowInsecureConnection: true,
  }).updateEntity({ partitionKey: CONTOSO, rowKey: 'gateway', lifetimeMs: '1e300' });
  await world().register(CONTOSO, 'gateway', { owners: 'ada@example.com', thresholds: '20%' });
  await world().register(CONTOSO, 'neighbour', {});
  world()
    .azure.iotCentral.token(HOST, 'neighbour')
    .expires(NOW + DAY);
  world().clock.pass(5 * MINUTE);
  await world().sweep();
  await world().app().reconcile(world().log);
  expect((await world().item('neighbour'))?.expiresOn).toBe(NOW + DAY);
});
