/** Many writes on the emulator: which rows it refuses, how it says so, and that all others are written. */
import type { TableClient } from '@azure/data-tables';
import { guardTable } from '../../../src/storage/client';
import { rowsOf } from '../../../src/storage/pages';
import { type Operation, submit } from '../../../src/storage/writes';
import { all, freshTables, names } from './storage';

const upsert = (rowKey: string, columns = {}): Operation => [
  'upsert',
  { partitionKey: 'p', rowKey, ...columns },
  'Merge',
];
const update = (rowKey: string): Operation => ['update', { partitionKey: 'p', rowKey, seen: true }, 'Merge'];
const remove = (rowKey: string): Operation => ['delete', { partitionKey: 'p', rowKey }];

async function counted() {
  const { bare } = await freshTables();
  const client: TableClient = guardTable(bare('history'));
  let calls = 0;
  client.pipeline.addPolicy({
    name: 'count',
    sendRequest(request, next) {
      calls += 1;
      return next(request);
    },
  });
  return {
    client,
    bare: bare('history'),
    calls: () => calls,
    keys: async () => (await all(rowsOf(client))).map(row => row.rowKey),
  };
}

test('150 rows cost two calls', async () => {
  const { client, calls, keys } = await counted();
  expect(
    await submit(
      client,
      names(150).map(name => upsert(name)),
    ),
  ).toEqual(new Set());
  expect(calls()).toBe(2);
  expect(await keys()).toEqual(names(150));
});

test.each([
  ['a value that is too large', 'big', { text: 'x'.repeat(40_000) }],
  ['a row that is too large', 'big', Object.fromEntries(names(40).map(name => [name, 'x'.repeat(30_000)]))],
  ['a key with a slash', 'a/b', {}],
  ['a key with a control character', 'a\u0001b', {}],
  ['a key with a lone surrogate', 'a\ud800b', {}],
  ['a key that is too long', 'x'.repeat(1_025), {}],
])('refuses %s, and none of its neighbours', async (_what, rowKey, columns) => {
  const { client, keys } = await counted();
  const around = names(20);
  const operations = [...around.slice(0, 9).map(name => upsert(name)), upsert(rowKey, columns)];
  const refused = await submit(client, [...operations, ...around.slice(9).map(name => upsert(name))]);
  expect(refused).toEqual(new Set([rowKey]));
  expect(await keys()).toEqual(around);
});

test.each(['\u2028', '\u2029'])(
  'the separator %j in a text is kept, and harms no other row',
  async separator => {
    const { client, bare, keys } = await counted();
    const text = `a${separator}b`;
    const operations = names(7).map(name => upsert(name, name === 't00003' ? { text } : {}));
    expect(await submit(client, operations)).toEqual(new Set());
    expect(await keys()).toEqual(names(7));
    expect((await bare.getEntity('p', 't00003')).text).toBe(text);
  },
);

test('several bad rows among several transactions are all refused', async () => {
  const { client, keys } = await counted();
  const bad = ['a/b', 'c#d', 'e?f'];
  const [one = '', two = '', three = ''] = bad;
  const operations = names(250).map(name => upsert(name));
  operations.splice(5, 0, upsert(one), upsert(two));
  operations.splice(200, 0, upsert(three));
  expect(await submit(client, operations)).toEqual(new Set(bad));
  expect(await keys()).toEqual(names(250));
});

test('keys that need escaping in a path are written and deleted like any other', async () => {
  const { client, keys } = await counted();
  const odd = ['', "it's", '20%', '%2F', 'a b', 'é日😀', '..', 'a|b:c~2F', '<&">'];
  expect(
    await submit(
      client,
      odd.map(name => upsert(name)),
    ),
  ).toEqual(new Set());
  expect((await keys()).sort()).toEqual([...odd].sort());
  expect(await submit(client, odd.map(remove))).toEqual(new Set());
  expect(await keys()).toEqual([]);
});

test('deleting and updating rows that are gone is no fault, and does not bring them back', async () => {
  const { client, keys } = await counted();
  await submit(client, [upsert('here'), upsert('old')]);
  const refused = await submit(client, [
    remove('gone'),
    update('gone too'),
    update('here'),
    remove('old'),
    upsert('new'),
  ]);
  expect(refused).toEqual(new Set());
  expect(await keys()).toEqual(['here', 'new']);
});

test('the number in an error is that of the operation, however operations are mixed', async () => {
  const { client } = await counted();
  const mixed = names(30).map((name, i) => [upsert, update, remove][i % 3]?.(name) ?? upsert(name));
  await submit(
    client,
    names(30).map(name => upsert(name)),
  );
  for (const at of [0, 7, 17, 29]) {
    const broken = mixed.with(at, upsert('a/b'));
    await expect(client.submitTransaction(broken)).rejects.toThrow(new RegExp(`^${at}:`));
  }
});

test('of several operations on one row the last one counts', async () => {
  const { client, keys } = await counted();
  await submit(client, [remove('kept'), upsert('kept'), upsert('dropped'), remove('dropped')]);
  expect(await keys()).toEqual(['kept']);
});

test('a missing table is thrown', async () => {
  const client = (await freshTables()).bare('absent');
  await expect(submit(client, [upsert('a')])).rejects.toMatchObject({ code: 'TableNotFound' });
});
