/** Merges a scope's registry rows with its recorded expiries: both are in key order, so one pass in constant memory does it. */
import type { Expiry } from '../../core/expiry';
import type { RegistryRow, Stored, Tables } from '../ports';
import { lostRow } from './lost-row';

/** A target that is in the registry, in the expiries, or in both. */
export type Pair =
  | { readonly name: string; readonly row: RegistryRow; readonly state: Stored<Expiry> | undefined }
  | { readonly name: string; readonly row: undefined; readonly state: Stored<Expiry> };

/** What the merge reads: the two tables as streams, and single rows of them. */
interface Sources {
  readonly registry: Pick<Tables['registry'], 'rows' | 'row'>;
  readonly expiries: Pick<Tables['expiries'], 'rows' | 'row'>;
}

/**
 * Every target of a scope, after a name if one is given. A row that comes out of order hides no other row. A target is taken for
 * removed only when a look at its own row finds none, once.
 */
export async function* mergeRows(sources: Sources, scope: string, after?: string): AsyncGenerator<Pair> {
  const { registry, expiries } = sources;
  const rows = registry.rows(scope, after)[Symbol.asyncIterator]();
  const states = inOrder(expiries.rows(scope, after));
  /** Names whose rows were merged before their turn, or after it. */
  const merged = new Set<string>();
  let last: string | undefined;
  try {
    let row = await next(rows);
    let state = await next(states);
    while (row || state) {
      if (row && last !== undefined && row.name <= last) {
        if (row.name !== last && !merged.has(row.name)) yield await latePair(row, sources);
        merged.add(row.name);
        row = await next(rows);
      } else if (row && (!state || row.name <= state.name)) {
        const matched: Stored<Expiry> | undefined = state?.name === row.name ? state : undefined;
        last = row.name;
        if (!merged.has(row.name)) yield { name: row.name, row, state: matched };
        if (matched) state = await next(states);
        row = await next(rows);
      } else if (state) {
        const pair = await pairWithoutRow(state, sources);
        if (pair.row && !pair.row.lost) merged.add(pair.name);
        yield pair;
        state = await next(states);
      }
    }
  } finally {
    await Promise.all([rows.return?.(), states.return(undefined)]);
  }
}

/** A row that comes after its turn. */
async function latePair(row: RegistryRow, { expiries }: Sources): Promise<Pair> {
  return { name: row.name, row, state: await expiries.row(row) };
}

/** A target that the registry's stream did not name in its turn. One whose row is lost has what is remembered of it. */
async function pairWithoutRow(state: Stored<Expiry>, { registry }: Sources): Promise<Pair> {
  const { name, goneSince } = state;
  const row = lostRow(state) ?? (goneSince === undefined ? await registry.row(state) : undefined);
  return row ? { name, row, state } : { name, row: undefined, state };
}

/** Leaves out what comes after its turn: only the watcher writes that table, and it writes the state of a late one again. */
async function* inOrder<T extends { readonly name: string }>(stream: AsyncIterable<T>): AsyncGenerator<T> {
  let last: string | undefined;
  for await (const item of stream) {
    if (last !== undefined && item.name <= last) continue;
    last = item.name;
    yield item;
  }
}

async function next<T>(stream: AsyncIterator<T, unknown>): Promise<T | undefined> {
  const result = await stream.next();
  return result.done ? undefined : result.value;
}
