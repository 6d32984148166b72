/** Whether a target was replaced, from the rows that its row leads to (rule 20). */
import fc from 'fast-check';
import {
  type Chain,
  type Link,
  nextName,
  type Replacement,
  replacementFault,
  replacementOf,
} from '../../src/core/replacement';
import { parseColumns } from '../../src/core/row';

type Rows = Readonly<Record<string, Partial<Omit<Link, 'name'>>>>;

function chainOf(rows: Rows, start = 'a'): Chain {
  const linkOf = (name: string): Link | undefined => {
    const row = Object.hasOwn(rows, name) ? rows[name] : undefined;
    return row && { name, enabled: true, replacedBy: undefined, canBeRead: true, ...row };
  };
  const first = linkOf(start);
  if (!first) throw new Error(`there is no row ${start}`);
  let chain: Chain = [first];
  for (let name = nextName(chain); name !== undefined; name = nextName(chain))
    chain = [...chain, linkOf(name)];
  return chain;
}

const of = (rows: Rows, start?: string) => replacementOf(chainOf(rows, start));
const to = (replacedBy: string, more: Partial<Link> = {}) => ({ replacedBy, ...more });

test.each<[string, Rows, Replacement]>([
  ['a row that names nothing', { a: {} }, { is: 'none' }],
  ['one that names a watched target', { a: to('b'), b: {} }, { is: 'replaced', by: 'b' }],
  ['a chain that ends in a watched one', { a: to('b'), b: to('c'), c: {} }, { is: 'replaced', by: 'b' }],
  [
    'a chain over a disabled row to a watched one',
    { a: to('b'), b: to('c', { enabled: false }), c: {} },
    { is: 'replaced', by: 'b' },
  ],
  ['one that says so without a name', { a: to('(not named)') }, { is: 'notVerified' }],
  ['the same in capitals', { a: to('(Not Named)') }, { is: 'notVerified' }],
  ['a disabled row, whatever it names', { a: to('nothing', { enabled: false }) }, { is: 'none' }],
])('%s', (_what, rows, expected) => {
  expect(of(rows)).toEqual(expected);
});

test.each<[string, Rows, string, RegExp]>([
  ['what is not registered', { a: to('b') }, 'notRegistered', /'b' is not registered/],
  ['itself', { a: to('a') }, 'itself', /names this target itself/],
  ['a target that names it in turn', { a: to('b'), b: to('a') }, 'circle', /circle at 'b'/],
  [
    'a way into a circle',
    { a: to('b'), b: to('c'), c: to('b') },
    'circle',
    /circle at 'c' \(reached from 'b'\)/,
  ],
  ['a disabled target', { a: to('b'), b: { enabled: false } }, 'disabled', /'b' has enabled=false/],
  ['a key that is not understood', { a: to('b'), b: { canBeRead: false } }, 'unreadable', /key of 'b'/],
  ['a target that is replaced by nobody knows what', { a: to('b'), b: to('(not named)') }, 'notNamed', /'b'/],
  ['a chain that breaks off', { a: to('b'), b: to('c') }, 'notRegistered', /'c' is .* \(reached from 'b'\)/],
])('%s leaves the row watched, with the reason', (_what, rows, because, words) => {
  const replacement = of(rows);
  expect(replacement).toMatchObject({ is: 'bad', because });
  if (replacement.is === 'bad') expect(replacementFault(replacement)).toMatch(words);
});

test('a chain that is too long to be meant is looked up no further', () => {
  const rows = Object.fromEntries(
    Array.from({ length: 60 }, (_, index) => [`t${index}`, to(`t${index + 1}`)]),
  );
  expect(chainOf(rows, 't0').length).toBeLessThan(30);
  expect(of(rows, 't0')).toMatchObject({ is: 'bad', because: 'endless' });
  expect(of({ ...rows, t10: {} }, 't0')).toEqual({ is: 'replaced', by: 't1' });
});

test('whatever the rows say, a row is replaced only if a watched one follows from it', () => {
  const names = ['a', 'b', 'c', 'd', 'gone', '(not named)'];
  const row = fc.record({
    enabled: fc.boolean(),
    canBeRead: fc.boolean(),
    replacedBy: fc.option(fc.constantFrom(...names), { nil: undefined }),
  });
  fc.assert(
    fc.property(fc.record({ a: row, b: row, c: row, d: row }), rows => {
      const all: Rows = rows;
      const reached = new Set<string>();
      let at: string | undefined = 'a';
      while (at !== undefined && !reached.has(at) && Object.hasOwn(all, at)) {
        reached.add(at);
        at = all[at]?.replacedBy;
      }
      const last = [...reached].at(-1) ?? 'a';
      const ends = all[last]?.replacedBy === undefined && all[last]?.enabled && all[last]?.canBeRead;
      const expected = rows.a.enabled && rows.a.replacedBy !== undefined && ends && last !== 'a';
      expect(of(rows).is === 'replaced').toBe(expected === true);
    }),
  );
});

test.each(['', ' ', '-', '--', '–', '—', 'n/a', 'N/A', '#N/A', 'n.a.', 'none', 'None', 'NULL', ' null '])(
  '%j means that nothing replaced it',
  text => {
    expect(parseColumns({ replacedBy: text })).toMatchObject({
      columns: { replacedBy: undefined },
      faults: [],
    });
  },
);
