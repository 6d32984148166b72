import { holds, type Snooze, snoozeUntil } from '../../src/core/snooze';
import { DAY } from '../../src/formats/instant';
import { at } from './states';

const EXPIRY = at('06-30');
const snooze = (more: Partial<Snooze> = {}): Snooze => ({
  about: EXPIRY,
  until: at('06-20'),
  reason: 'on it',
  on: at('06-01'),
  ...more,
});

describe('a snooze (rule 20)', () => {
  test('holds up to its end, and not at it', () => {
    expect(holds(snooze(), EXPIRY, at('06-20') - 1)).toBe(true);
    expect(holds(snooze(), EXPIRY, at('06-20'))).toBe(false);
  });

  test('ends when the expiry changes, be it later, earlier, never or unknown', () => {
    for (const expiresOn of [EXPIRY + 1, EXPIRY - 1, undefined])
      expect(holds(snooze(), expiresOn, at('06-10'))).toBe(false);
  });

  test('of a target whose expiry was not known holds while it is not, and ends with the first that is read', () => {
    expect(holds(snooze({ about: undefined }), undefined, at('06-10'))).toBe(true);
    expect(holds(snooze({ about: undefined }), EXPIRY, at('06-10'))).toBe(false);
  });

  test('that was never set does not hold', () => {
    expect(holds(undefined, EXPIRY, at('06-10'))).toBe(false);
    expect(holds(undefined, undefined, at('06-10'))).toBe(false);
  });
});

test.each([1, 7, 90])('%i days are counted from now', days => {
  expect(snoozeUntil(days, at('06-01'))).toBe(at('06-01') + days * DAY);
});

test.each([0, -1, 91, 1.5, 0.5, Number.NaN, Number.POSITIVE_INFINITY, 1e9])(
  '%p days are no bounded snooze',
  days => {
    expect(snoozeUntil(days, at('06-01'))).toBeUndefined();
  },
);
