/** Merges a scope's registry rows with its recorded expiries: both are in key order, so one pass in constant memory does it. */
import type { Expiry } from '../../core/expiry';
import type { RegistryRow } from '../ports';

/** A target that is in the registry, in the expiries, or in both. */
export type Pair =
  | { readonly name: string; readonly row: RegistryRow; readonly state: Expiry | undefined }
  | { readonly name: string; readonly row: undefined; readonly state: Expiry };

/** @throws if a stream is out of order: the merge would then treat targets as removed that are not */
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
        `The ${table} table answered out of key order. The sweep stops, since it would treat targets as removed.`,
      );
    last = item.name;
    yield item;
  }
}

async function next<T>(stream: AsyncGenerator<T>): Promise<T | undefined> {
  const { done, value } = await stream.next();
  return done ? undefined : value;
}
