/** A storage account of its own for each test, opened as the app opens it, with the bare tables beside it. */
import { TableClient } from '@azure/data-tables';
import { openTables } from '../../../src/storage/tables';
import { freshStorage } from '../../support/azurite';

export const NOON = Date.UTC(2027, 2, 4, 12, 0, 0, 250);
export const SCOPE = 'iotCentralToken:app.azureiotcentral.com';

/** The six tables of a new account, or of the one given, the same with a key that the account refuses, and a plain client of each for what the ports don't do. */
export async function freshTables(value = freshStorage()) {
  const tables = openTables({ kind: 'connectionString', value });
  await tables.ready();
  const bare = (name: string) =>
    TableClient.fromConnectionString(value, name, { allowInsecureConnection: true });
  const wrong = value.replace(/AccountKey=[^;]+/, 'AccountKey=d3Jvbmc=');
  const refused = openTables({ kind: 'connectionString', value: wrong });
  return { tables, bare, refused };
}

/** A record without its etag. */
export function content<T extends { readonly etag: string }>(stored: T | undefined) {
  if (!stored) return undefined;
  const { etag: _etag, ...rest } = stored;
  return rest;
}

export async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const item of items) found.push(item);
  return found;
}

/** `count` names in key order. */
export function names(count: number): string[] {
  return Array.from({ length: count }, (_, i) => `t${String(i).padStart(5, '0')}`);
}

/** Writes bare rows, each a partition key, a row key and columns. */
export async function plant(client: TableClient, rows: readonly [string, string, object?][]): Promise<void> {
  const partitions = new Map<string, [string, string, object?][]>();
  for (const row of rows) partitions.set(row[0], [...(partitions.get(row[0]) ?? []), row]);
  for (const partition of partitions.values()) {
    for (let from = 0; from < partition.length; from += 100) {
      await client.submitTransaction(
        partition
          .slice(from, from + 100)
          .map(([partitionKey, rowKey, columns]) => [
            'upsert',
            { partitionKey, rowKey, ...columns },
            'Replace',
          ]),
      );
    }
  }
}
