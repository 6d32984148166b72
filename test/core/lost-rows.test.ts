/** When rows that vanish are taken for an accident, and when their targets go. */
import fc from 'fast-check';
import { isBulk, type Mark, mayGo, NO_ROWS, withMark } from '../../src/core/lost-rows';
import { DAY } from '../../src/formats/instant';

const TICK = Date.UTC(2026, 5, 1);
const mark = (more: Partial<Mark> = {}): Mark => ({
  scope: 's',
  name: 'n',
  isListed: true,
  isLost: false,
  ...more,
});

test.each([
  [9, 9, false],
  [10, 10, true],
  [10, 19, true],
  [10, 20, false],
  [11, 20, true],
  [0, 0, false],
])('%i of %i', (vanished, watched, expected) => {
  expect(isBulk({ watched, vanished })).toBe(expected);
});

test.each<[string, Mark, boolean, number, number]>([
  ['a row that is there', mark(), true, 1, 0],
  ['a row that vanished', mark(), false, 1, 1],
  ['one that is kept without a row', mark({ isLost: true }), false, 1, 1],
  ['one that the API deleted', mark({ deleteAskedOn: TICK }), false, 1, 0],
  ['a target on no report', mark({ isListed: false }), false, 0, 0],
  ['one that was removed in this sweep', mark({ isListed: false, goneSince: TICK }), false, 1, 1],
  ['one that was removed before', mark({ isListed: false, goneSince: TICK - 1 }), false, 0, 0],
  ['one whose removal was confirmed', mark({ isListed: false, goneSince: TICK, isLost: true }), false, 0, 0],
])('%s', (_, one, hasRow, watched, vanished) => {
  expect(withMark(NO_ROWS, one, hasRow, TICK)).toEqual({ watched, vanished });
});

test('a target without a row goes after a day, or once an operator confirmed after its loss was noticed', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 2 * DAY }), fc.integer({ min: -DAY, max: DAY }), (age, ahead) => {
      const since = TICK;
      expect(mayGo(since, undefined, since + age)).toBe(age >= DAY);
      // A confirmation from the future, by a clock that was wrong, is none.
      expect(mayGo(since, since + ahead, since + DAY - 1)).toBe(ahead >= 0 && ahead < DAY);
    }),
  );
});
