import fc from 'fast-check';
import {
  answered,
  freeFrom,
  paused,
  type QuotaLimits,
  reserve,
  UNUSED,
  type Usage,
} from '../../src/core/quota';
import { HOUR, MINUTE, SECOND } from '../../src/formats/instant';
import { at } from './states';

const START = at('06-01 12:00');
const SLOT = 10 * SECOND;
const LIMITS: QuotaLimits = { perMinute: 5, perHour: 10 };

/** Asks at each of the instants in turn. @returns when it was granted, and the usage at the end */
function ask(instants: readonly number[], limits: QuotaLimits = LIMITS, from: Usage = UNUSED) {
  let usage = from;
  const granted: number[] = [];
  for (const now of instants) {
    const next = reserve(usage, limits, now);
    if (!next) continue;
    usage = next;
    granted.push(now);
  }
  return { usage, granted };
}

/** The largest number within any window of this length. */
function mostWithin(granted: readonly number[], span: number): number {
  const inWindow = (from: number) =>
    granted.filter(instant => instant >= from && instant < from + span).length;
  return Math.max(0, ...granted.map(inWindow));
}

const times = (count: number, gap: number) =>
  Array.from({ length: count }, (_, index) => START + index * gap);

/** Requests in bursts and pauses, of every length that matters to a slot, a minute or an hour. */
const gaps = fc.array(
  fc.oneof(
    fc.integer({ min: 0, max: SECOND }),
    fc.integer({ min: 0, max: 2 * SLOT }),
    fc.integer({ min: 0, max: 90 * SECOND }),
    fc.integer({ min: 0, max: 70 * MINUTE }),
    fc.constantFrom(SLOT, MINUTE - SLOT, MINUTE, HOUR - MINUTE, HOUR, HOUR + SLOT),
  ),
  { minLength: 1, maxLength: 150 },
);
const limits = fc.record({
  perMinute: fc.integer({ min: 1, max: 12 }),
  perHour: fc.integer({ min: 1, max: 40 }),
});
const instantsOf = (someGaps: readonly number[], offset: number) => {
  let now = START + offset;
  return someGaps.map(gap => {
    now += gap;
    return now;
  });
};

test('no sliding minute or hour gets more than its limit, whenever requests come', () => {
  fc.assert(
    fc.property(gaps, fc.nat(SLOT), limits, (someGaps, offset, some) => {
      const { granted } = ask(instantsOf(someGaps, offset), some);
      expect(mostWithin(granted, MINUTE)).toBeLessThanOrEqual(some.perMinute);
      expect(mostWithin(granted, HOUR)).toBeLessThanOrEqual(some.perHour);
    }),
    { numRuns: 300 },
  );
});

test('nothing is refused while a window one slot longer has room', () => {
  fc.assert(
    fc.property(gaps, fc.nat(SLOT), limits, (someGaps, offset, some) => {
      let usage: Usage = UNUSED;
      const granted: number[] = [];
      for (const now of instantsOf(someGaps, offset)) {
        const next = reserve(usage, some, now);
        const used = (span: number) => granted.filter(instant => instant > now - span - SLOT).length;
        if (!next) expect(used(MINUTE) >= some.perMinute || used(HOUR) >= some.perHour).toBe(true);
        else granted.push(now);
        usage = next ?? usage;
      }
    }),
    { numRuns: 300 },
  );
});

test('the limit is granted at once, and one more is not', () => {
  expect(ask(times(8, 0)).granted).toHaveLength(5);
  expect(ask(times(8, SECOND)).granted).toHaveLength(5);
});

test('a minute later the next share is granted, until the limit of the hour is reached', () => {
  const atOnce = (from: number) => times(6, 0).map(now => now + from);
  const rounds = [0, MINUTE - 1, MINUTE, 2 * MINUTE, HOUR - 1, HOUR + SLOT];
  const { granted } = ask(rounds.flatMap(atOnce));
  const grantedIn = rounds.map(round => granted.filter(instant => instant === START + round).length);
  expect(grantedIn).toEqual([5, 0, 5, 0, 0, 5]);
});

test.each([
  ['minute', MINUTE, { perMinute: 5, perHour: 1_000 }],
  ['hour', HOUR, { perMinute: 1_000, perHour: 5 }],
])('a request counts for a whole %s, to the millisecond while the minute depends on it', (_, span, some) => {
  const late = START + SLOT - 1;
  const burst = [late, late, late, late, late];
  const { granted } = ask([...burst, late + span - SLOT, late + span - 1, late + span + 1], some);
  expect(granted).toEqual([...burst, late + span + 1]);
});

test('two a minute are two in each minute, also where each minute has one run and its requests take time', () => {
  const some = { perMinute: 2, perHour: 1_000 };
  const minutes = Array.from({ length: 30 }, (_, minute) => START + minute * MINUTE);
  const { granted } = ask(
    minutes.flatMap(at => [at, at, at]),
    some,
  );
  expect(granted).toEqual(minutes.flatMap(at => [at, at]));
  const slower = ask(
    minutes.flatMap(at => [at, at + 700, at + 800]),
    some,
  );
  expect(slower.granted).toEqual(minutes.flatMap(at => [at, at + 700]));
});

test('a request counts from when it was answered, since the service may have counted it as late as that', () => {
  const some = { perMinute: 1, perHour: 10 };
  const reserved = reserve(UNUSED, some, START) ?? UNUSED;
  const usage = answered(reserved, START, START + 3 * SECOND);
  expect(usage.requests).toEqual([{ at: START + 3 * SECOND, count: 1 }]);
  expect(freeFrom(usage, some, START + MINUTE)).toBe(START + MINUTE + 3 * SECOND);
  expect(answered(reserved, START, START - SECOND)).toEqual(reserved);
});

test('the instant from which requests are free is the first one at which they are granted', () => {
  fc.assert(
    fc.property(gaps, limits, fc.integer({ min: 1, max: 3 }), (someGaps, some, count) => {
      const instants = instantsOf(someGaps, 0);
      const { usage } = ask(instants, some);
      const now = instants.at(-1) ?? START;
      const free = freeFrom(usage, some, now, count);
      if (count > Math.min(some.perMinute, some.perHour)) expect(free).toBe(Infinity);
      else {
        expect(reserve(usage, some, free, count)).toBeDefined();
        if (free > now) expect(reserve(usage, some, free - 1, count)).toBeUndefined();
      }
    }),
  );
});

test('requests without a pause are granted the limit every minute, and every hour and ten seconds', () => {
  const everySecond = times(3 * 3600, SECOND);
  const byMinute = ask(everySecond, { perMinute: 5, perHour: 10_000 }).granted;
  expect(byMinute.length).toBeGreaterThanOrEqual(5 * 3 * 60);
  const byHour = ask(everySecond, { perMinute: 10_000, perHour: 10 }).granted;
  expect(byHour).toHaveLength(30);
});

test('a refusal changes nothing, so it makes no wait longer', () => {
  const impatient = [...times(5, 0), ...times(59, SECOND), START + MINUTE];
  expect(ask(impatient).granted).toContain(START + MINUTE);
});

test('the stored usage stays small, however many requests come and however long', () => {
  const { usage, granted } = ask(times(4 * 3600, SECOND), { perMinute: 10_000, perHour: 1_000_000 });
  expect(granted).toHaveLength(4 * 3600);
  expect(usage.requests.length).toBeLessThanOrEqual(HOUR / SLOT + 70);
  expect(usage.requests.reduce((sum, { count }) => sum + count, 0)).toBeLessThanOrEqual(3600 + 10);
});

describe('a pause that the service asked for', () => {
  const until = START + 5 * MINUTE;

  test('lasts to its end, and no longer', () => {
    const usage = paused(UNUSED, until);
    expect(reserve(usage, LIMITS, until - 1)).toBeUndefined();
    expect(reserve(usage, LIMITS, until)).toEqual({ requests: [{ at: until, count: 1 }] });
  });

  test('is never shortened by a later one', () => {
    expect(paused(paused(UNUSED, until), until - MINUTE).pausedUntil).toBe(until);
    expect(paused(paused(UNUSED, until), until + MINUTE).pausedUntil).toBe(until + MINUTE);
  });

  test('keeps what was used before it', () => {
    const { usage } = ask(times(5, 0), { perMinute: 5, perHour: 6 });
    const later = reserve(paused(usage, until), { perMinute: 5, perHour: 6 }, until);
    expect(later?.requests).toHaveLength(2);
    expect(later && reserve(later, { perMinute: 5, perHour: 6 }, until)).toBeUndefined();
  });
});

test('a clock that goes back grants no more than one that stops', () => {
  const { granted } = ask([...times(5, 0), START - MINUTE, START - SLOT, START, START + MINUTE - 1]);
  expect(granted).toHaveLength(5);
});

test('what a clock that ran ahead left behind holds up no mail', () => {
  const ahead = START + 30 * 24 * HOUR;
  const { usage } = ask(times(5, 0).map(at => at + 30 * 24 * HOUR));
  expect(usage.requests.at(-1)?.at).toBeGreaterThanOrEqual(ahead);
  expect(reserve(usage, LIMITS, START)).toEqual({ requests: [{ at: START, count: 1 }] });
  const pause = paused(UNUSED, ahead);
  expect(reserve(pause, LIMITS, START)).toBeDefined();
  expect(paused(pause, START + MINUTE).pausedUntil).toBe(START + MINUTE);
});
