/** Pages of a store that answers as the real one may and the emulator never does. */
import { RestError } from '@azure/data-tables';
import { and, compare, rowsOf } from '../../src/storage/pages';
import { openRegistry } from '../../src/storage/registry';
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

test('a quote in a value stays inside its literal', () => {
  expect(and(compare('PartitionKey', 'eq', "x' or '1' eq '1"), undefined, compare('RowKey', 'gt', ''))).toBe(
    "PartitionKey eq 'x'' or ''1'' eq ''1' and RowKey gt ''",
  );
});
