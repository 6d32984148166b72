/** Opening the tables: made once when missing, and never over plain http but on this machine. */
import { TableServiceClient } from '@azure/data-tables';
import { openTables } from '../../../src/storage/tables';
import { freshStorage } from '../../support/azurite';
import { all, freshTables, SCOPE } from './storage';

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
  ['rows are listed', 'registry', tables => all(tables.registry.rows(SCOPE)), []],
  ['a row is looked up', 'registry', tables => tables.registry.row(KEY), undefined],
  ['a row is created', 'registry', tables => tables.registry.save(KEY, {}), expect.any(String)],
  ['a row is changed', 'registry', tables => tables.registry.save(KEY, {}, '*'), undefined],
  ['a row is removed', 'registry', tables => tables.registry.remove(KEY, '*'), false],
  ['a total is stored', 'scopes', tables => tables.mailLedger.saveAcceptedOn(0), undefined],
  [
    'an event is added',
    'history',
    tables => tables.history.add([{ ...KEY, event: { type: 'gone', on: 1, note: '' } }]),
    undefined,
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
  await bare('registry').deleteTable();
  const names = ['a', 'b', 'c', 'd'];
  await Promise.all(names.map(name => tables.registry.save({ scope: SCOPE, name }, {})));
  expect(await all(tables.registry.rows(SCOPE))).toHaveLength(4);
});
