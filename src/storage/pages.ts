/** Pages: reads the rows of a table in key order, with at most two pages in memory. */
import type { TableClient } from '@azure/data-tables';
import type { Key } from '../core/target';
import { keyOf, type Row } from './columns';
import { canBeKey, cutToKey } from './keys';
import { rowsIn } from './wire';

export interface Query {
  /** OData, made of `compare`. */
  readonly filter?: string;
  /** Columns besides the keys, by the SDK's names (`timestamp`); all when absent. */
  readonly select?: string[];
  /** Rows of a page; at most, and by default, 1,000. */
  readonly pageSize?: number;
  /** Fetches the next page while this one is used; not for a reader that may stop early. */
  readonly ahead?: boolean;
}

const MOST_ROWS = 1_000;

/** An OData comparison. No URL can hold half a surrogate pair, so U+FFFD replaces it, which sorts after it. */
export function compare(
  column: string,
  operator: 'eq' | 'ne' | 'gt' | 'ge' | 'lt' | 'le',
  value: string,
): string {
  return `${column} ${operator} '${value.toWellFormed().replaceAll("'", "''")}'`;
}

export function and(...conditions: readonly (string | undefined)[]): string | undefined {
  return conditions.filter(condition => condition !== undefined).join(' and ') || undefined;
}

export function or(...conditions: readonly string[]): string {
  return conditions.length === 1 ? conditions.join() : `(${conditions.join(' or ')})`;
}

/** Where rows are filtered, a page may have few rows or none although more match. */
const MOST_PAGES = 10;

/** The first rows in key order, about as many as a page holds, and whether they are all. */
export async function firstRows(client: TableClient, query: Query): Promise<{ rows: Row[]; whole: boolean }> {
  const rows: Row[] = [];
  let pages = 0;
  for await (const page of pagesOf(client, query)) {
    rows.push(...page);
    pages += 1;
    // Only one more request would show that a full page is the last.
    if (rows.length >= MOST_ROWS || pages === MOST_PAGES) return { rows, whole: false };
  }
  return { rows, whole: true };
}

/**
 * Pages in ascending key order; a page may be empty. The empty partition key is legal, but the SDK ignores a continuation
 * token that has it. So after a row with the empty partition key, a new query starts behind that key.
 */
export async function* pagesOf(client: TableClient, query: Query = {}): AsyncGenerator<readonly Row[]> {
  let { filter } = query;
  for (;;) {
    let last: Row | undefined;
    for await (const page of fetched(client, { ...query, filter })) {
      last = page.at(-1) ?? last;
      yield page;
    }
    if (last?.partitionKey !== '') return;
    filter = and(query.filter, `(PartitionKey gt '' or ${compare('RowKey', 'gt', keyOf(last).name)})`);
  }
}

export async function* rowsOf(client: TableClient, query: Query = {}): AsyncGenerator<Row> {
  for await (const page of pagesOf(client, query)) yield* page;
}

/** The rows of the first page that has any: the store may send empty pages before it. */
export async function firstPageOf(client: TableClient, query: Query): Promise<readonly Row[]> {
  for await (const page of pagesOf(client, query)) if (page.length > 0) return page;
  return [];
}

export async function firstOf(client: TableClient, query: Query): Promise<Row | undefined> {
  for await (const row of rowsOf(client, { ...query, pageSize: 1 })) return row;
  return undefined;
}

/** The row of a key. It is read with a filter, because a filter can hold any key and a path can't. */
export async function find(client: TableClient, { scope, name }: Key): Promise<Row | undefined> {
  if (!canBeKey(scope) || !canBeKey(name)) return undefined;
  const filter = and(compare('PartitionKey', 'eq', scope), compare('RowKey', 'eq', name));
  return await firstOf(client, { filter });
}

/** The first row of each partition: one call for each, however many rows it has. */
export async function* scopesOf(client: TableClient): AsyncGenerator<Row> {
  // The first call has no filter, so that it also finds the empty partition key, which is legal.
  let filter: string | undefined;
  for (;;) {
    const row = await firstOf(client, { filter, select: ['timestamp'] });
    if (!row) return;
    yield row;
    filter = compare('PartitionKey', 'gt', keyOf(row).scope);
  }
}

/** The filter for the rows of one partition, after a row key if one is given. */
export function within(scope: string, after: string | undefined): string | undefined {
  const start = after === undefined ? undefined : compare('RowKey', 'gt', cutToKey(after));
  return and(compare('PartitionKey', 'eq', scope), start);
}

async function* fetched(client: TableClient, query: Query): AsyncGenerator<readonly Row[]> {
  const { filter, pageSize = MOST_ROWS, ahead = false } = query;
  const select = query.select && ['partitionKey', 'rowKey', ...query.select];
  let page: readonly Row[] | undefined;
  const entities = client.listEntities({
    queryOptions: { filter, select },
    onResponse: answer => {
      page = rowsIn(answer);
    },
  });
  const pages = entities.byPage({ maxPageSize: pageSize });
  let coming = pages.next();
  for (;;) {
    const { done } = await coming;
    if (done) return;
    const rows = page;
    if (!rows) throw new Error(`the client of table ${client.tableName} does not read rows`);
    if (ahead) coming = handled(pages.next());
    yield rows;
    if (!ahead) coming = pages.next();
  }
}

/** A reader that stops early never awaits the next page. If that page fails, the process must not end with an unhandled rejection. */
function handled<T>(coming: Promise<T>): Promise<T> {
  coming.catch(() => undefined);
  return coming;
}
