/** Registry rows that vanish in bulk: an alarm and no removal yet, and what ends it. */
import { TableClient } from '@azure/data-tables';
import { DAY, HOUR, MINUTE } from '../../src/formats/instant';
import { CONTOSO, flat, HOST, historyOf, mailsAt, textTo, ticks } from '../support/story';
import { useWorld } from '../support/world';

const world = useWorld({ iotCentral: { throttle: false } });
const ADA = 'ada@example.com';
const OPS = 'ops@example.com';
const EXPIRY = '2027-01-31T12:00:00Z';

const names = (count: number, start = 0) =>
  Array.from({ length: count }, (_, index) => `token-${String(start + index).padStart(3, '0')}`);
const hostOf = (index: number) => `app-${index}.azureiotcentral.com`;

async function watch(count: number, host = HOST, start = 0): Promise<void> {
  const some = names(count, start);
  for (const name of some) world().azure.iotCentral.token(host, name).expires(EXPIRY);
  await world().registerAll(`iotCentralToken:${host}`, some, { owners: ADA, thresholds: '60d 30d' });
}

async function vanish(some: readonly string[], scope = CONTOSO): Promise<void> {
  for (const name of some) await world().unregister(scope, name);
}

const loseTable = () =>
  TableClient.fromConnectionString(world().connectionString, 'registry', {
    allowInsecureConnection: true,
  }).deleteTable();

async function items() {
  return (await world().app().report({ limit: 1_000 })).items;
}
const counts = async () => {
  const all = await items();
  return { listed: all.length, lost: all.filter(({ rowLostSince }) => rowLostSince !== undefined).length };
};
const codes = async () => {
  world().clock.pass(5_000);
  return (await world().app().health()).reasons.map(({ code }) => code);
};
const toOps = () =>
  world()
    .mails()
    .filter(line => line.startsWith(OPS));

test('a lost table is created again and removes nothing: its targets stay, marked, and operators hear of it once', async () => {
  await watch(12);
  await ticks(world(), 1);
  expect(await codes()).toEqual([]);
  await loseTable();
  await ticks(world(), 1);
  expect(await counts()).toEqual({ listed: 12, lost: 12 });
  expect((await items()).every(({ owners }) => owners.includes(ADA))).toBe(true);
  expect(await codes()).toEqual(['rowsLost']);
  expect((await world().app().health()).reasons[0]?.message).toMatch(
    /^The registry rows of 12 targets vanished/,
  );
  expect(JSON.stringify((await world().app().health()).reasons)).not.toContain('contoso');
  expect(toOps()).toEqual([expect.stringContaining('many rows vanished at once')]);
  expect(flat(textTo(world(), OPS))).toContain('The registry rows of 12 targets in 1 scope vanished at once');
  await ticks(world(), 3);
  expect(toOps()).toHaveLength(1);
  expect(await historyOf(world(), CONTOSO, 'token-000')).toEqual(['firstSeen', 'rowLost']);
});

test('a table lost with many small scopes is an alarm, too: the whole registry is judged', async () => {
  for (let index = 0; index < 30; index += 1) await watch(3, hostOf(index));
  await ticks(world(), 1);
  await loseTable();
  await ticks(world(), 1);
  expect(await counts()).toEqual({ listed: 90, lost: 90 });
  expect(await codes()).toEqual(['rowsLost']);
  expect(toOps()).toHaveLength(1);
  expect(flat(textTo(world(), OPS))).toContain('of 90 targets in 30 scopes');
});

test('so is a script that deletes most rows of each of many small scopes', async () => {
  for (let index = 0; index < 8; index += 1) await watch(3, hostOf(index));
  await ticks(world(), 1);
  for (let index = 0; index < 8; index += 1) await vanish(names(2), `iotCentralToken:${hostOf(index)}`);
  await ticks(world(), 1);
  expect(await counts()).toEqual({ listed: 24, lost: 16 });
});

test.each([
  ['nine rows of ten', 10, 9, 'removed'],
  ['half of twenty rows', 20, 10, 'removed'],
  ['eleven of twenty rows', 20, 11, 'lost'],
  ['ten of nineteen rows', 19, 10, 'lost'],
])('%s', async (_, watched, vanished, what) => {
  await watch(watched);
  await ticks(world(), 1);
  await vanish(names(vanished));
  await ticks(world(), 1);
  const left =
    what === 'lost' ? { listed: watched, lost: vanished } : { listed: watched - vanished, lost: 0 };
  expect(await counts()).toEqual(left);
  expect(await codes()).toEqual(what === 'lost' ? ['rowsLost'] : []);
});

test('most of one scope is an alarm, however large the registry is; a single row elsewhere goes at once', async () => {
  await watch(12);
  await watch(60, hostOf(1));
  await ticks(world(), 1);
  await vanish(names(11));
  await vanish(['token-007'], `iotCentralToken:${hostOf(1)}`);
  await ticks(world(), 1);
  expect(await counts()).toEqual({ listed: 71, lost: 11 });
});

test('what the API deletes is gone at once, however much, and does not count with what others delete', async () => {
  await watch(30);
  await ticks(world(), 1);
  for (const name of names(20)) await world().app().removeRow({ scope: CONTOSO, name }, {});
  await vanish(names(9, 20));
  await ticks(world(), 1);
  expect(await counts()).toEqual({ listed: 1, lost: 0 });
  expect(await codes()).toEqual([]);
  await watch(30);
  await ticks(world(), 1);
  for (const name of names(5)) await world().app().removeRow({ scope: CONTOSO, name }, {});
  await vanish(names(20, 5));
  await ticks(world(), 1);
  expect(await counts()).toEqual({ listed: 25, lost: 20 });
});

test('a row that the API deleted and a person registered again is watched for its loss as before', async () => {
  await watch(12);
  await ticks(world(), 1);
  for (const name of names(12)) await world().app().removeRow({ scope: CONTOSO, name }, {});
  await watch(12);
  await ticks(world(), 2);
  await loseTable();
  await ticks(world(), 1);
  expect(await counts()).toEqual({ listed: 12, lost: 12 });
});

test('a delete that crashed after it was announced leaves the row watched', async () => {
  await watch(12);
  await ticks(world(), 1);
  const now = world().clock.now();
  for (const name of names(12)) await world().tables.expiries.markDelete({ scope: CONTOSO, name }, now);
  await ticks(world(), 2);
  await loseTable();
  await ticks(world(), 1);
  expect(await counts()).toEqual({ listed: 12, lost: 12 });
});

test('rows that come back are as before, and nothing is mailed twice', async () => {
  await watch(12);
  const before = await mailsAt(world(), '2026-12-02T12:00:00Z');
  expect(before).toHaveLength(1);
  await loseTable();
  await ticks(world(), 3);
  await watch(12);
  await ticks(world(), 3);
  expect(await counts()).toEqual({ listed: 12, lost: 0 });
  expect(await codes()).toEqual([]);
  expect(world().mailsTo(ADA)).toHaveLength(1);
  expect(await historyOf(world(), CONTOSO, 'token-003')).toEqual(
    expect.arrayContaining(['rowLost', 'returned']),
  );
});

test('their owners are still reminded, and the target is still read', async () => {
  await watch(12);
  await ticks(world(), 1);
  world().clock.to('2027-01-01T11:00:00Z');
  await ticks(world(), 1);
  await loseTable();
  await ticks(world(), 1);
  const mailed = await mailsAt(world(), '2027-01-01T13:00:00Z');
  expect(mailed).toEqual([expect.stringContaining(`${ADA}: 12 tokens`)]);
  const [item] = await items();
  expect(item?.checkedOn).toBe(world().clock.now());
  world().azure.iotCentral.token(HOST, 'token-000').expires('2028-01-01T00:00:00Z');
  const checked = await world().app().checkNow({ scope: CONTOSO, name: 'token-000' }, world().log);
  expect(checked).toMatchObject({ recorded: true, item: { rowLostSince: expect.any(Number) } });
});

test('forecast, calendar feed, explanation and the daily rebuild keep them, too', async () => {
  await watch(12);
  await ticks(world(), 1);
  await loseTable();
  await ticks(world(), 1);
  await world().app().reconcile(world().log);
  expect(await counts()).toEqual({ listed: 12, lost: 12 });
  expect((await world().app().feed({})).entries).toHaveLength(12);
  expect((await world().app().forecast(365)).mails.length).toBeGreaterThan(0);
  const explained = await world().app().explain(CONTOSO, 'token-000');
  expect(explained?.report.items).toHaveLength(1);
  expect(explained?.explanation.next.mail).toBeDefined();
});

test('the daily rebuild alone takes no target for removed', async () => {
  await watch(12);
  await ticks(world(), 1);
  await loseTable();
  await world().app().reconcile(world().log);
  expect(
    (await world().tables.expiries.row({ scope: CONTOSO, name: 'token-000' }))?.goneSince,
  ).toBeUndefined();
  expect(await counts()).toEqual({ listed: 12, lost: 0 });
});

test('they go after a day', async () => {
  await watch(12);
  await ticks(world(), 1);
  await loseTable();
  await ticks(world(), 1);
  world().clock.pass(DAY - 5 * MINUTE - MINUTE);
  await world().tick();
  expect(await counts()).toEqual({ listed: 12, lost: 12 });
  world().clock.pass(6 * MINUTE);
  await world().tick();
  expect(await counts()).toEqual({ listed: 0, lost: 0 });
  expect(await codes()).toEqual([]);
  expect(await historyOf(world(), CONTOSO, 'token-000')).toEqual(['firstSeen', 'rowLost', 'gone']);
});

test('they go at the next sweep when an operator confirms, but not what is lost after that', async () => {
  await watch(12);
  await watch(12, hostOf(1));
  await ticks(world(), 1);
  await vanish(names(11));
  await ticks(world(), 1);
  const { asOf, targets } = await world().app().lostRows();
  expect(targets).toBe(11);
  world().clock.pass(HOUR);
  await vanish(names(11), `iotCentralToken:${hostOf(1)}`);
  await world().tick();
  expect(await counts()).toEqual({ listed: 24, lost: 22 });
  await world().app().confirmRemoval(asOf);
  await ticks(world(), 1);
  expect(await counts()).toEqual({ listed: 13, lost: 11 });
  await world().app().confirmRemoval(world().clock.now());
  await ticks(world(), 1);
  expect(await counts()).toEqual({ listed: 2, lost: 0 });
  expect(await codes()).toEqual([]);
});

test('a row that is back when its removal was confirmed stays watched', async () => {
  await watch(12);
  await ticks(world(), 1);
  await loseTable();
  await ticks(world(), 1);
  await world().app().confirmRemoval(world().clock.now());
  await watch(4);
  await ticks(world(), 1);
  expect(await counts()).toEqual({ listed: 4, lost: 0 });
});

test('a row that is back and that the API then deletes is gone at once', async () => {
  await watch(12);
  await ticks(world(), 1);
  await loseTable();
  await ticks(world(), 1);
  await watch(1);
  await world().app().removeRow({ scope: CONTOSO, name: 'token-000' }, {});
  await ticks(world(), 1);
  expect(await counts()).toEqual({ listed: 11, lost: 11 });
});

test('where the table itself was lost, a few rows are an alarm, too', async () => {
  await watch(3);
  await ticks(world(), 1);
  await loseTable();
  await ticks(world(), 1);
  expect(await counts()).toEqual({ listed: 3, lost: 3 });
  expect(toOps()).toHaveLength(1);
});

test('a script that goes on after the alarm adds to it', async () => {
  await watch(20);
  await ticks(world(), 1);
  await vanish(names(12));
  await ticks(world(), 1);
  await vanish(names(6, 12));
  await ticks(world(), 1);
  expect(await counts()).toEqual({ listed: 20, lost: 18 });
  expect(toOps()).toHaveLength(1);
});

test('the alarm does not wait for the operators’ daily mail', async () => {
  await world().register(CONTOSO, 'broken', { owners: ADA, thresholds: 'soon' });
  await watch(12);
  await ticks(world(), 1);
  expect(toOps()).toHaveLength(1);
  await loseTable();
  await ticks(world(), 1);
  expect(toOps()).toHaveLength(2);
});

test('with the registry, the table of the scopes may be lost', async () => {
  await watch(12);
  await ticks(world(), 1);
  await loseTable();
  await TableClient.fromConnectionString(world().connectionString, 'scopes', {
    allowInsecureConnection: true,
  }).deleteTable();
  await ticks(world(), 1);
  expect(await counts()).toEqual({ listed: 12, lost: 12 });
  expect(await codes()).toEqual(['rowsLost']);
});

test('a target that is disabled stays off the reports while its row is lost', async () => {
  await watch(12);
  await world().register(CONTOSO, 'off', { owners: ADA, enabled: 'false' });
  await ticks(world(), 1);
  await loseTable();
  await ticks(world(), 1);
  expect(await counts()).toEqual({ listed: 12, lost: 12 });
});
