/** What a sweep stores of how the reads of its scope go. */
import { type Counts, NO_COUNTS } from '../../src/core/counts';
import { type ReadsSeen, readsOf, type ScopeReads } from '../../src/core/reads';

const seen = (counts: Partial<Counts>, more: Partial<ReadsSeen> = {}): ReadsSeen => ({
  counts: { ...NO_COUNTS, ...counts },
  missing: 0,
  signInFails: undefined,
  ...more,
});

test.each<[string, ReadsSeen, ScopeReads | undefined, ScopeReads | undefined]>([
  ['one target is read', seen({ total: 3, failing: 2 }), undefined, 'some'],
  ['all fail', seen({ total: 3, failing: 3 }), 'some', 'none'],
  ['all fail or are not understood', seen({ total: 3, failing: 1, invalid: 2 }), undefined, 'none'],
  ['some fail and the others wait', seen({ total: 3, failing: 1, pending: 2 }), undefined, 'none'],
  ['none was tried', seen({ total: 3, pending: 3 }), 'some', undefined],
  ['there are none', seen({}), 'none', undefined],
  [
    'one is not found: its service answers',
    seen({ total: 3, failing: 3 }, { missing: 1 }),
    undefined,
    'some',
  ],
  ['there is no sign-in', seen({ total: 3, failing: 3 }, { signInFails: true }), undefined, 'signIn'],
  [
    'there is none, and some are not due yet',
    seen({ total: 3, failing: 1 }, { signInFails: true }),
    'some',
    'signIn',
  ],
  ['nothing was read since there was none', seen({ total: 3, failing: 1 }), 'signIn', 'signIn'],
  ['the sign-in works again', seen({ total: 3, failing: 1 }, { signInFails: false }), 'signIn', 'some'],
  ['all targets of it are gone', seen({}), 'signIn', undefined],
])('%s', (_, found, before, expected) => {
  expect(readsOf(found, before)).toBe(expected);
});
