/** Quota: requests to the mail service within a sliding minute and hour, kept within its limits (rule 17). */
import { DAY, HOUR, type Instant, MINUTE, SECOND } from '../formats/instant';

export interface QuotaLimits {
  readonly perMinute: number;
  readonly perHour: number;
}

/** Requests counted by ten-second slots, oldest first. That is exact enough, and its size does not grow with the requests. */
export interface Usage {
  readonly slots: readonly { readonly at: Instant; readonly count: number }[];
  /** The service asked for no request before this instant. */
  readonly pausedUntil?: Instant;
}

export const UNUSED: Usage = { slots: [] };

const SLOT = 10 * SECOND;
/** What is stored further ahead comes from a clock that was wrong, or from an editor. No mail waits until then. */
const FURTHEST_SLOT = HOUR;
/** A service may ask for a day. */
const FURTHEST_PAUSE = 2 * DAY;

/** The usage with `count` requests more; undefined if a limit or a pause forbids it. A slot counts until all of it is over. */
export function reserve(usage: Usage, limits: QuotaLimits, now: Instant, count = 1): Usage | undefined {
  const slots = usage.slots.filter(({ at }) => at + SLOT > now - HOUR && at - now <= FURTHEST_SLOT);
  const used = (span: number) =>
    slots.filter(({ at }) => at + SLOT > now - span).reduce((sum, slot) => sum + slot.count, 0);
  const pause = (usage.pausedUntil ?? now) - now;
  if (pause > 0 && pause <= FURTHEST_PAUSE) return undefined;
  if (used(MINUTE) + count > limits.perMinute || used(HOUR) + count > limits.perHour) return undefined;
  const at = now - (now % SLOT);
  const current = slots.find(slot => slot.at === at)?.count ?? 0;
  return { slots: [...slots.filter(slot => slot.at !== at), { at, count: current + count }] };
}

/** The usage after the service asked to wait: nothing is reserved before `until`. */
export function paused(usage: Usage, until: Instant): Usage {
  const earlier = usage.pausedUntil ?? 0;
  return { ...usage, pausedUntil: earlier - until > FURTHEST_PAUSE ? until : Math.max(until, earlier) };
}
