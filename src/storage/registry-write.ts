/** Many registry rows in few transactions, each under its own etag: none is brought back, and none is written over. */
import { RestError, type TableClient, type TransactionAction } from '@azure/data-tables';
import type { Key } from '../core/target';
import type { RowToWrite, Unwritten } from '../watch/ports';
import { alreadyExists, isMissing, wasChanged } from './answers';
import { etagOf } from './columns';

/** So many rows within the registry's bounds stay below the 4 MiB of a transaction. */
const MOST_OPERATIONS = 100;

/**
 * n rows that meet no obstacle cost ⌈n/100⌉ calls. A transaction that fails for one of its rows left nothing behind: they are
 * then written one by one. Throws (RestError) what is not about a row: network, 401, 403, 429, 5xx, a missing table.
 */
export async function writeRows(
  client: TableClient,
  scope: string,
  rows: readonly RowToWrite[],
): Promise<Map<string, Unwritten>> {
  const unwritten = new Map<string, Unwritten>();
  for (let at = 0; at < rows.length; at += MOST_OPERATIONS) {
    const some = rows.slice(at, at + MOST_OPERATIONS);
    if (await areWritten(client, scope, some)) continue;
    for (const row of some) {
      const why = await writeAlone(client, scope, row);
      if (why) unwritten.set(row.name, why);
    }
  }
  return unwritten;
}

/** Merges under the etag, or creates without one; the new etag, or undefined when another writer was faster. */
export async function save(
  client: TableClient,
  key: Key,
  columns: Readonly<Record<string, string>>,
  etag?: string,
): Promise<string | undefined> {
  const row = rowOf(key, columns);
  const written = etag === undefined ? client.createEntity(row) : client.updateEntity(row, 'Merge', { etag });
  const answer = await unlessOvertaken(written);
  return answer && etagOf(answer);
}

/** What a write under an etag came to; undefined when another writer was faster. */
export async function unlessOvertaken<T>(write: Promise<T>): Promise<T | undefined> {
  try {
    return await write;
  } catch (error) {
    if (isOvertaken(error)) return undefined;
    throw error;
  }
}

export function rowOf({ scope, name }: Key, columns: Readonly<Record<string, string>>) {
  return { partitionKey: scope, rowKey: name, ...columns };
}

async function areWritten(client: TableClient, scope: string, rows: readonly RowToWrite[]): Promise<boolean> {
  try {
    await client.submitTransaction(rows.map(row => operationOf(scope, row)));
    return true;
  } catch (error) {
    if (isOvertaken(error) || isRefusal(error) || isVague(error)) return false;
    throw error;
  }
}

async function writeAlone(
  client: TableClient,
  scope: string,
  { name, columns, etag }: RowToWrite,
): Promise<Unwritten | undefined> {
  try {
    const written = await save(client, { scope, name }, columns, etag);
    return written === undefined ? 'overtaken' : undefined;
  } catch (error) {
    if (isRefusal(error)) return 'refused';
    throw error;
  }
}

function operationOf(scope: string, { name, columns, etag }: RowToWrite): TransactionAction {
  const row = rowOf({ scope, name }, columns);
  return etag === undefined ? ['create', row] : ['update', row, 'Merge', { etag }];
}

function isOvertaken(error: unknown): boolean {
  return alreadyExists(error) || wasChanged(error) || isMissing(error);
}

function isRefusal(error: unknown): boolean {
  // The SDK can't write a key with a lone surrogate into a path.
  if (error instanceof URIError) return true;
  if (!(error instanceof RestError) || error.code === 'InvalidAuthenticationInfo') return false;
  return error.statusCode === 400 || error.statusCode === 413;
}

/** A row can break a store that takes its neighbours; where it is the store's own fault, the first one alone meets it, too. */
function isVague(error: unknown): boolean {
  return error instanceof RestError && error.statusCode === 500 && error.code !== 'OperationTimedOut';
}
