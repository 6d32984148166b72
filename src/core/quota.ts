/** Quota: how much of a sliding minute and hour is used, so that the mail service is never asked for more than it grants (rule 17). */
import { HOUR, type Instant, MINUTE, SECOND } from '../formats/instant';

export interface QuotaLimits {
  readonly perMinute: number;
  readonly perHour: number;
}

/** Requests by the ten seconds they fell in, oldest first: exact enough, and small however many they are. */
export interface Usage {
  readonly slots: readonly { readonly at: Instant; readonly count: number }[];
  /** The service asked to wait until then. */
  readonly pausedUntil?: Instant;
}

export const UNUSED: Usage = { slots: [] };

const SLOT = 10 * SECOND;

/** One request more, or `undefined` where a limit or a pause forbids it. A slot counts for as long as any of it may. */
export function reserve(usage: Usage, limits: QuotaLimits, now: Instant): Usage | undefined {
  const slots = usage.slots.filter(({ at }) => at + SLOT > now - HOUR);
  const used = (span: number) =>
    slots.filter(({ at }) => at + SLOT > now - span).reduce((sum, { count }) => sum + count, 0);
  if ((usage.pausedUntil ?? 0) > now) return undefined;
  if (used(MINUTE) >= limits.perMinute || used(HOUR) >= limits.perHour) return undefined;
  const at = now - (now % SLOT);
  const current = slots.find(slot => slot.at === at);
  const others = slots.filter(slot => slot.at !== at);
  return { slots: [...others, { at, count: (current?.count ?? 0) + 1 }] };
}

/** The service asked to wait: nothing is reserved before that. */
export function paused(usage: Usage, until: Instant): Usage {
  return { ...usage, pausedUntil: Math.max(until, usage.pausedUntil ?? 0) };
}
