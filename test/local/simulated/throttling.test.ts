/** The token bucket and the sliding limits, with a clock of their own. */
import { SlidingLimit, TokenBucket } from '../../../local/simulated/throttling';

let clock = 0;
const now = () => clock;
beforeEach(() => {
  clock = 1_000_000;
});

describe('a token bucket', () => {
  const drained = (bucket: TokenBucket, key = 'a') => {
    let taken = 0;
    while (bucket.take(key).allowed) taken += 1;
    return taken;
  };

  test('lets a burst through and then its rate', () => {
    const bucket = new TokenBucket(10, 200, now);
    expect(drained(bucket)).toBe(200);
    clock += 1_000;
    expect(drained(bucket)).toBe(10);
    clock += 100;
    expect(drained(bucket)).toBe(1);
  });

  test('never holds more than its burst', () => {
    const bucket = new TokenBucket(10, 20, now);
    clock += 86_400_000;
    expect(drained(bucket)).toBe(20);
  });

  test('says how many are left, and how long until the next', () => {
    const bucket = new TokenBucket(10, 2, now);
    expect(bucket.take('a')).toEqual({ allowed: true, remaining: 1, retryAfterMs: 0 });
    expect(bucket.take('a')).toEqual({ allowed: true, remaining: 0, retryAfterMs: 100 });
    expect(bucket.take('a')).toEqual({ allowed: false, remaining: 0, retryAfterMs: 100 });
  });

  test('a refused request costs nothing', () => {
    const bucket = new TokenBucket(10, 1, now);
    bucket.take('a');
    for (let count = 0; count < 50; count += 1) expect(bucket.take('a').allowed).toBe(false);
    clock += 100;
    expect(bucket.take('a').allowed).toBe(true);
  });

  test('has one level for each key, and can be drained for one', () => {
    const bucket = new TokenBucket(10, 5, now);
    bucket.drain('a');
    expect(drained(bucket, 'a')).toBe(0);
    expect(drained(bucket, 'b')).toBe(5);
  });

  test('adds up fractions exactly and ignores a clock set back', () => {
    const bucket = new TokenBucket(10, 10, now);
    drained(bucket);
    for (let count = 0; count < 10; count += 1) {
      clock += 10;
      bucket.take('a');
    }
    expect(drained(bucket)).toBe(0);
    clock -= 50_000;
    expect(drained(bucket)).toBe(0);
  });
});

describe('a sliding limit', () => {
  const accrued = (limit: SlidingLimit, times: number) => Array.from({ length: times }, () => limit.accrue());

  test('allows a number of requests a minute, and says when the next one fits', () => {
    const limit = new SlidingLimit(3, 100, now);
    expect(accrued(limit, 3)).toEqual([undefined, undefined, undefined]);
    clock += 59_000;
    expect(limit.accrue()).toBe(1);
    clock += 1_000;
    expect(accrued(limit, 2)).toEqual([undefined, undefined]);
  });

  test('counts refused requests, so that a client that never waits gets nothing', () => {
    const limit = new SlidingLimit(2, 100, now);
    const outcomes = Array.from({ length: 60 }, () => {
      clock += 10_000;
      return limit.accrue();
    });
    expect(outcomes.slice(0, 2)).toEqual([undefined, undefined]);
    expect(outcomes.slice(2).every(wait => wait !== undefined)).toBe(true);
  });

  test('limits the hour as well as the minute', () => {
    const limit = new SlidingLimit(30, 100, now);
    const allowed = Array.from({ length: 6 }, () => {
      const outcomes = accrued(limit, 20);
      clock += 60_000;
      return outcomes.filter(wait => wait === undefined).length;
    });
    expect(allowed).toEqual([20, 20, 20, 20, 20, 0]);
    // 121 requests are in the hour: the first 22 must leave it before one more fits; the 22nd came in the second minute.
    expect(limit.accrue()).toBe(60 + 3_600 - 360);
  });
});
