/** How reading a scope goes, counted target by target. */
import { NO_READS, type ScopeReads, withReadsOf } from '../../src/core/scope-reads';
import { at, failing, fixed, state } from './states';

const SINCE = at('06-02');
const reads = (...states: Parameters<typeof withReadsOf>[1][]): ScopeReads =>
  states.reduce(withReadsOf, NO_READS);
const fails = (more: Parameters<typeof failing>[1] = {}) =>
  fixed(at('06-30'), at('06-01'), failing(SINCE, more));

test('a read that succeeded, what is missing and what is busy show that the scope can be read', () => {
  expect(
    reads(fixed(at('06-30'), at('06-03')), fails({ code: 'missing', count: 2 }), fails({ busy: true })),
  ).toEqual({ ...NO_READS, answered: 3, readOn: at('06-03') });
});

test('what was never tried says nothing', () => {
  expect(reads(state())).toEqual(NO_READS);
});

test.each<[string, Parameters<typeof failing>[1], number]>([
  ['once', { count: 1 }, 1],
  ['twice in a row', { count: 2 }, 0],
  ['twice, in two ways', { count: 2, sameCodeCount: 1 }, 1],
  ['three times, in any way', { count: 3, sameCodeCount: 1 }, 0],
])('one look more decides on what failed %s: %j', (_, more, failedOnce) => {
  expect(reads(fails(more))).toMatchObject({ answered: 0, failing: 1, failedOnce, refused: 0 });
});

test('what was refused twice in a row only an operator can mend', () => {
  expect(reads(fails({ code: 'notAllowed', count: 1 })).refused).toBe(0);
  expect(reads(fails({ code: 'notAllowed', count: 2 })).refused).toBe(1);
  expect(reads(fails({ code: 'notAllowed', count: 9, sameCodeCount: 1 })).refused).toBe(0);
});

test('reasons are counted, with the names of the first targets, and are few', () => {
  const named = (name: string, message: string) => ({ ...fails({ count: 3, message }), name });
  const same = ['a', 'b', 'c', 'd'].map(name => named(name, 'It is away.'));
  const others = [1, 2, 3, 4, 5, 6].map(other => named(`n${other}`, `Reason ${other}.`));
  const { failing: count, reasons } = reads(...same, ...others);
  expect(count).toBe(10);
  expect(reasons).toHaveLength(5);
  expect(reasons[0]).toEqual({ message: 'It is away.', refused: false, count: 4, names: ['a', 'b', 'c'] });
});
