/** Calendar and history are derived: while they refuse writes, reading and telling go on, and health says what is wrong. */
import { TableClient } from '@azure/data-tables';
import { createApp } from '../../src/app';
import { DAY, MINUTE } from '../../src/formats/instant';
import { freshStorage } from '../support/azurite';
import { instant } from '../support/clock';
import { type StoreProxy, startStoreProxy, writesTo } from '../support/store-proxy';
import { CONTOSO, HOST } from '../support/story';
import { START, useWorld } from '../support/world';

const world = useWorld();
const NOW = instant(START);
let store: StoreProxy;
let app: ReturnType<typeof createApp>;

const token = (name: string) => world().azure.iotCentral.token(HOST, name);
const codes = async () => (await app.health()).reasons.map(({ code }) => code);
const listed = async () =>
  (await world().app().report({ limit: 10 })).items.map(({ name, expiresOn }) => [name, expiresOn]);

async function tick(): Promise<void> {
  world().clock.pass(5 * MINUTE);
  const queue = await app.startSweep(world().log);
  for (let message = queue.shift(); message; message = queue.shift())
    queue.push(...(await app.sweepScope(message, world().log)));
  await app.sendReminders(world().log);
}

beforeEach(async () => {
  store = await startStoreProxy(world().connectionString);
  app = createApp({ ...world().env, AzureWebJobsStorage: store.connectionString }, world().clock);
  token('gateway').expires(NOW + 31 * DAY);
  await world().register(CONTOSO, 'gateway', { owners: 'ada@example.com', thresholds: '30d 7d' });
  await tick();
});
afterEach(() => store.close());

test.each([
  ['calendar', 'calendarUnwritable'],
  ['history', 'historyUnwritable'],
])('while the %s refuses writes', async (table, code) => {
  expect(await codes()).toEqual([]);
  store.refuses(writesTo(table));
  token('sensors').expires(NOW + 5 * DAY);
  await world().register(CONTOSO, 'sensors', { owners: 'eve@example.com' });
  world().clock.to('2026-06-02T00:00:00Z');
  await tick();
  // A target that is new and one whose threshold was crossed are read and told.
  expect(
    world()
      .mails()
      .map(line => line.split(':')[0])
      .sort(),
  ).toEqual(['ada@example.com', 'eve@example.com']);
  expect(await codes()).toEqual([code]);
  expect((await app.health()).reasons[0]?.message).toMatch(
    /403 AuthorizationFailure.*reading and mails go on/,
  );
  // A renewal is seen, and told.
  token('sensors').expires(NOW + 300 * DAY);
  world().clock.pass(DAY);
  await tick();
  expect(world().mailsTo('eve@example.com').at(-1)?.message.content.subject).toMatch(/renewed/i);
  await app.checkNow({ scope: CONTOSO, name: 'gateway' }, world().log);
  expect((await world().tables.scopes.get(CONTOSO))?.leaseUntil).toBeUndefined();
  store.refuses(undefined);
  await tick();
  expect([await codes(), await listed()]).toEqual([
    [],
    [
      ['gateway', NOW + 31 * DAY],
      ['sensors', NOW + 300 * DAY],
    ],
  ]);
});

test.each(['calendar', 'history'])('a sweep tries the %s once while it refuses writes', async table => {
  const names = Array.from({ length: 250 }, (_, index) => `token-${index}`);
  for (const name of names) token(name).expires(NOW + 200 * DAY);
  await world().registerAll(CONTOSO, names);
  let tries = 0;
  const isWrite = writesTo(table);
  store.refuses(call => {
    if (isWrite(call)) tries += 1;
    return isWrite(call);
  });
  await tick();
  // One batch, and the question whether the table takes anything.
  expect(tries).toBe(2);
  expect((await world().tables.scopes.get(CONTOSO))?.counts).toMatchObject({
    total: 251,
    failing: 0,
    pending: 0,
  });
  store.refuses(undefined);
  await tick();
  expect((await listed()).length).toBe(10);
  expect((await app.report({ limit: 1_000 })).items).toHaveLength(251);
});

test('a new installation that cannot create them reads and tells', async () => {
  const connectionString = freshStorage();
  const empty = await startStoreProxy(connectionString);
  empty.refuses(({ path, body }) => path === 'Tables' && /calendar|history/.test(body));
  app = createApp({ ...world().env, AzureWebJobsStorage: empty.connectionString }, world().clock);
  token('fresh').expires(NOW + 5 * DAY);
  await app.health();
  const registry = TableClient.fromConnectionString(connectionString, 'registry', {
    allowInsecureConnection: true,
  });
  await registry.createEntity({ partitionKey: CONTOSO, rowKey: 'fresh', owners: 'ada@example.com' });
  await tick();
  expect(world().mails()).toEqual([expect.stringContaining('ada@example.com')]);
  expect((await codes()).sort()).toEqual(['calendarUnwritable', 'historyUnwritable']);
  empty.close();
});

test('what changed without a move in the calendar, or was removed, is on the reports as soon as it takes writes again', async () => {
  await world().register(CONTOSO, 'old', { owners: 'ada@example.com' });
  token('old').expires(NOW + 200 * DAY);
  await tick();
  store.refuses(writesTo('calendar'));
  await world().register(CONTOSO, 'gateway', { owners: 'ada@example.com', displayName: 'The gateway' });
  await world().unregister(CONTOSO, 'old');
  await tick();
  await app.reconcile(world().log);
  store.refuses(undefined);
  await tick();
  const { items } = await world().app().report({ limit: 10 });
  expect(items.map(({ displayName }) => displayName)).toEqual(['The gateway']);
});

test('the mail of a day is told once, and none is told again after the history works', async () => {
  store.refuses(writesTo('history', 'calendar'));
  world().clock.to('2026-06-02T00:00:00Z');
  await tick();
  await tick();
  store.refuses(undefined);
  await tick();
  expect(world().mails()).toHaveLength(1);
});
