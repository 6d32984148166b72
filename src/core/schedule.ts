/** The schedule: when a target is read next, computed afresh from its state and row at every sweep (rule 6). */

import { HOUR, type Instant, MINUTE } from '../formats/instant';
import type { Expiry, Failure } from './expiry';
import { fixedExpiry } from './standing';
import type { Crossing } from './thresholds';

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

/** A failing target is read again after 5 minutes, then 10, 20 and at last every hour, or at its interval if that is shorter. */
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

/** Growing gaps; but always one read at the very hour after which owners are told, lest they hear of what is over. */
function nextRetry({ since, count }: Failure, checkedOn: Instant): Instant {
  const retry = checkedOn + Math.min(HOUR, FIRST_RETRY * 2 ** (count - 1));
  const toldFrom = since + HOUR;
  return checkedOn < toldFrom ? Math.min(retry, toldFrom) : retry;
}

/** The first threshold that falls after the last attempt; a minted target has none (rule 8). */
function nextCrossing(
  expiry: Expiry,
  crossings: readonly Crossing[],
  checkedOn: Instant,
): Crossing | undefined {
  return fixedExpiry(expiry) === undefined ? undefined : crossings.find(crossing => crossing.at > checkedOn);
}
