/** Answers that are none of the store's, such as those of a proxy or a sign-in page: they are faults, never "no rows" or "written". */
import { RestError } from '@azure/data-tables';
import { openExpiries } from '../../src/storage/expiries';
import { openMailLedger } from '../../src/storage/mail-ledger';
import { openRegistry } from '../../src/storage/registry';
import { type Answer, scriptedTable } from './scripted';

const HTML = '<!doctype html><title>Sign in</title>';
const json = (body: string): Answer => ({
  status: 200,
  headers: { 'content-type': 'application/json' },
  body,
});
const row = { PartitionKey: 'a', RowKey: 'b', Timestamp: '2027-01-02T03:04:05Z' };

const PAGES: [string, Answer][] = [
  ['HTML', { status: 200, headers: { 'content-type': 'text/html' }, body: HTML }],
  ['HTML that is called JSON', json(HTML)],
  ['nothing', { status: 200 }],
  ['an empty object', json('{}')],
  ['a list', json('[]')],
  ['null', json('null')],
  ['a page without rows', json('{"value":null}')],
  ['a page of texts', json('{"value":["x"]}')],
  ['a row without a key', json('{"value":[{"PartitionKey":"a"}]}')],
  ['a key that is no text', json(JSON.stringify({ value: [{ ...row, RowKey: 7 }] }))],
  ['half of a page', json(`{"value":[${JSON.stringify(row)}`)],
  ['a redirect', { status: 302, headers: { location: 'https://login.example/' } }],
  ['an empty 204', { status: 204 }],
  ['a 404 of something else', { status: 404, body: HTML }],
];

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const item of items) found.push(item);
  return found;
}

test.each(PAGES)('%s is no page of rows', async (_, answer) => {
  const { client, requests } = scriptedTable(() => answer);
  const registry = openRegistry(client);
  await expect(registry.row({ scope: 'a', name: 'b' })).rejects.toThrow(RestError);
  await expect(all(registry.rows('a'))).rejects.toThrow(RestError);
  await expect(all(registry.scopes())).rejects.toThrow(RestError);
  await expect(all(registry.keys())).rejects.toThrow(RestError);
  await expect(all(openExpiries(client).marks())).rejects.toThrow(RestError);
  await expect(all(openExpiries(client).rows('a'))).rejects.toThrow(RestError);
  await expect(openMailLedger(client).of('acs').counts()).rejects.toThrow(RestError);
  expect(requests).toHaveLength(7);
});

const MULTIPART = { 'content-type': 'multipart/mixed; boundary=batchresponse_1' };
const part = (status: string) => `--changesetresponse_1\r\nHTTP/1.1 ${status}\r\n\r\n`;
const END = '--changesetresponse_1--';

const TRANSACTIONS: [string, Answer][] = [
  ['HTML', { status: 200, headers: { 'content-type': 'text/html' }, body: HTML }],
  ['HTML with 202', { status: 202, headers: { 'content-type': 'text/html' }, body: HTML }],
  ['nothing', { status: 202 }],
  ['a part too few', { status: 202, headers: MULTIPART, body: part('204 No Content') + END }],
  [
    'a part that failed without saying why',
    { status: 202, headers: MULTIPART, body: part('204 No Content') + part('409 Conflict') + END },
  ],
];

test.each(TRANSACTIONS)('%s does not say that a transaction was carried out', async (_, answer) => {
  const { client } = scriptedTable(() => answer);
  await expect(openExpiries(client).remove('a', ['b', 'c'])).rejects.toThrow(RestError);
});

const WRITES: [string, Answer][] = [
  ['HTML', { status: 200, headers: { 'content-type': 'text/html' }, body: HTML }],
  ['a 204 without an etag', { status: 204 }],
  ['a 201 without an etag', { status: 201, body: HTML }],
  ['a 404 of something else', { status: 404, body: HTML }],
  ['a 409 of something else', { status: 409, body: HTML }],
  ['a 412 of something else', { status: 412, body: HTML }],
];

test.each(WRITES)('%s does not say what became of a row', async (_, answer) => {
  const { client } = scriptedTable(() => answer);
  const key = { scope: 'a', name: 'b' };
  await expect(openRegistry(client).save(key, {}, undefined)).rejects.toThrow(RestError);
  await expect(openRegistry(client).save(key, {}, 'W/"x"')).rejects.toThrow(RestError);
  await expect(openMailLedger(client).saveOperatorNoticesToldOn('ops@example.com', 0)).rejects.toThrow(
    RestError,
  );
});
