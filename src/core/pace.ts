/** Pace: our copy of a service's token bucket, so that a scope's limit is used fully and never overrun (rules 2, 3). */
import { HOUR, type Instant, SECOND } from '../formats/instant';

export interface Limits {
  /** Requests per second. */
  readonly rate: number;
  /** What the bucket holds when full. */
  readonly burst: number;
}

export interface Pace {
  readonly level: number;
  /** The instant for which the level holds. */
  readonly at: Instant;
  /** The service refused: nothing is sent before this instant. */
  readonly pausedUntil?: Instant;
  /** Refusals since the last answer that was none. */
  readonly refusals: number;
}

const LONGEST_PAUSE = HOUR;

export function fullPace(limits: Limits, now: Instant): Pace {
  return { level: limits.burst, at: now, refusals: 0 };
}

/** How long to wait, in milliseconds, until one request may be sent; 0 is now. */
export function waitFor(pace: Pace, limits: Limits, now: Instant): number {
  const pause = Math.max(0, (pace.pausedUntil ?? 0) - now);
  const missing = 1 - refilled(pace, limits, now).level;
  return Math.max(pause, missing > 0 ? Math.ceil((missing / limits.rate) * SECOND) : 0);
}

export function spend(pace: Pace, limits: Limits, now: Instant): Pace {
  const { pausedUntil: _over, ...full } = refilled(pace, limits, now);
  return { ...full, level: full.level - 1 };
}

/**
 * The service answered 429 to a request sent at `sentAt`: its bucket is empty and we pause for what it asked, or for a
 * second that doubles with each refusal in a row. Refusals of requests sent before the pause began tell nothing new.
 */
export function refused(pace: Pace, sentAt: Instant, now: Instant, retryAfterMs: number | undefined): Pace {
  // Nothing is sent during a pause, so whatever was sent before its end was sent before its beginning.
  if (pace.pausedUntil !== undefined && sentAt < pace.pausedUntil) return pace;
  const asked = retryAfterMs ?? SECOND * 2 ** Math.min(pace.refusals, 12);
  const pausedUntil = now + Math.min(LONGEST_PAUSE, Math.max(SECOND, asked));
  // A service that says when to come back has refilled by then; of any other we know only that it was empty.
  const at = retryAfterMs === undefined ? pausedUntil : now;
  return { level: 0, at, pausedUntil, refusals: pace.refusals + 1 };
}

/**
 * The service answered, and said what is left in its bucket where it says so. `inFlight` requests may not be counted in that yet.
 * A smaller difference than that is only the answer's age; a larger one means that somebody else draws on the bucket.
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

function refilled(pace: Pace, limits: Limits, now: Instant): Pace {
  const level = Math.min(limits.burst, pace.level + (Math.max(0, now - pace.at) * limits.rate) / SECOND);
  return { ...pace, level, at: Math.max(pace.at, now) };
}
