import { daysLeft, holds, mutedSince, type Snooze, snoozeUntil, withMute } from '../../src/core/snooze';
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

describe('ninety days in sum from the first mute of one expiry', () => {
  const first = at('06-01');

  test('are all that is left, to the last whole day', () => {
    for (const [now, left] of [
      [first, 90],
      [first + 1, 89],
      [first + 30 * DAY, 60],
      [first + 89 * DAY, 1],
      [first + 89 * DAY + 1, 0],
      [first + 200 * DAY, 0],
    ] as const) {
      expect(daysLeft(now, first)).toBe(left);
      expect(snoozeUntil(left + 1, now, first)).toBeUndefined();
      if (left > 0) expect(snoozeUntil(left, now, first)).toBeLessThanOrEqual(first + 90 * DAY);
    }
  });

  test('count from the earliest mute of this expiry, and of no other', () => {
    const mutes = [
      { about: EXPIRY, on: at('06-03') },
      { about: EXPIRY + 1, on: at('05-01') },
      undefined,
      { about: EXPIRY, on: at('06-02') },
    ];
    expect(mutedSince(mutes, EXPIRY)).toBe(at('06-02'));
    expect(mutedSince(mutes, undefined)).toBeUndefined();
  });

  test('are remembered for an expiry that comes back, and for eight of them at most', () => {
    let mutes = withMute([], { about: EXPIRY, on: first });
    mutes = withMute(mutes, { about: undefined, on: first + DAY });
    mutes = withMute(mutes, { about: EXPIRY, on: first + 2 * DAY });
    expect(mutes).toEqual([
      { about: EXPIRY, on: first },
      { about: undefined, on: first + DAY },
    ]);
    for (let more = 1; more < 20; more += 1) mutes = withMute(mutes, { about: EXPIRY + more, on: first });
    expect([mutes.length, mutes[0]?.about]).toEqual([8, EXPIRY + 19]);
  });
});
