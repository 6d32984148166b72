/** The schedule: when a target is read next. Every sweep computes it from the target's state and row (rule 6). */
import { HOUR, type Instant, MINUTE } from '../formats/instant';
import type { Expiry, Failure } from './expiry';
import { fixedExpiry } from './standing';
import type { Crossing } from './thresholds';

/** The instant of the next read, and which rule set it. */
export interface NextCheck {
  readonly on: Instant;
  readonly because: 'neverRead' | 'interval' | 'threshold' | 'undecided' | 'failing' | 'reminderWaits';
}

export interface Timing {
  readonly checkEveryMs: number;
  readonly crossings: readonly Crossing[];
  /** A reminder about this target is due and not yet told. */
  readonly reminderWaits: boolean;
}

/**
 * A failing target is read again after gaps of 5, 10, 20 and 40 minutes, then every hour, and also exactly an hour after its first
 * failure: 0, 5, 15, 35, 60, 120 minutes after it, and so on. At its interval if that is shorter.
 */
const FIRST_RETRY = 5 * MINUTE;

export function nextCheck(expiry: Expiry, timing: Timing): NextCheck {
  const { checkedOn } = expiry;
  if (checkedOn === undefined) return { on: expiry.firstSeenOn, because: 'neverRead' };
  const candidates: NextCheck[] = [{ on: checkedOn + timing.checkEveryMs, because: 'interval' }];
  if (expiry.failure) {
    candidates.push({ on: nextRetry(expiry.failure, checkedOn), because: 'failing' });
  } else if (expiry.evidence === 'first' || expiry.evidence === 'moved') {
    candidates.push({ on: checkedOn, because: 'undecided' });
  }
  if (timing.reminderWaits) candidates.push({ on: checkedOn + HOUR, because: 'reminderWaits' });
  const crossing = nextCrossing(expiry, timing.crossings, checkedOn);
  if (crossing) candidates.push({ on: crossing.at, because: 'threshold' });
  return candidates.reduce((earliest, candidate) => (candidate.on < earliest.on ? candidate : earliest));
}

/** The gaps grow. One read falls on the instant from which owners are told, so that they are never told of a failure that is over. */
function nextRetry({ since, count }: Failure, checkedOn: Instant): Instant {
  const retry = checkedOn + Math.min(HOUR, FIRST_RETRY * 2 ** (count - 1));
  const toldFrom = since + HOUR;
  return checkedOn < toldFrom ? Math.min(retry, toldFrom) : retry;
}

/** The first threshold after the last attempt. A minted target has none (rule 8). */
function nextCrossing(
  expiry: Expiry,
  crossings: readonly Crossing[],
  checkedOn: Instant,
): Crossing | undefined {
  return fixedExpiry(expiry) === undefined ? undefined : crossings.find(crossing => crossing.at > checkedOn);
}
