/** A storage account whose answers come from something else, or whose tables are gone: nothing is taken for removed by mistake. */
import { TableClient } from '@azure/data-tables';
import { type StorageProxy, startStorageProxy } from '../support/storage-proxy';
import { useWorld } from '../support/world';

const world = useWorld();
const HOST = 'contoso.azureiotcentral.com';
const SCOPE = `iotCentralToken:${HOST}`;
let proxy: StorageProxy;

beforeEach(async () => {
  proxy = await startStorageProxy(world().connectionString);
  for (const name of ['gateway', 'sensors']) {
    world().azure.iotCentral.token(HOST, name).expires('2026-09-01T00:00:00Z');
    await world().register(SCOPE, name, { owners: 'ada@example.com' });
  }
  await world().sweep();
  world().restart({ AzureWebJobsStorage: proxy.connectionString });
});

afterEach(() => proxy.close());

const states = async () => {
  const found = [];
  for await (const { name, goneSince } of world().tables.expiries.rows(SCOPE)) found.push([name, goneSince]);
  return found;
};

const PRESENT = [
  ['gateway', undefined],
  ['sensors', undefined],
];

test.each([
  ['HTML', 'text/html', '<title>Sign in</title>'],
  ['JSON without rows', 'application/json', '{}'],
  ['a list that is no page', 'application/json', '[]'],
])('a registry that is answered with %s marks nothing as gone', async (_, type, body) => {
  await world().app().report({ limit: 1 });
  const { log } = world();
  world().clock.pass(3_600_000);
  const [message] = await world().app().startSweep(log);
  if (!message) throw new Error('no sweep was started');
  proxy.answer = (method, path) =>
    method === 'GET' && path.includes('/registry(') ? { type, body } : undefined;
  await expect(world().app().sweepScope(message, log)).rejects.toThrow(/not as the Table service/);
  await expect(world().app().startSweep(log)).rejects.toThrow(/not as the Table service/);
  expect(await states()).toEqual(PRESENT);
  const { reasons } = await world().app().health();
  expect(reasons.map(({ code }) => code)).toEqual(['storageUnreachable']);
  proxy.answer = undefined;
  world().clock.pass(3_600_000);
  await world().sweep();
  expect(await states()).toEqual(PRESENT);
});

test.each(['registry', 'expiries'])(
  'nonsense in place of the table %s while a removal is judged marks nothing as gone',
  async table => {
    await world().app().report({ limit: 1 });
    const { log } = world();
    world().clock.pass(3_600_000);
    await world().unregister(SCOPE, 'gateway');
    const [message] = await world().app().startSweep(log);
    if (!message) throw new Error('no sweep was started');
    // The judgement alone reads a whole table.
    proxy.answer = (method, path) =>
      method === 'GET' && path.includes(`/${table}(`) && !path.includes('filter')
        ? { type: 'text/html', body: '<title>Sign in</title>' }
        : undefined;
    await expect(world().app().sweepScope(message, log)).rejects.toThrow(/not as the Table service/);
    expect(await states()).toEqual(PRESENT);
    proxy.answer = undefined;
    await world().app().sweepScope(message, log);
    expect(await states()).toEqual([['gateway', world().clock.now()], PRESENT[1]]);
  },
);

test('a page whose rows come in another order marks nothing as gone, and all are read', async () => {
  const { log } = world();
  world().clock.pass(86_400_000);
  const rows = ['sensors', 'gateway'].map(RowKey => ({
    PartitionKey: SCOPE,
    RowKey,
    Timestamp: '2026-06-01T00:00:00.0000000Z',
    owners: 'ada@example.com',
  }));
  proxy.answer = (method, path) =>
    method === 'GET' && path.includes('/registry(') && !path.includes('RowKey')
      ? { type: 'application/json', body: JSON.stringify({ value: rows }) }
      : undefined;
  const tick = new Date(world().clock.now()).toISOString();
  await world().app().sweepScope({ scope: SCOPE, tick }, log);
  expect(await states()).toEqual(PRESENT);
  const { items } = await world().app().report({ limit: 10 });
  const now = world().clock.now();
  expect(items.map(({ name, checkedOn }) => [name, checkedOn]).sort()).toEqual([
    ['gateway', now],
    ['sensors', now],
  ]);
});

test.each(['registry', 'scopes', 'outbox', 'calendar', 'history'])(
  'a watcher goes on after its table %s is lost',
  async name => {
    await world().app().report({ limit: 1 });
    const options = { allowInsecureConnection: true };
    await TableClient.fromConnectionString(world().connectionString, name, options).deleteTable();
    world().clock.to('2026-08-20T00:00:00Z');
    await world().tick();
    expect(await states()).toEqual(PRESENT);
    expect(world().mailsTo('ada@example.com')).toHaveLength(1);
  },
);
