/** Whether the targets of a scope can be read, as its sweep stores it. */
import type { Expiry } from '../../src/core/expiry';
import { type Readability, readabilityOf } from '../../src/core/readability';
import { NO_READS, withReadsOf } from '../../src/core/scope-reads';
import { state } from './states';

const failing = (code: 'missing' | 'notAllowed'): Partial<Expiry> => ({
  checkedOn: 2,
  failure: { code, message: '', since: 1, count: 1, sameCodeCount: 1 },
});
const READ = { checkedOn: 1, readOn: 1 };
const FAILS = failing('notAllowed');

type Case = [
  string,
  Partial<Expiry>[],
  boolean | undefined,
  Readability | undefined,
  Readability | undefined,
];
test.each<Case>([
  ['one target is read', [FAILS, READ], false, undefined, 'some'],
  ['all fail', [FAILS, FAILS], false, 'some', 'none'],
  ['all fail that were read before', [{ ...READ, ...FAILS }], false, 'some', 'none'],
  ['some fail and the others were not tried', [FAILS, {}], false, undefined, 'none'],
  ['none was tried', [{}, {}], undefined, 'some', undefined],
  ['there are none', [], undefined, 'none', undefined],
  ['one is not found: its service answers', [FAILS, failing('missing')], false, 'none', 'some'],
  [
    'a row with faults is read',
    [{ ...READ, invalid: { faults: ['x'], since: 1 } }],
    undefined,
    undefined,
    'some',
  ],
  ['there is no sign-in', [FAILS], true, undefined, 'signIn'],
  ['there is none, and some are not due yet', [FAILS, READ], true, 'some', 'signIn'],
  ['nothing was read since there was none', [FAILS, READ], undefined, 'signIn', 'signIn'],
  ['the sign-in works again', [FAILS, READ], false, 'signIn', 'some'],
])('%s', (_, states, signInFails, before, expected) => {
  const reads = states.map(more => ({ ...state(), ...more })).reduce(withReadsOf, NO_READS);
  expect(readabilityOf(reads, signInFails, before)).toBe(expected);
});
