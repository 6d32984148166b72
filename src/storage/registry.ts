/** The registry table: people's rows, handed on as they stand. */
import type { TableClient } from '@azure/data-tables';
import type { Key } from '../core/target';
import type { FoundRow, Registry, RegistryRow } from '../watch/ports';
import { unlessMissing, unlessThere } from './answers';
import { etagOf, instant, keyOf, type Row } from './columns';
import { canBeKey, cutToKey, spell, takeApart, wellFormed } from './keys';
import { compare, find, firstOf, rowsOf, within } from './pages';
import { rowOf, save, unlessOvertaken, writeRows } from './registry-write';

const NOT_A_COLUMN = new Set(['partitionKey', 'rowKey', 'timestamp', 'etag']);

export function openRegistry(client: TableClient): Registry {
  return {
    rows: (scope, after) => rows(client, scope, after),
    all: after => allRows(client, after),
    async row(key) {
      const row = await find(client, key);
      return row && toRow(row);
    },
    scopes: () => scopesOf(client),
    async find(key) {
      const row = await find(client, key);
      return row && toFound(row);
    },
    found: scope => found(client, scope),
    spell,
    takeApart,
    create: (key, columns) => unlessThere(client.createEntity(rowOf(key, columns))),
    change: (key, columns) => unlessMissing(client.updateEntity(rowOf(key, columns), 'Merge')),
    save: (key, columns, etag) => save(client, key, columns, etag),
    async remove({ scope, name }, etag) {
      return (await unlessOvertaken(client.deleteEntity(scope, name, { etag }))) !== undefined;
    },
    write: (scope, some) => writeRows(client, scope, some),
  };
}

async function* rows(client: TableClient, scope: string, after?: string): ReturnType<Registry['rows']> {
  if (!canBeKey(scope)) return;
  for await (const row of rowsOf(client, { filter: within(scope, after), ahead: true })) yield toRow(row);
}

async function* found(client: TableClient, scope: string): ReturnType<Registry['found']> {
  if (!canBeKey(scope)) return;
  for await (const row of rowsOf(client, { filter: within(scope, undefined), ahead: true }))
    yield toFound(row);
}

async function* allRows(client: TableClient, after: Key | undefined): ReturnType<Registry['all']> {
  if (after) yield* rows(client, after.scope, after.name);
  const filter = after && compare('PartitionKey', 'gt', cutToKey(after.scope));
  for await (const row of rowsOf(client, { filter, ahead: true })) yield toRow(row);
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

function toFound(row: Row): FoundRow {
  return { row: toRow(row), etag: etagOf(row) };
}

function toRow(row: Row): RegistryRow {
  const key = keyOf(row);
  const columns = Object.fromEntries(
    Object.entries(row)
      .filter(([column]) => !NOT_A_COLUMN.has(column) && !column.startsWith('odata.'))
      .map(([column, value]) => [column, typeof value === 'string' ? wellFormed(value) : value]),
  );
  return { ...key, identity: takeApart(key), columns };
}
