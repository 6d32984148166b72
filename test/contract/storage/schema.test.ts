/** The version of the tables: read once, written under its etag; newer tables are refused, older ones brought up to date at any number of instances. */
import type { TableClient } from '@azure/data-tables';
import { createApp } from '../../../src/app';
import { guardTable } from '../../../src/storage/client';
import { MIGRATIONS, type Migration } from '../../../src/storage/migrations';
import { schemaVersion, UNVERSIONED, upgrade } from '../../../src/storage/schema';
import { openTables } from '../../../src/storage/tables';
import FORMER from '../../story/tables-0.1.0.json';
import { freshStorage } from '../../support/azurite';
import { startStorageProxy } from '../../support/storage-proxy';
import { type Call, startStoreProxy } from '../../support/store-proxy';
import { dumpOf, TABLES } from '../../support/story';
import { freshTables, NOON, plant, SCOPE } from './storage';

const NEWEST = MIGRATIONS.length;

/** As the app opens a table. */
const guarded = (bare: (table: string) => TableClient) => (table: string) => guardTable(bare(table));

async function versionOf(scopes: TableClient): Promise<unknown> {
  return (await scopes.getEntity('schema', 'version')).version;
}

/** Tables of 0.1.0 with the mail ledger of that version. */
async function formerTables() {
  const value = freshStorage();
  const { tables, bare } = await freshTables(value);
  await bare('scopes').deleteEntity('schema', 'version');
  for (const row of FORMER.tables.scopes) await bare('scopes').createEntity(row);
  return { value, tables, bare };
}

/** The rows of the scopes table without etags and timestamps. */
async function rowsOf(scopes: TableClient): Promise<unknown[]> {
  const rows: unknown[] = [];
  for await (const { etag: _etag, timestamp: _timestamp, ...row } of scopes.listEntities()) rows.push(row);
  return rows;
}

async function upgraded(): Promise<unknown[]> {
  const { value, bare } = await formerTables();
  await openTables({ kind: 'connectionString', value }).ready();
  return await rowsOf(bare('scopes'));
}

test('new tables get the newest version', async () => {
  const { bare } = await freshTables();
  expect(await versionOf(bare('scopes'))).toBe(NEWEST);
});

test('a start on tables that are up to date costs two calls, of which one reads the version, and writes nothing', async () => {
  const value = freshStorage();
  await freshTables(value);
  const before = await dumpOf(value, TABLES);
  const proxy = await startStorageProxy(value);
  const calls: string[] = [];
  proxy.answer = (method, path) => void calls.push(`${method} ${path.split('?')[0]?.split('/').at(-1)}`);
  await openTables({ kind: 'connectionString', value: proxy.connectionString }).ready();
  await proxy.close();
  expect(calls).toEqual(['GET Tables', 'GET scopes()']);
  expect(await dumpOf(value, TABLES)).toEqual(before);
});

describe('tables of a newer version', () => {
  async function newerTables() {
    const value = freshStorage();
    const { bare } = await freshTables(value);
    await bare('scopes').upsertEntity({ partitionKey: 'schema', rowKey: 'version', version: NEWEST + 1 });
    await bare('history').deleteTable();
    return { value, bare };
  }
  const fix = /newer version of the app wrote them.* Deploy that version again, or a later one\./;

  test('are refused by every use with the fix in words, and nothing is written, not even a missing table', async () => {
    const { value } = await newerTables();
    const rest = TABLES.filter(name => name !== 'history');
    const before = await dumpOf(value, rest);
    const app = createApp({ AzureWebJobsStorage: value, MAIL_TO: 'none' });
    const log = { info: () => undefined, warn: () => undefined };
    const uses = [
      () => app.startSweep(log),
      () => app.sweepScope({ scope: SCOPE, tick: '2026-06-01T00:00:00.000Z' }, log),
      () => app.sendReminders(log),
      () => app.reconcile(log),
      () => app.tellPoison('{}', log),
      () => app.report({ limit: 1 }),
      () => app.removeRow({ scope: SCOPE, name: 'gateway' }, {}),
    ];
    for (const use of uses) await expect(use()).rejects.toThrow(fix);
    const { reasons } = await app.health();
    expect(reasons).toEqual([{ code: 'tablesNewer', message: expect.stringMatching(fix) }]);
    expect(await dumpOf(value, rest)).toEqual(before);
    await expect(dumpOf(value, ['history'])).rejects.toThrow(/TableNotFound|not exist/i);
  });

  test('are used again once they have a version that is known', async () => {
    const { value, bare } = await newerTables();
    const tables = openTables({ kind: 'connectionString', value });
    await expect(tables.ready()).rejects.toThrow(fix);
    await bare('scopes').upsertEntity({ partitionKey: 'schema', rowKey: 'version', version: NEWEST });
    await expect(tables.ready()).resolves.toBeUndefined();
  });
});

test.each(['banana', -1, 0.5, ''])(
  'a version of %p counts as the oldest: it is brought up to date again, which changes nothing else',
  async version => {
    const { bare } = await freshTables();
    await bare('scopes').createEntity({ partitionKey: 'mail', rowKey: 'counts', sends: '[]', looks: '[]' });
    await bare('scopes').upsertEntity({ partitionKey: 'schema', rowKey: 'version', version }, 'Replace');
    const before = (await rowsOf(bare('scopes')))[0];
    await upgrade(guarded(bare), await schemaVersion(guarded(bare)('scopes')));
    expect(await rowsOf(bare('scopes'))).toEqual([
      before,
      { partitionKey: 'schema', rowKey: 'version', version: NEWEST },
    ]);
  },
);

test('the four mail rows of 0.1.0 become one, and the former ones go', async () => {
  const names = (await upgraded()).map(row => [Object(row).partitionKey, Object(row).rowKey]);
  expect(names.filter(([partition]) => partition !== 'scope')).toEqual([
    ['mail', 'counts'],
    ['mail', 'matters|ops~40example.com'],
    ['schema', 'version'],
  ]);
});

test('two instances that start at once end where one would', async () => {
  const expected = await upgraded();
  const { value, bare } = await formerTables();
  const start = () => openTables({ kind: 'connectionString', value }).ready();
  await Promise.all([start(), start(), start()]);
  expect(await rowsOf(bare('scopes'))).toEqual(expected);
});

test('a start that ends after any number of its calls is made up for by the next one', async () => {
  const expected = await upgraded();
  for (let most = 0; ; most += 1) {
    const { value, bare } = await formerTables();
    const proxy = await startStoreProxy(value);
    let calls = 0;
    proxy.refuses((_call: Call) => ++calls > most);
    const start = () => openTables({ kind: 'connectionString', value: proxy.connectionString }).ready();
    const isWhole = await start().then(
      () => true,
      () => false,
    );
    proxy.refuses(undefined);
    await start();
    proxy.close();
    expect(await rowsOf(bare('scopes'))).toEqual(expected);
    if (isWhole) return expect(most).toBeGreaterThan(3);
  }
});

test('counts that the newer form holds already win over the former rows', async () => {
  const { tables, bare } = await formerTables();
  const quota = { requests: [{ at: NOON, count: 7 }] };
  await plant(bare('scopes'), [
    ['mail', 'counts', { sends: JSON.stringify([{ at: new Date(NOON), count: 7 }]), looks: '[]' }],
  ]);
  await upgrade(guarded(bare), UNVERSIONED);
  expect((await tables.mailLedger.of('acs').counts()).send).toMatchObject(quota);
  expect((await rowsOf(bare('scopes'))).map(row => Object(row).rowKey)).not.toContain('send');
});

test('an older instance that was slower writes no version over that of a newer one, and is refused', async () => {
  const { bare } = await freshTables();
  const scopes = bare('scopes');
  await scopes.deleteEntity('schema', 'version');
  const step = (rowKey: string): Migration => ({
    table: 'scopes',
    partition: 'step',
    operations: () => [['upsert', { partitionKey: 'step', rowKey }, 'Replace']],
  });
  const newer = [step('1'), step('2')];
  const older = [step('1')];
  // Both have read that there is no version; the newer one is done before the older one goes on.
  await upgrade(guarded(bare), UNVERSIONED, newer);
  await expect(upgrade(guarded(bare), UNVERSIONED, older)).rejects.toThrow(/have version 2/);
  expect(await versionOf(scopes)).toBe(2);
});

test('each missing migration is carried out once, in order', async () => {
  const { bare } = await freshTables();
  const done: string[] = [];
  const step = (name: string): Migration => ({
    table: 'scopes',
    partition: 'step',
    operations: () => {
      done.push(name);
      return [];
    },
  });
  const before = Array.from({ length: NEWEST }, () => step('known already'));
  await upgrade(guarded(bare), await schemaVersion(guarded(bare)('scopes')), [
    ...before,
    step('first'),
    step('second'),
  ]);
  expect(done).toEqual(['first', 'second']);
  expect(await versionOf(bare('scopes'))).toBe(NEWEST + 2);
});
