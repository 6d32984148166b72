/** Merging a scope's rows with its states, when the store answers in another order than that of the keys. */
import fc from 'fast-check';
import type { Expiry } from '../../../src/core/expiry';
import type { RegistryRow } from '../../../src/watch/ports';
import { mergeRows, type Pair } from '../../../src/watch/targets/merge-rows';
import { state } from '../../core/states';

const SCOPE = 'iotCentralToken:contoso.azureiotcentral.com';

const rowOf = (name: string) => ({ scope: SCOPE, name, identity: undefined, columns: {}, etag: name });
const stateOf = (name: string) => ({ ...state({ name }), etag: name });

/** Two tables that answer in a given order. */
function tablesOf(rows: readonly string[], states: readonly string[], gone: readonly string[] = []) {
  const looks: string[] = [];
  const stateNow = (name: string) => ({
    ...stateOf(name),
    ...(gone.includes(name) ? { goneSince: 1 } : {}),
  });
  async function* each<T>(names: readonly string[], make: (name: string) => T) {
    for (const name of names) yield make(name);
  }
  const look = <T>(names: readonly string[], make: (name: string) => T) =>
    async function row({ name }: { readonly name: string }) {
      looks.push(name);
      return names.includes(name) ? make(name) : undefined;
    };
  return {
    looks,
    registry: { rows: () => each(rows, rowOf), row: look(rows, rowOf) },
    expiries: { rows: () => each(states, stateNow), row: look(states, stateNow) },
  };
}

async function merged(tables: ReturnType<typeof tablesOf>): Promise<Pair[]> {
  const pairs: Pair[] = [];
  for await (const pair of mergeRows(tables, SCOPE)) pairs.push(pair);
  return pairs;
}

const shown = ({ name, row, state: known }: { name: string; row?: RegistryRow; state?: Expiry }) =>
  `${name}: ${row ? 'row' : ''} ${known ? 'state' : ''}`.trimEnd();

test('in key order each target is one pair, and no row is looked at again', async () => {
  const tables = tablesOf(['a', 'b', 'd'], ['b', 'd']);
  expect((await merged(tables)).map(shown)).toEqual(['a: row', 'b: row state', 'd: row state']);
  expect(tables.looks).toEqual([]);
});

test('a target is taken for removed only after a look at its own row, once', async () => {
  const first = tablesOf(['a'], ['a', 'b']);
  expect((await merged(first)).map(shown)).toEqual(['a: row state', 'b:  state']);
  expect(first.looks).toEqual(['b']);
  const later = tablesOf(['a'], ['a', 'b'], ['b']);
  expect((await merged(later)).map(shown)).toEqual(['a: row state', 'b:  state']);
  expect(later.looks).toEqual([]);
});

const names = fc.uniqueArray(fc.string({ unit: fc.constantFrom('a', 'b', 'c'), minLength: 1, maxLength: 3 }));

test('in whatever order rows come, each target is merged once with its own state', async () => {
  await fc.assert(
    fc.asyncProperty(names, names, async (rows, states) => {
      const doubled = rows.flatMap(name => [name, name]);
      const pairs = await merged(tablesOf(doubled, states.toSorted()));
      const wanted = Array.from(new Set([...rows, ...states]), name => ({
        name,
        row: rows.includes(name) ? rowOf(name) : undefined,
        state: states.includes(name) ? stateOf(name) : undefined,
      }));
      expect(pairs.map(shown).sort()).toEqual(wanted.map(shown).sort());
    }),
  );
});
