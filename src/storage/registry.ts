/** The registry table: people's rows, handed on as they stand. */
import type { TableClient } from '@azure/data-tables';
import type { Key } from '../core/target';
import type { Registry, RegistryRow } from '../watch/ports';
import { alreadyExists, isMissing, unlessMissing, unlessThere, wasChanged } from './answers';
import { submit } from './batch';
import { instant, keyOf, type Row, text } from './columns';
import { isWellFormed, spell, takeApart } from './keys';
import { compare, find, firstOf, rowsOf, within } from './pages';

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
      return row && { row: toRow(row), etag: etagOf(row) };
    },
    spell,
    takeApart,
    create: (key, columns) => unlessThere(client.createEntity(rowOf(key, columns))),
    change: (key, columns) => unlessMissing(client.updateEntity(rowOf(key, columns), 'Merge')),
    save: (key, columns, etag) => unlessOvertaken(save(client, rowOf(key, columns), etag)),
    async remove({ scope, name }, etag) {
      return (await unlessOvertaken(client.deleteEntity(scope, name, { etag }))) !== undefined;
    },
    merge: (scope, changes) =>
      submit(
        client,
        changes.map(({ name, columns }) => ['upsert', rowOf({ scope, name }, columns), 'Merge']),
      ),
  };
}

async function* rows(client: TableClient, scope: string, after?: string): ReturnType<Registry['rows']> {
  if (!isWellFormed(scope)) return;
  for await (const row of rowsOf(client, { filter: within(scope, after), ahead: true })) yield toRow(row);
}

async function* allRows(client: TableClient, after: Key | undefined): ReturnType<Registry['all']> {
  if (after) yield* rows(client, after.scope, after.name);
  const filter = after && compare('PartitionKey', 'gt', after.scope);
  for await (const row of rowsOf(client, { filter, ahead: true })) yield toRow(row);
}

async function save(client: TableClient, row: ReturnType<typeof rowOf>, etag: string | undefined) {
  const answer = await (etag === undefined
    ? client.createEntity(row)
    : client.updateEntity(row, 'Merge', { etag }));
  return etagOf(answer);
}

/** What a write under an etag came to; undefined when another writer was faster. */
async function unlessOvertaken<T>(write: Promise<T>): Promise<T | undefined> {
  try {
    return await write;
  } catch (error) {
    if (alreadyExists(error) || wasChanged(error) || isMissing(error)) return undefined;
    throw error;
  }
}

function etagOf(answer: { readonly etag?: unknown }): string {
  const etag = text(answer.etag);
  if (etag === undefined) throw new Error('table registry answered without an etag');
  return etag;
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
