/** The registry table: people's rows, handed on as they stand. */
import type { TableClient } from '@azure/data-tables';
import type { Key } from '../core/target';
import type { Registry, RegistryRow } from '../watch/ports';
import { unlessMissing, unlessThere } from './answers';
import { instant, keyOf, type Row } from './columns';
import { isWellFormed, spell, takeApart } from './keys';
import { compare, find, firstOf, rowsOf, within } from './pages';

const NOT_A_COLUMN = new Set(['partitionKey', 'rowKey', 'timestamp', 'etag']);

export function openRegistry(client: TableClient): Registry {
  return {
    async *rows(scope, after) {
      if (!isWellFormed(scope)) return;
      for await (const row of rowsOf(client, { filter: within(scope, after), ahead: true })) yield toRow(row);
    },
    async row(key) {
      const row = await find(client, key);
      return row && toRow(row);
    },
    scopes: () => scopesOf(client),
    spell,
    create: (key, columns) => unlessThere(client.createEntity(rowOf(key, columns))),
    change: (key, columns) => unlessMissing(client.updateEntity(rowOf(key, columns), 'Merge')),
  };
}

/** Leaps from each partition to the next: one call of one row for each, however many rows it has. */
async function* scopesOf(client: TableClient): ReturnType<Registry['scopes']> {
  // The first leap has no filter: the empty partition key is legal, and nothing is less.
  let filter: string | undefined;
  for (;;) {
    const row = await firstOf(client, { filter, select: ['partitionKey', 'timestamp'] });
    if (!row) return;
    const { scope } = keyOf(row);
    yield { scope, touchedOn: instant(row.timestamp) ?? 0 };
    filter = compare('PartitionKey', 'gt', scope);
  }
}

function rowOf({ scope, name }: Key, columns: Readonly<Record<string, string>>) {
  return { partitionKey: scope, rowKey: name, ...columns };
}

function toRow(row: Row): RegistryRow {
  const key = keyOf(row);
  const columns = Object.fromEntries(
    Object.entries(row).filter(([column]) => !NOT_A_COLUMN.has(column) && !column.startsWith('odata.')),
  );
  return { ...key, identity: takeApart(key), columns };
}
