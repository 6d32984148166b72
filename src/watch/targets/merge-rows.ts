/** The merge of a scope's registry rows with its recorded expiries: both in key order, one pass, constant memory. */
import type { Expiry } from '../../core/expiry';
import type { RegistryRow } from '../ports';

export type Pair =
  | { readonly name: string; readonly row: RegistryRow; readonly state: Expiry | undefined }
  | { readonly name: string; readonly row: undefined; readonly state: Expiry };

/** @throws when a stream is out of order: a merge of unordered rows would report targets as gone that are not. */
export async function* mergeRows(
  rows: AsyncIterable<RegistryRow>,
  states: AsyncIterable<Expiry>,
): AsyncGenerator<Pair> {
  const left = inOrder(rows, 'registry');
  const right = inOrder(states, 'expiries');
  try {
    let row = await next(left);
    let state = await next(right);
    while (row || state) {
      if (row && (!state || row.name <= state.name)) {
        const matched = state?.name === row.name ? state : undefined;
        yield { name: row.name, row, state: matched };
        if (matched) state = await next(right);
        row = await next(left);
      } else if (state) {
        yield { name: state.name, row: undefined, state };
        state = await next(right);
      }
    }
  } finally {
    await Promise.all([left.return(undefined), right.return(undefined)]);
  }
}

async function* inOrder<T extends { readonly name: string }>(
  stream: AsyncIterable<T>,
  table: string,
): AsyncGenerator<T> {
  let last: string | undefined;
  for await (const item of stream) {
    if (last !== undefined && item.name <= last)
      throw new Error(
        `The ${table} table answered out of key order; the sweep stops before it misreads that as removals.`,
      );
    last = item.name;
    yield item;
  }
}

async function next<T>(stream: AsyncGenerator<T>): Promise<T | undefined> {
  const { done, value } = await stream.next();
  return done ? undefined : value;
}
