/** The registry table: the rows that people write. They are not parsed here. */
import type { TableClient } from '@azure/data-tables';
import type { Key } from '../core/target';
import type { Registry, RegistryRow, Stored } from '../watch/ports';
import { etagOf, instant, keyOf, type Row } from './columns';
import { canBeKey, cutToKey, keys } from './keys';
import { compare, find, rowsOf, scopesOf, within } from './pages';
import { entityOf, type Operation, removeRow, saveRow, submitEach } from './writes';

const NOT_A_COLUMN = new Set(['partitionKey', 'rowKey', 'timestamp', 'etag']);

export function openRegistry(client: TableClient): Registry {
  return {
    rows: (scope, after) => rowsIn(client, scope, after),
    all: after => allRows(client, after),
    async *scopes() {
      for await (const row of scopesOf(client))
        yield { scope: keyOf(row).scope, touchedOn: instant.read(row.timestamp) ?? 0 };
    },
    async *keys() {
      for await (const row of rowsOf(client, { select: [], ahead: true })) yield keyOf(row);
    },
    async row(key) {
      const row = await find(client, key);
      return row && toRow(row);
    },
    save: ({ scope, name }, columns, etag) => saveRow(client, entityOf(scope, name, columns), 'Merge', etag),
    remove: ({ scope, name }, etag) => removeRow(client, entityOf(scope, name), etag),
    write: (scope, rows) =>
      submitEach(
        client,
        rows.map(({ name, columns, etag }): Operation => {
          const row = entityOf(scope, name, columns);
          return etag === undefined ? ['create', row] : ['update', row, 'Merge', { etag }];
        }),
      ),
  };
}

async function* rowsIn(client: TableClient, scope: string, after?: string): ReturnType<Registry['rows']> {
  if (!canBeKey(scope)) return;
  for await (const row of rowsOf(client, { filter: within(scope, after), ahead: true })) yield toRow(row);
}

async function* allRows(client: TableClient, after: Key | undefined): ReturnType<Registry['all']> {
  if (after) yield* rowsIn(client, after.scope, after.name);
  const filter = after && compare('PartitionKey', 'gt', cutToKey(after.scope));
  for await (const row of rowsOf(client, { filter, ahead: true })) yield toRow(row);
}

function toRow(row: Row): Stored<RegistryRow> {
  const key = keyOf(row);
  const columns = Object.fromEntries(
    Object.entries(row)
      .filter(([column]) => !NOT_A_COLUMN.has(column) && !column.startsWith('odata.'))
      .map(([column, value]) => [column, typeof value === 'string' ? value.toWellFormed() : value]),
  );
  return { ...key, identity: keys.takeApart(key), columns, etag: etagOf(row) };
}
