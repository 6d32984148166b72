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

test('a table that vanished is an error, not an empty table', async () => {
  const { tables, bare } = await freshTables();
  await bare('registry').deleteTable();
  await expect(all(tables.registry.rows(SCOPE))).rejects.toMatchObject({ statusCode: 404 });
  await expect(tables.registry.row({ scope: SCOPE, name: 'x' })).rejects.toMatchObject({ statusCode: 404 });
});
