/** Pages: reads rows of a table in key order without ever holding more than two pages. */
import type { TableClient } from '@azure/data-tables';
import type { Key } from '../core/target';
import { keyOf, type Row } from './columns';
import { canBeKey, cutToKey, wellFormed } from './keys';

export interface Query {
  /** OData, made of `compare`. */
  readonly filter?: string | undefined;
  /** Columns by the SDK's names (`partitionKey`); all when absent. */
  readonly select?: string[];
  /** Rows a page, at most (and by default) 1,000. */
  readonly pageSize?: number;
  /** Fetch the next page while this one is used; not where a reader may stop early. */
  readonly ahead?: boolean;
}

const MOST_ROWS = 1_000;

/** An OData comparison; U+FFFD stands for a lone surrogate, which no URL can carry (and which is less). */
export function compare(column: string, operator: 'eq' | 'gt' | 'ge' | 'lt' | 'le', value: string): string {
  return `${column} ${operator} '${wellFormed(value).replaceAll("'", "''")}'`;
}

/** Joins what must hold together. */
export function and(...conditions: readonly (string | undefined)[]): string | undefined {
  return conditions.filter(condition => condition !== undefined).join(' and ') || undefined;
}

/**
 * Pages in ascending key order; a page may be empty. The SDK takes a continuation token whose partition key is empty for
 * none, and the empty partition key is legal: after a row there, the rest is asked for by its key.
 */
export async function* pagesOf(client: TableClient, query: Query = {}): AsyncGenerator<readonly Row[]> {
  let { filter } = query;
  for (;;) {
    let last: Row | undefined;
    for await (const page of followed(client, { ...query, filter })) {
      last = page.at(-1) ?? last;
      yield page;
    }
    if (last?.partitionKey !== '') return;
    filter = and(query.filter, `(PartitionKey gt '' or ${compare('RowKey', 'gt', keyOf(last).name)})`);
  }
}

/** The rows of those pages, one by one. */
export async function* rowsOf(client: TableClient, query: Query = {}): AsyncGenerator<Row> {
  for await (const page of pagesOf(client, query)) yield* page;
}

export async function firstOf(client: TableClient, query: Query): Promise<Row | undefined> {
  for await (const row of rowsOf(client, { ...query, pageSize: 1 })) return row;
  return undefined;
}

/** The row of a key. Asked for by a filter, which holds any key as data; a path does not. */
export async function find(client: TableClient, { scope, name }: Key): Promise<Row | undefined> {
  if (!canBeKey(scope) || !canBeKey(name)) return undefined;
  const filter = and(compare('PartitionKey', 'eq', scope), compare('RowKey', 'eq', name));
  return await firstOf(client, { filter });
}

/** The filter of one partition's rows after a row key. */
export function within(scope: string, after: string | undefined): string | undefined {
  const start = after === undefined ? undefined : compare('RowKey', 'gt', cutToKey(after));
  return and(compare('PartitionKey', 'eq', scope), start);
}

async function* followed(client: TableClient, query: Query): AsyncGenerator<readonly Row[]> {
  const { filter, select, pageSize = MOST_ROWS, ahead = false } = query;
  const queryOptions = { ...(filter !== undefined && { filter }), ...(select && { select }) };
  const pages = client.listEntities<Row>({ queryOptions }).byPage({ maxPageSize: pageSize });
  let coming = pages.next();
  for (;;) {
    const { done, value: page } = await coming;
    if (done) return;
    if (ahead) coming = unlessLeft(pages.next());
    yield page;
    if (!ahead) coming = pages.next();
  }
}

/** A reader that leaves never awaits the page ahead: its failure, if any, must not count as unhandled. */
function unlessLeft<T>(coming: Promise<T>): Promise<T> {
  coming.catch(() => undefined);
  return coming;
}
