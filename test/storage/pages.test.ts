/** Pages of a store whose answers the real store may give and the emulator never does. */
import { RestError, type TableClient } from '@azure/data-tables';
import { openCalendar } from '../../src/storage/calendar';
import { openExpiries } from '../../src/storage/expiries';
import { openHistory } from '../../src/storage/history';
import { and, compare, firstPageOf, rowsOf } from '../../src/storage/pages';
import { openRegistry } from '../../src/storage/registry';
import { openScopes } from '../../src/storage/scopes';
import { page, scriptedTable } from './scripted';

const row = (PartitionKey: string, RowKey: string) => ({
  PartitionKey,
  RowKey,
  Timestamp: '2027-01-02T03:04:05.1234567Z',
});

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const item of items) found.push(item);
  return found;
}

test('an empty page that names a next one is not the end', async () => {
  const answers = [page([], 'n1'), page([row('a', '1')], 'n2'), page([], 'n3'), page([row('b', '2')])];
  const { client } = scriptedTable(() => answers.shift() ?? page([]));
  expect((await all(rowsOf(client))).map(({ rowKey }) => rowKey)).toEqual(['1', '2']);
});

test('a page whose rows come in another order is read in key order', async () => {
  const { client } = scriptedTable(() => page([row('a', '3'), row('a', '1'), row('a', '2'), row('A', '9')]));
  expect((await all(rowsOf(client))).map(({ rowKey }) => rowKey)).toEqual(['9', '1', '2', '3']);
});

test.each([
  ['Edm.Int64', 'twelve'],
  ['Edm.DateTime', 'tomorrow'],
  ['Edm.Binary', '***'],
  ['Edm.Unheard', 'x'],
])('a value that is no %s makes no neighbour unreadable', async (type, value) => {
  const bad = { ...row('a', '2'), 'expiresOn@odata.type': type, expiresOn: value };
  const { client } = scriptedTable(() => page([row('a', '1'), bad, row('a', '3')]));
  const states = await all(openExpiries(client).rows('a'));
  expect(states.map(({ name, expiresOn }) => [name, expiresOn])).toEqual([
    ['1', undefined],
    ['2', undefined],
    ['3', undefined],
  ]);
  const rows = await all(openRegistry(client).rows('a'));
  expect(rows.map(({ name }) => name)).toEqual(['1', '2', '3']);
});

test('the leap from scope to scope goes on over empty pages', async () => {
  const partitions = ['', 'a', 'b'];
  const { client } = scriptedTable(request => {
    const url = new URL(request.url).searchParams;
    if (!url.has('NextPartitionKey')) return page([], 'next');
    const last = /^PartitionKey gt '(.*)'$/.exec(url.get('$filter') ?? '')?.[1];
    const found = partitions.find(partition => last === undefined || partition > last);
    return page(found === undefined ? [] : [row(found, 'x')]);
  });
  const touchedOn = Date.UTC(2027, 0, 2, 3, 4, 5, 123);
  expect(await all(openRegistry(client).scopes())).toEqual(partitions.map(scope => ({ scope, touchedOn })));
});

test('an empty page before others is not the end: their rows are read', async () => {
  const pages = () => [page([], 'n1'), page([], 'n2'), page([row('a', '1')])];
  for (const read of [
    (client: TableClient) => all(rowsOf(client)),
    (client: TableClient) => firstPageOf(client, {}),
    (client: TableClient) => all(openRegistry(client).rows('a')),
    (client: TableClient) => all(openRegistry(client).keys()),
    (client: TableClient) => all(openExpiries(client).marks()),
  ]) {
    const answers = pages();
    const { client } = scriptedTable(() => answers.shift() ?? { status: 500 });
    expect(await read(client)).toHaveLength(1);
  }
});

test('a reader that leaves early is not killed by the page ahead', async () => {
  const answers = [page([row('a', '1')], 'n1')];
  const { client } = scriptedTable(() => {
    const answer = answers.shift();
    if (answer) return answer;
    throw new RestError('gone away', { code: 'ECONNRESET' });
  });
  const unhandled = jest.fn();
  process.once('unhandledRejection', unhandled);
  for await (const _row of rowsOf(client, { ahead: true })) break;
  await new Promise(setImmediate);
  process.off('unhandledRejection', unhandled);
  expect(unhandled).not.toHaveBeenCalled();
});

test('a reader that stays meets the failure of the page ahead', async () => {
  const answers = [page([row('a', '1')], 'n1')];
  const { client } = scriptedTable(() => answers.shift() ?? { status: 403 });
  await expect(all(rowsOf(client, { ahead: true }))).rejects.toThrow(RestError);
});

const IMPOSSIBLE = [
  "'".repeat(513),
  '漢'.repeat(2_000),
  'a/b',
  'a\\b',
  'a#b',
  'a?b',
  'a\u0000b',
  'a\tb',
  'a\u007fb',
  'a\u009fb',
  'a\udc00b',
];

test.each(IMPOSSIBLE)('no row can have the key %j, so nothing is asked', async key => {
  const { client, requests } = scriptedTable(() => page([row('a', '1')]));
  const registry = openRegistry(client);
  for (const at of [
    { scope: key, name: 'x' },
    { scope: 'x', name: key },
  ]) {
    expect(await registry.row(at)).toBeUndefined();
    expect(await openExpiries(client).row(at)).toBeUndefined();
    expect(await openHistory(client).of(at, 5)).toEqual([]);
  }
  expect(await all(registry.rows(key))).toEqual([]);
  expect(await all(openExpiries(client).rows(key))).toEqual([]);
  expect(await all(openCalendar(client).entries({ scope: key }))).toEqual([]);
  expect(await openScopes(client).get(key)).toBeUndefined();
  expect(requests).toHaveLength(0);
});

test('a place after which rows are asked for is never longer than a key', async () => {
  const { client, requests } = scriptedTable(() => page([]));
  const long = "'".repeat(5_000);
  await all(openRegistry(client).rows('a', long));
  await all(openRegistry(client).all({ scope: long, name: long }));
  await all(openCalendar(client).entries({ after: long }));
  expect(requests).toHaveLength(3);
  for (const { url } of requests) expect(url.length).toBeLessThan(8_000);
});

test('a quote in a value stays inside its literal', () => {
  expect(and(compare('PartitionKey', 'eq', "x' or '1' eq '1"), undefined, compare('RowKey', 'gt', ''))).toBe(
    "PartitionKey eq 'x'' or ''1'' eq ''1' and RowKey gt ''",
  );
});
