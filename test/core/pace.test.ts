import fc from 'fast-check';
import { answered, fullPace, type Limits, type Pace, refused, spend, waitFor } from '../../src/core/pace';
import { HOUR, MINUTE, SECOND } from '../../src/formats/instant';

const ARM: Limits = { rate: 10, burst: 200 };
const NOW = Date.UTC(2026, 5, 1);

/** Sends all that may be sent at once. */
function sendAll(pace: Pace, limits: Limits, now: number): { pace: Pace; sent: number } {
  let sent = 0;
  for (; waitFor(pace, limits, now) === 0; sent++) pace = spend(pace, limits, now);
  return { pace, sent };
}

describe('the bucket (rule 3)', () => {
  test('a full one is used at once; then each request waits for one token', () => {
    const { pace, sent } = sendAll(fullPace(ARM, NOW), ARM, NOW);
    expect(sent).toBe(200);
    expect(waitFor(pace, ARM, NOW)).toBe(100);
    expect(waitFor(pace, ARM, NOW + 50)).toBe(50);
    expect(waitFor(pace, ARM, NOW + 100)).toBe(0);
  });

  test('it refills at its rate and never holds more than its burst', () => {
    const { pace } = sendAll(fullPace(ARM, NOW), ARM, NOW);
    expect(sendAll(pace, ARM, NOW + 5 * SECOND).sent).toBe(50);
    expect(sendAll(pace, ARM, NOW + HOUR).sent).toBe(200);
  });

  test('a new process continues from the stored level and instant', () => {
    const stored = { level: 3, at: NOW, refusals: 0 };
    expect(sendAll(stored, ARM, NOW + 200).sent).toBe(5);
  });

  test('a clock that goes back refills nothing and breaks nothing', () => {
    const { pace } = sendAll(fullPace(ARM, NOW), ARM, NOW);
    expect(sendAll(pace, ARM, NOW - HOUR).sent).toBe(0);
    expect(sendAll(spend(pace, ARM, NOW - HOUR), ARM, NOW + SECOND).sent).toBe(9);
  });

  const limits = fc.record({
    rate: fc.double({ min: 0.1, max: 1_000, noNaN: true }),
    burst: fc.integer({ min: 1, max: 300 }),
  });
  const steps = fc.array(
    fc.record({ ms: fc.integer({ min: 0, max: 5_000 }), wanted: fc.integer({ min: 1, max: 400 }) }),
    {
      maxLength: 40,
    },
  );

  test('it is never exceeded: at most burst + rate × time is used, whatever the steps', () => {
    fc.assert(
      fc.property(limits, steps, (of, walk) => {
        let [now, pace, sent] = [NOW, fullPace(of, NOW), 0];
        for (const { ms, wanted } of walk) {
          now += ms;
          for (let n = 0; n < wanted && waitFor(pace, of, now) === 0; n++, sent++)
            pace = spend(pace, of, now);
          expect(sent).toBeLessThanOrEqual(of.burst + (of.rate * (now - NOW)) / SECOND + 1e-6);
          expect(pace.level).toBeGreaterThanOrEqual(-1e-9);
          expect(pace.level).toBeLessThanOrEqual(of.burst);
        }
      }),
    );
  });

  test('it is used fully: after exactly the wait that it gives, a request may be sent', () => {
    fc.assert(
      fc.property(limits, fc.integer({ min: 1, max: 200 }), (of, sends) => {
        let [now, pace] = [NOW, fullPace(of, NOW)];
        for (let n = 0; n < sends; n++) {
          now += waitFor(pace, of, now);
          expect(waitFor(pace, of, now)).toBeLessThanOrEqual(1);
          now += waitFor(pace, of, now);
          pace = spend(pace, of, now);
        }
        // Each wait is rounded up to a millisecond, once or twice.
        expect(now - NOW).toBeLessThanOrEqual((Math.max(0, sends - of.burst) / of.rate) * SECOND + 2 * sends);
      }),
    );
  });
});

describe('a refusal (rule 2)', () => {
  const full = fullPace(ARM, NOW);

  test('pauses for as long as the service asked, and treats the bucket as empty', () => {
    const pace = refused(full, NOW, NOW, 17 * SECOND);
    expect(pace).toEqual({ level: 0, at: NOW, pausedUntil: NOW + 17 * SECOND, refusals: 1 });
    expect(waitFor(pace, ARM, NOW)).toBe(17 * SECOND);
    expect(waitFor(pace, ARM, NOW + 17 * SECOND)).toBe(0);
  });

  test.each([
    ['two hours are cut to one', 2 * HOUR, HOUR],
    ['an hour holds', HOUR, HOUR],
    ['nothing at all is still a second', 0, SECOND],
    ['the past is still a second', -MINUTE, SECOND],
  ])('%s', (_, asked, pause) => expect(refused(full, NOW, NOW, asked).pausedUntil).toBe(NOW + pause));

  test('without a Retry-After pauses a second, doubled with each refusal in a row, up to an hour', () => {
    let [pace, now] = [full, NOW];
    const pauses: number[] = [];
    for (let n = 0; n < 15; n++) {
      pace = refused(pace, now, now, undefined);
      const pause = (pace.pausedUntil ?? 0) - now;
      pauses.push(pause / SECOND);
      now += pause;
      pace = spend(pace, ARM, now);
    }
    expect(pauses.slice(0, 5)).toEqual([1, 2, 4, 8, 16]);
    expect(pauses.slice(11)).toEqual([2_048, 3_600, 3_600, 3_600]);
  });

  test.each([
    ['a second', SECOND, [1, 2, 4, 8, 16], 3_600],
    ['ten seconds', 10 * SECOND, [10, 10, 10, 10, 16], 3_600],
    ['nothing', 0, [1, 2, 4, 8, 16], 3_600],
    ['an hour', HOUR, [3_600, 3_600, 3_600, 3_600, 3_600], 3_600],
  ])(
    'that asks for %s for ever pauses for the larger of that and the doubling gap',
    (_, asked, first, last) => {
      let [pace, now] = [full, NOW];
      const pauses: number[] = [];
      for (let n = 0; n < 15; n++) {
        pace = refused(spend(pace, ARM, now), now, now, asked);
        pauses.push(((pace.pausedUntil ?? 0) - now) / SECOND);
        now = pace.pausedUntil ?? now;
      }
      expect([pauses.slice(0, 5), pauses.at(-1)]).toEqual([first, last]);
      // The first answer ends the row of refusals.
      pace = answered(spend(pace, ARM, now), ARM, now, undefined, 0);
      expect((refused(pace, now, now, asked).pausedUntil ?? 0) - now).toBe(Math.max(SECOND, asked));
    },
  );

  test('of a request sent before the pause began changes nothing', () => {
    const pace = refused(full, NOW, NOW + 100, 10 * SECOND);
    expect(refused(pace, NOW + 50, NOW + 300, 30 * SECOND)).toBe(pace);
    expect(refused(pace, NOW + 100, NOW + 300, undefined)).toBe(pace);
  });

  test('of a request sent after the pause counts', () => {
    const pace = refused(full, NOW, NOW, 10 * SECOND);
    const later = NOW + 20 * SECOND;
    expect(refused(spend(pace, ARM, later), later, later + 100, undefined)).toMatchObject({
      pausedUntil: later + 100 + 2 * SECOND,
      refusals: 2,
    });
  });

  test('stops counting with the first answer after the pause, not with late answers during it', () => {
    const pace = refused(full, NOW, NOW, 10 * SECOND);
    expect(answered(pace, ARM, NOW + 200, undefined, 0).refusals).toBe(1);
    const after = spend(pace, ARM, NOW + 10 * SECOND);
    expect(after.pausedUntil).toBeUndefined();
    expect(answered(after, ARM, NOW + 11 * SECOND, undefined, 0).refusals).toBe(0);
  });

  test('lets no request through before its time, whatever is answered meanwhile', () => {
    const remaining = fc.option(fc.integer({ min: 0, max: 300 }), { nil: undefined });
    const ms = fc.integer({ min: 0, max: 59_999 });
    fc.assert(
      fc.property(fc.array(fc.tuple(ms, remaining, fc.nat({ max: 32 }))), answers => {
        let pace = refused(full, NOW, NOW, MINUTE);
        for (const [after, left, inFlight] of answers)
          pace = answered(pace, ARM, NOW + after, left, inFlight);
        expect(waitFor(pace, ARM, NOW + MINUTE - 1)).toBeGreaterThanOrEqual(1);
      }),
    );
  });
});

describe('the remaining number that the service gives', () => {
  const pace: Pace = { level: 100, at: NOW, refusals: 0 };

  test('corrects a level that is too high: another client uses the same bucket', () => {
    expect(answered(pace, ARM, NOW, 40, 0).level).toBe(40);
    expect(answered(pace, ARM, NOW + SECOND, 40, 5)).toMatchObject({ level: 40, at: NOW + SECOND });
  });

  test('never raises the level: requests may have been sent since', () => {
    expect(answered(pace, ARM, NOW, 180, 0).level).toBe(100);
  });

  test('changes nothing if the requests in flight explain the difference', () => {
    expect(answered(pace, ARM, NOW, 80, 32)).toEqual(pace);
    expect(answered(pace, ARM, NOW, 66, 32).level).toBe(66);
  });
});
