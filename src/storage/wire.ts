/**
 * Rows as the store sends them. The SDK renames keys and merges them with the columns, so that a column called `rowKey` hides
 * the key of its row, and one bad value makes a whole page unreadable.
 */
import {
  type PipelinePolicy,
  type PipelineRequest,
  type PipelineResponse,
  RestError,
} from '@azure/core-rest-pipeline';
import * as v from 'valibot';
import { parseJson } from '../formats/json';
import type { Row } from './columns';

/** What each row of an answer has; all other members are columns that people and tools name. */
interface WireRow extends Row {
  readonly PartitionKey: string;
  readonly RowKey: string;
}

const Keys = v.object({ PartitionKey: v.string(), RowKey: v.string() });
// The check copies no row: a page has a thousand.
const Page = v.object({ value: v.array(v.custom<WireRow>(row => v.is(Keys, row))) });
const TableList = v.object({ value: v.array(v.object({ TableName: v.string() })) });

const SYSTEM = new Set(['PartitionKey', 'RowKey', 'Timestamp', 'odata.etag']);
const TYPE = '@odata.type';

const read = new WeakMap<PipelineResponse, readonly Row[]>();

/** Reads the rows of each page, in key order, and leaves none of them to the SDK. @throws RestError for any other answer with 200 */
export const wireRows: PipelinePolicy = {
  name: 'wireRows',
  async sendRequest(request, next) {
    const answer = await next(request);
    if (request.method !== 'GET' || answer.status !== 200) return answer;
    const page = v.safeParse(Page, parseJson(answer.bodyAsText ?? ''));
    if (!page.success) throw notTheService(answer.status);
    read.set(answer, inKeyOrder(page.output.value.map(toRow)));
    answer.bodyAsText = '{"value":[]}';
    return answer;
  },
};

/** The rows of an answer that `wireRows` read. */
export function rowsIn(answer: PipelineResponse): readonly Row[] | undefined {
  return read.get(answer);
}

/** @throws RestError for an answer with 200 that is no list of tables */
export const wireTables: PipelinePolicy = {
  name: 'wireTables',
  async sendRequest(request, next) {
    const answer = await next(request);
    const isList = () => v.is(TableList, parseJson(answer.bodyAsText ?? ''));
    if (request.method === 'GET' && answer.status === 200 && !isList()) throw notTheService(answer.status);
    return answer;
  },
};

/** @throws RestError for a write of one row that is answered without the etag of that row */
export const wireWrites: PipelinePolicy = {
  name: 'wireWrites',
  async sendRequest(request, next) {
    const answer = await next(request);
    const isOfRow = ['POST', 'PUT', 'PATCH'].includes(request.method) && !isTransaction(request);
    const isMade = answer.status === 201 || answer.status === 204;
    if (isOfRow && isMade && !isOfTables(request) && !answer.headers.has('etag'))
      throw notTheService(answer.status);
    return answer;
  },
};

export function isTransaction({ url }: PipelineRequest): boolean {
  return new URL(url).pathname.endsWith('/$batch');
}

/** Whether a table is to be created. */
function isOfTables({ url }: PipelineRequest): boolean {
  return new URL(url).pathname.endsWith('/Tables');
}

/** Something else than the store answered, such as a proxy or a sign-in page. */
export function notTheService(status: number): RestError {
  return new RestError(`The storage account answered with ${status}, but not as the Table service does.`, {
    code: 'NotTheTableService',
  });
}

/** The keys, the etag and the timestamp come last, so no column takes their place. */
function toRow(wire: WireRow): Row {
  const columns: [string, unknown][] = [];
  for (const [name, value] of Object.entries(wire)) {
    if (SYSTEM.has(name) || name.endsWith(TYPE)) continue;
    columns.push([name, typed(value, wire[name + TYPE])]);
  }
  return {
    ...Object.fromEntries(columns),
    partitionKey: wire.PartitionKey,
    rowKey: wire.RowKey,
    timestamp: wire.Timestamp,
    etag: etagIn(wire),
  };
}

/** An etag is made of the row's timestamp, so it is known even where a column takes its place. */
function etagIn({ 'odata.etag': etag, Timestamp: timestamp }: WireRow): unknown {
  if (typeof etag === 'string' && etag.startsWith('W/"')) return etag;
  return typeof timestamp === 'string' ? `W/"datetime'${encodeURIComponent(timestamp)}'"` : undefined;
}

/** A value that its type does not allow stays as it was sent, so only its own column is unreadable. */
function typed(value: unknown, type: unknown): unknown {
  if (typeof value !== 'string') return value;
  if (type === 'Edm.DateTime') return new Date(value);
  if (type === 'Edm.Int64') return /^-?\d{1,19}$/.test(value) ? BigInt(value) : value;
  if (type === 'Edm.Binary') return new Uint8Array(Buffer.from(value, 'base64'));
  return type === 'Edm.Guid' ? { value, type: 'Guid' } : value;
}

/** The store sorts its rows; a page that comes in another order is sorted here, so that no row is taken for a missing one. */
function inKeyOrder(rows: Row[]): Row[] {
  const isSorted = rows.every((row, index) => index === 0 || compareKeys(rows[index - 1] ?? row, row) <= 0);
  return isSorted ? rows : rows.sort(compareKeys);
}

function compareKeys(one: Row, other: Row): number {
  return compare(one.partitionKey, other.partitionKey) || compare(one.rowKey, other.rowKey);
}

/** By UTF-16 units, as the store compares. */
function compare(one: unknown, other: unknown): number {
  const [a, b] = [`${one}`, `${other}`];
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
