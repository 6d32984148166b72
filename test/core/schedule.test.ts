import type { Expiry } from '../../src/core/expiry';
import { nextCheck, type Timing } from '../../src/core/schedule';
import { HOUR, MINUTE } from '../../src/formats/instant';
import { at, crossings, failing, fixed, SEEN, state } from './states';

const READ = at('06-01');
const timing = (more: Partial<Timing> = {}): Timing => ({
  checkEveryMs: 6 * HOUR,
  crossings: [],
  reminderWaits: false,
  ...more,
});
const minutesAfterRead = (expiry: Expiry, more: Partial<Timing> = {}) => {
  const { on, because } = nextCheck(expiry, timing(more));
  return [(on - READ) / MINUTE, because];
};

test('a target that was never read is due since it was first seen', () => {
  expect(nextCheck(state(), timing())).toEqual({ on: SEEN, because: 'neverRead' });
});

test('a healthy one is read at its interval', () => {
  expect(minutesAfterRead(fixed(at('12-31'), READ))).toEqual([360, 'interval']);
  expect(minutesAfterRead(fixed('never', READ), { checkEveryMs: HOUR })).toEqual([60, 'interval']);
});

describe('thresholds (rule 6)', () => {
  const expiry = at('06-08 02:00');
  const all = crossings('7d 1d 0', expiry);

  test('a target is read at the very instant of a threshold that falls within its interval', () => {
    expect(minutesAfterRead(fixed(expiry, READ), { crossings: all })).toEqual([120, 'threshold']);
  });

  test('a threshold that falls later than the interval does not delay the read', () => {
    expect(minutesAfterRead(fixed(expiry, READ), { crossings: all, checkEveryMs: HOUR })).toEqual([
      60,
      'interval',
    ]);
  });

  test('a threshold crossed before the last attempt, or at its instant, asks for no read', () => {
    const late = fixed(expiry, at('06-01 02:00'));
    expect(nextCheck(late, timing({ crossings: all }))).toEqual({
      on: at('06-01 08:00'),
      because: 'interval',
    });
  });

  test('an undecided or minted target has none', () => {
    for (const evidence of ['first', 'moved', 'minted'] as const)
      expect(nextCheck({ ...fixed(expiry, READ), evidence }, timing({ crossings: all })).because).not.toBe(
        'threshold',
      );
  });
});

describe('evidence (rule 7)', () => {
  test('an undecided target is due again at the next sweep', () => {
    for (const evidence of ['first', 'moved'] as const)
      expect(minutesAfterRead({ ...fixed(at('12-31'), READ), evidence })).toEqual([0, 'undecided']);
  });

  test('a minted one waits for its interval', () => {
    expect(minutesAfterRead({ ...fixed(at('06-02'), READ), evidence: 'minted' })).toEqual([360, 'interval']);
  });

  test('an undecided one that fails waits like any other', () => {
    expect(minutesAfterRead({ ...fixed(at('12-31'), READ), evidence: 'first', ...failing(READ) })).toEqual([
      5,
      'failing',
    ]);
  });
});

describe('failures', () => {
  test.each([
    [1, 5],
    [2, 10],
    [3, 20],
    [4, 40],
    [5, 60],
    [6, 60],
    [5_000, 60],
  ])('after %i in a row it is read again in %i minutes', (count, minutes) => {
    expect(minutesAfterRead(fixed(at('12-31'), READ, failing(READ, { count })))).toEqual([
      minutes,
      'failing',
    ]);
  });

  test('a shorter interval wins', () => {
    expect(
      minutesAfterRead(fixed(at('12-31'), READ, failing(READ, { count: 9 })), { checkEveryMs: 30 * MINUTE }),
    ).toEqual([30, 'interval']);
  });
});

test('while a reminder waits, its target is read hourly', () => {
  expect(minutesAfterRead(fixed(at('06-02'), READ), { reminderWaits: true })).toEqual([60, 'reminderWaits']);
});
