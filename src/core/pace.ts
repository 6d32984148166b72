/** Pace: our copy of a service's token bucket. With it a scope's limit is used fully and never exceeded (rules 2, 3). */
import { HOUR, type Instant, SECOND } from '../formats/instant';

/** The bucket that a service documents. */
export interface Limits {
  /** Requests per second. */
  readonly rate: number;
  /** Requests that a full bucket allows at once. */
  readonly burst: number;
}

export interface Pace {
  /** Requests that the bucket allowed at the instant `at`. */
  readonly level: number;
  readonly at: Instant;
  /** The service refused a request: none is sent before this instant. */
  readonly pausedUntil?: Instant;
  /** Refusals in a row. */
  readonly refusals: number;
}

const LONGEST_PAUSE = HOUR;
/** A stored instant that is further ahead comes from a clock that was wrong, or from an editor. No scope waits until then. */
const FURTHEST_AHEAD = 2 * HOUR;

/** The pace of a scope that was never read. */
export function fullPace(limits: Limits, now: Instant): Pace {
  return { level: limits.burst, at: now, refusals: 0 };
}

/** Half of a bucket, for what must not starve the rest. */
export function halfOf({ rate, burst }: Limits): Limits {
  return { rate: rate / 2, burst: Math.max(1, burst / 2) };
}

/** Milliseconds to wait before the next request may be sent; 0 means now. */
export function waitFor(pace: Pace, limits: Limits, now: Instant): number {
  const pause = Math.max(0, pauseEnd(pace, now) - now);
  const missing = 1 - refilled(pace, limits, now).level;
  return Math.max(pause, missing > 0 ? Math.ceil((missing / limits.rate) * SECOND) : 0);
}

/** When the pause ends; the beginning of time where there is none. */
export function pauseEnd({ pausedUntil = 0 }: Pace, now: Instant): Instant {
  return pausedUntil - now > FURTHEST_AHEAD ? 0 : pausedUntil;
}

/** The pace after one request was sent. Nothing is sent during a pause, so the pause is over. */
export function spend(pace: Pace, limits: Limits, now: Instant): Pace {
  const { level, at, refusals } = refilled(pace, limits, now);
  return { level: level - 1, at, refusals };
}

/**
 * The service answered 429 to a request sent at `sentAt`. Its bucket is empty, and we pause for as long as it asked, but for
 * no less than a second that doubles with each refusal in a row: a service that goes on refusing is asked less and less.
 * Refusals of requests that were sent before the pause began add nothing.
 */
export function refused(pace: Pace, sentAt: Instant, now: Instant, retryAfterMs: number | undefined): Pace {
  // Nothing is sent during a pause: a request from before its end is from before its beginning.
  if (pace.pausedUntil !== undefined && sentAt < pace.pausedUntil) return pace;
  const gap = SECOND * 2 ** Math.min(pace.refusals, 12);
  const pausedUntil = now + Math.min(LONGEST_PAUSE, Math.max(gap, retryAfterMs ?? 0));
  // A bucket with a Retry-After has refilled by then. Of any other we know only that it was empty.
  const at = retryAfterMs === undefined ? pausedUntil : now;
  return { level: 0, at, pausedUntil, refusals: pace.refusals + 1 };
}

/** After a refusal one request alone asks whether the service answers again. */
export function isProbing(pace: Pace): boolean {
  return pace.refusals > 0;
}

/**
 * The service answered. `remaining` is what its answer says is left in the bucket, if it does. The `inFlight` requests may
 * be missing from that number. A difference up to that many is only due to the answer's age; a larger one means that
 * another client uses the same bucket.
 */
export function answered(
  pace: Pace,
  limits: Limits,
  now: Instant,
  remaining: number | undefined,
  inFlight: number,
): Pace {
  const calm = { ...pace, refusals: pace.pausedUntil === undefined ? 0 : pace.refusals };
  if (remaining === undefined) return calm;
  const current = refilled(calm, limits, now);
  return remaining + inFlight + 1 < current.level ? { ...current, level: remaining } : calm;
}

/** The pace with the bucket refilled up to `now`. */
function refilled(pace: Pace, limits: Limits, now: Instant): Pace {
  // One request then finds out what the bucket allows.
  const { level: known, at } = pace.at - now > FURTHEST_AHEAD ? { level: 1, at: now } : pace;
  const level = Math.max(-limits.burst, known) + (Math.max(0, now - at) * limits.rate) / SECOND;
  return { ...pace, level: Math.min(limits.burst, level), at: Math.max(at, now) };
}
