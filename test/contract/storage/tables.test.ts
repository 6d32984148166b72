/** Opening the tables: made once when missing, and never over plain http but on this machine. */
import { TableClient, TableServiceClient } from '@azure/data-tables';
import { openTables } from '../../../src/storage/tables';
import { freshStorage } from '../../support/azurite';
import { startStorageProxy } from '../../support/storage-proxy';
import { all, freshTables, plant, SCOPE } from './storage';

async function listed(connectionString: string): Promise<unknown[]> {
  const service = TableServiceClient.fromConnectionString(connectionString, {
    allowInsecureConnection: true,
  });
  return (await all(service.listTables())).map(({ name }) => name).sort();
}

test('creates the tables that are missing', async () => {
  const value = freshStorage();
  const service = TableServiceClient.fromConnectionString(value, { allowInsecureConnection: true });
  await service.createTable('registry');
  await service.createTable('mine');
  await openTables({ kind: 'connectionString', value }).ready();
  expect(await listed(value)).toEqual([
    'calendar',
    'expiries',
    'history',
    'mine',
    'outbox',
    'registry',
    'scopes',
  ]);
});

test('many starters at once do not disturb each other', async () => {
  const value = freshStorage();
  await Promise.all(Array.from({ length: 4 }, () => openTables({ kind: 'connectionString', value }).ready()));
  expect(await listed(value)).toHaveLength(6);
});

test('looks only once', async () => {
  const value = freshStorage();
  const tables = openTables({ kind: 'connectionString', value });
  const first = tables.ready();
  expect(tables.ready()).toBe(first);
  await first;
  expect(tables.ready()).toBe(first);
});

test('a failure is not remembered', async () => {
  // Plain http to a foreign host is refused before anything is sent.
  const tables = openTables({
    kind: 'connectionString',
    value: 'DefaultEndpointsProtocol=http;AccountName=a;AccountKey=Yg==;TableEndpoint=http://store.example/a',
  });
  const first = tables.ready();
  await expect(first).rejects.toThrow();
  const second = tables.ready();
  expect(second).not.toBe(first);
  await expect(second).rejects.toThrow();
});

test.each(['http://store.example/a', 'http://127.0.0.1.store.example/a', 'http://10.0.0.1/a'])(
  'sends nothing over plain http to %s',
  async endpoint => {
    const value = `DefaultEndpointsProtocol=http;AccountName=a;AccountKey=Yg==;TableEndpoint=${endpoint}`;
    await expect(openTables({ kind: 'connectionString', value }).ready()).rejects.toThrow(
      /https|allowInsecureConnection/,
    );
  },
);

test('sends no identity over plain http, not even on this machine', async () => {
  const endpoint = /TableEndpoint=([^;]+)/.exec(freshStorage())?.[1] ?? '';
  const getToken = jest.fn(async () => ({ token: 'secret', expiresOnTimestamp: Number.MAX_SAFE_INTEGER }));
  const tables = openTables({ kind: 'identity', tableUri: endpoint, credential: { getToken } });
  await expect(tables.ready()).rejects.toThrow(/https|TLS/);
  expect(getToken).not.toHaveBeenCalled();
});

test('opens the emulator by its short name', () => {
  expect(() => openTables({ kind: 'connectionString', value: 'UseDevelopmentStorage=true' })).not.toThrow();
});

const KEY = { scope: SCOPE, name: 'x' };
type Opened = Awaited<ReturnType<typeof freshTables>>['tables'];

const USES: [string, string, (tables: Opened) => Promise<unknown>, unknown][] = [
  ['rows are listed', 'expiries', tables => all(tables.expiries.rows(SCOPE)), []],
  ['a row is looked up', 'expiries', tables => tables.expiries.row(KEY), undefined],
  [
    'a row is created',
    'scopes',
    tables => tables.scopes.save({ scope: SCOPE }, undefined),
    expect.any(String),
  ],
  ['a row is changed', 'scopes', tables => tables.scopes.save({ scope: SCOPE }, 'W/"x"'), undefined],
  [
    'when operators were told is stored',
    'scopes',
    tables => tables.mailLedger.saveOperatorNoticesToldOn('ops@example.com', 0),
    undefined,
  ],
  [
    'an event is added',
    'history',
    tables => tables.history.add([{ ...KEY, event: { type: 'gone', on: 1, note: '' } }]),
    true,
  ],
  ['rows are removed', 'expiries', tables => tables.expiries.remove(SCOPE, ['x', 'y']), undefined],
];

test.each(USES)('a table that vanished is there again when %s', async (_, table, use, expected) => {
  const { tables, bare } = await freshTables();
  await bare(table).deleteTable();
  expect(await use(tables)).toEqual(expected);
  expect(await all(bare(table).listEntities())).toHaveLength(/created|added|stored/.test(_) ? 1 : 0);
});

test('many that need a vanished table at once do not disturb each other', async () => {
  const { tables, bare } = await freshTables();
  await bare('scopes').deleteTable();
  const names = ['a', 'b', 'c', 'd'];
  await Promise.all(names.map(name => tables.scopes.save({ scope: name }, undefined)));
  expect(await all(tables.scopes.all())).toHaveLength(4);
});

test.each<[string, (tables: Opened) => Promise<unknown>]>([
  ['its rows are listed', tables => all(tables.registry.rows(SCOPE))],
  ['its keys are listed', tables => all(tables.registry.keys())],
  ['its scopes are listed', tables => all(tables.registry.scopes())],
  ['a row is looked up', tables => tables.registry.row(KEY)],
  ['a row is created', tables => tables.registry.save(KEY, {})],
  ['many rows are written', tables => tables.registry.write(SCOPE, [{ name: 'x', columns: {} }])],
])('a registry that vanished is there again when %s, and its loss is on record', async (_, use) => {
  const { tables, bare } = await freshTables();
  await plant(bare('expiries'), [[SCOPE, 'x']]);
  expect(await tables.scopes.registryLostOn()).toBeUndefined();
  await bare('registry').deleteTable();
  await use(tables);
  expect(await all(bare('registry').listEntities())).toHaveLength(/created|written/.test(_) ? 1 : 0);
  expect(await tables.scopes.registryLostOn()).toEqual(expect.any(Number));
});

test('a registry that vanished while no app ran is on record as lost, and a new installation is not', async () => {
  const connectionString = freshStorage();
  const open = () => openTables({ kind: 'connectionString', value: connectionString });
  await open().ready();
  expect(await open().scopes.registryLostOn()).toBeUndefined();
  const bare = (name: string) =>
    TableClient.fromConnectionString(connectionString, name, { allowInsecureConnection: true });
  await bare('registry').deleteTable();
  await open().ready();
  // No target was ever recorded, so nothing is lost: another instance may be creating the tables at this moment.
  expect(await open().scopes.registryLostOn()).toBeUndefined();
  await plant(bare('expiries'), [[SCOPE, 'x']]);
  await bare('registry').deleteTable();
  await open().ready();
  expect(await open().scopes.registryLostOn()).toEqual(expect.any(Number));
});

test.each<[string, (tables: Opened) => Promise<unknown>]>([
  ['at the start', tables => tables.ready()],
  ['at the first use', tables => tables.registry.row(KEY)],
])('a registry whose loss cannot be put on record %s is not created before it can', async (_, use) => {
  const value = freshStorage();
  const proxy = await startStorageProxy(value);
  try {
    const bare = (name: string) =>
      TableClient.fromConnectionString(value, name, { allowInsecureConnection: true });
    await openTables({ kind: 'connectionString', value }).ready();
    await plant(bare('expiries'), [[SCOPE, 'x']]);
    await bare('registry').deleteTable();
    const open = () => openTables({ kind: 'connectionString', value: proxy.connectionString });
    proxy.answer = (method, path) =>
      method !== 'GET' && path.includes('scopes') ? { type: 'text/html', body: 'Sign in' } : undefined;
    await expect(use(open())).rejects.toThrow();
    expect(await listed(value)).not.toContain('registry');
    proxy.answer = undefined;
    await use(open());
    expect(await listed(value)).toContain('registry');
    expect(await open().scopes.registryLostOn()).toEqual(expect.any(Number));
  } finally {
    await proxy.close();
  }
});
