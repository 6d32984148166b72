/** Reminders: whether an owner must be told something about a target now, decided purely and with the reason. */

import type { Expiry } from './expiry';
import { formatInstant, type Instant } from './instant';
import { fixedExpiry, isMinted } from './standing';
import type { Key } from './target';
import { type Crossing, formatThreshold, tightestCrossed } from './thresholds';
import { INVALID, isInvalid, type Told } from './told';

/** One thing an owner must be told about one target. Identity: owner, target, `about` and `reason` (rule 11). */
export interface Reminder extends Key {
  readonly owner: string;
  /** The canonical text of a threshold, or `invalid`. Other notices take their place here. */
  readonly reason: string;
  /** The instant it is about: the expiry; of `invalid`, since when the row is. */
  readonly about: Instant;
  /** Where its threshold fell. Telling it counts as done for every wider one. */
  readonly crossedOn: Instant;
  /** Since when the owner could have been told. */
  readonly since: Instant;
}

export type Undue =
  | 'notRead'
  | 'undecided'
  | 'minted'
  | 'neverExpires'
  | 'noThresholdCrossed'
  | 'awaitsReading'
  | 'told'
  | 'rowUnderstood';

export type Decision =
  | ({ readonly due: true } & Pick<Reminder, 'reason' | 'about' | 'crossedOn' | 'since'>)
  | { readonly due: false; readonly because: Undue };

/**
 * Whether a threshold of this target is due for an owner who was told `told`.
 * A reading that succeeded speaks for the thresholds crossed before it; while reads fail, the last known expiry speaks
 * for now (rule 10). Only the tightest crossed threshold counts (rule 12).
 */
export function decideThreshold(
  expiry: Expiry,
  crossings: readonly Crossing[],
  told: readonly Told[],
  now: Instant,
): Decision {
  const about = fixedExpiry(expiry);
  if (about === undefined) return { due: false, because: whyNotFixed(expiry) };
  const crossing = tightestCrossed(crossings, confirmedUntil(expiry, now));
  if (!crossing) {
    const waits = tightestCrossed(crossings, now) !== undefined;
    return { due: false, because: waits ? 'awaitsReading' : 'noThresholdCrossed' };
  }
  const done = told.some(line => line.about === about && !isInvalid(line) && line.crossedOn >= crossing.at);
  if (done) return { due: false, because: 'told' };
  const since = Math.max(crossing.at, expiry.firstSeenOn);
  return { due: true, reason: formatThreshold(crossing.threshold), about, crossedOn: crossing.at, since };
}

/** Whether the operators must be told that a row can't be understood: once for as long as it can't. */
export function decideInvalid(expiry: Expiry, told: readonly Told[]): Decision {
  if (!expiry.invalid) return { due: false, because: 'rowUnderstood' };
  const { since } = expiry.invalid;
  if (told.some(line => line.about === since && isInvalid(line))) return { due: false, because: 'told' };
  return { due: true, reason: INVALID, about: since, crossedOn: since, since };
}

/** Reads that fail confirm nothing, yet silence is the worse fault: then the last known expiry holds until now. */
function confirmedUntil(expiry: Expiry, now: Instant): Instant {
  return expiry.failure || expiry.invalid ? now : (expiry.readOn ?? now);
}

function whyNotFixed(expiry: Expiry): Undue {
  if (isMinted(expiry)) return 'minted';
  if (expiry.expiresOn === undefined) return 'notRead';
  return expiry.expiresOn === 'never' ? 'neverExpires' : 'undecided';
}

/** The identity of a reminder within its owner's outbox, in words for logs and history. */
export function describeReminder(reminder: Reminder): string {
  return `${reminder.reason} of ${formatInstant(reminder.about)} to ${reminder.owner}`;
}
