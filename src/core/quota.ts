/** Quota: requests to the mail service within a sliding minute and hour, kept within its limits and used to the full (rule 17). */
import { DAY, HOUR, type Instant, MINUTE, SECOND } from '../formats/instant';

export interface QuotaLimits {
  readonly perMinute: number;
  readonly perHour: number;
}

/** Requests by the instant at which they were made, oldest first. Each counts until that instant is a whole span ago. */
export interface Usage {
  readonly requests: readonly { readonly at: Instant; readonly count: number }[];
  /** The service asked for no request before this instant. */
  readonly pausedUntil?: Instant;
}

export const UNUSED: Usage = { requests: [] };

/** To the millisecond, a minute is used to the full. What is older matters to the hour alone. */
const OLDER = MINUTE + 10 * SECOND;
const OLDER_GRAIN = 10 * SECOND;
/** With more entries than this, a second is exact enough; so the size does not grow with the requests. */
const MOST_EXACT = 200;
const RECENT_GRAIN = SECOND;
/** What is stored further ahead comes from a clock that was wrong, or from an editor. No mail waits until then. */
const FURTHEST_REQUEST = HOUR;
/** A service may ask for a day. */
const FURTHEST_PAUSE = 2 * DAY;

/** The usage with `count` requests more; undefined if a limit or a pause forbids it. */
export function reserve(usage: Usage, limits: QuotaLimits, now: Instant, count = 1): Usage | undefined {
  if (freeFrom(usage, limits, now, count) > now) return undefined;
  return { requests: compact([...usage.requests, { at: now, count }], now) };
}

/** The first instant from which `count` requests more are allowed if nothing else is asked; `Infinity` if a limit is lower. */
export function freeFrom(usage: Usage, limits: QuotaLimits, now: Instant, count = 1): Instant {
  const requests = usage.requests.filter(({ at }) => at - now <= FURTHEST_REQUEST);
  const pausedUntil = usage.pausedUntil ?? now;
  const windows = [
    roomFrom(requests, MINUTE, limits.perMinute - count),
    roomFrom(requests, HOUR, limits.perHour - count),
  ];
  return Math.max(now, pausedUntil - now <= FURTHEST_PAUSE ? pausedUntil : now, ...windows);
}

/** The usage after the service asked to wait: nothing is reserved before `until`. */
export function paused(usage: Usage, until: Instant): Usage {
  const earlier = usage.pausedUntil ?? 0;
  return { ...usage, pausedUntil: earlier - until > FURTHEST_PAUSE ? until : Math.max(until, earlier) };
}

/**
 * The usage once the requests reserved at `from` have been answered. The service counted them at some instant in between, so
 * they count from the later one.
 */
export function answered(usage: Usage, from: Instant, on: Instant): Usage {
  if (on <= from) return usage;
  const requests = usage.requests.map(request => (request.at === from ? { ...request, at: on } : request));
  return { ...usage, requests: compact(requests, on) };
}

/** From when at most `most` requests lie within a span that ends then. */
function roomFrom(requests: Usage['requests'], span: number, most: number): Instant {
  if (most < 0) return Infinity;
  let sum = 0;
  for (const { at, count } of requests.toSorted((a, b) => b.at - a.at)) {
    sum += count;
    if (sum > most) return at + span;
  }
  return 0;
}

/** Instants are rounded up, so that a request never counts for less than a whole span. */
function compact(requests: Usage['requests'], now: Instant): Usage['requests'] {
  const isExact = requests.filter(({ at }) => at > now - OLDER).length <= MOST_EXACT;
  const grainOf = (at: Instant) => {
    if (at <= now - OLDER) return OLDER_GRAIN;
    return isExact ? 1 : RECENT_GRAIN;
  };
  const counts = new Map<Instant, number>();
  for (const { at, count } of requests) {
    if (at <= now - HOUR || at - now > FURTHEST_REQUEST) continue;
    const grain = grainOf(at);
    const rounded = Math.ceil(at / grain) * grain;
    counts.set(rounded, (counts.get(rounded) ?? 0) + count);
  }
  return [...counts].map(([at, count]) => ({ at, count })).sort((a, b) => a.at - b.at);
}
