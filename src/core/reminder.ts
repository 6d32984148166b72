/** Reminders: whether an owner must be told something about a target now, decided purely and with the reason. */

import { formatInstant, HOUR, type Instant } from '../formats/instant';
import type { Expiry, Failure } from './expiry';
import { holds, type Snooze } from './snooze';
import { fixedExpiry, isMinted } from './standing';
import type { Key } from './target';
import { type Crossing, formatThreshold, tightestCrossed } from './thresholds';
import { awaitsGoodNews, hasHeard, type Notice, noticeOf, type Told, wasNoticed, wasReminded } from './told';

/** One thing an owner must be told about one target. Identity: owner, target, `about` and `reason` (rule 11). */
export interface Reminder extends Key {
  readonly owner: string;
  /** The canonical text of a threshold, or a notice. */
  readonly reason: string;
  /** The instant it is about: the expiry; of `renewed` the new one; of other notices since when it is so. */
  readonly about: Instant;
  /** Where its threshold fell. Telling it counts as done for every wider one. */
  readonly crossedOn: Instant;
  /** Since when the owner could have been told. */
  readonly since: Instant;
  /** Of a matter: what happened, in words; nothing else holds it. */
  readonly note?: string;
}

/** Why nothing is to be told; each feeds the explanation of a target word for word. */
export type Undue =
  | 'notRead'
  | 'undecided'
  | 'minted'
  | 'neverExpires'
  | 'noThresholdCrossed'
  | 'awaitsReading'
  | 'awaitsSecondLook'
  | 'toldAsGone'
  | 'told'
  | 'snoozed'
  | 'notSo'
  | 'notTold'
  | 'notYet';

export type Decision =
  | ({ readonly due: true } & Pick<Reminder, 'reason' | 'about' | 'crossedOn' | 'since'>)
  | { readonly due: false; readonly because: Undue };

/** Unreadable is told after this many failures in a row and this long (rule 14). */
const FAILURES = 3;
const FAILING = HOUR;
/** Missing is told once it was so twice in a row. */
const LOOKS = 2;

const no = (because: Undue): Decision => ({ due: false, because });

/**
 * Every decision about a target for one owner, who was told `told` and may have muted it.
 * What is decided about the operators alone (an invalid row) is decided apart.
 */
export function decideAll(
  expiry: Expiry,
  crossings: readonly Crossing[],
  told: readonly Told[],
  snooze: Snooze | undefined,
  now: Instant,
): Decision[] {
  const bad = [
    decideThreshold(expiry, crossings, told, now),
    decideMissing(expiry, told, now),
    decideUnreadable(expiry, told, now),
  ];
  const muted = holds(snooze, fixedExpiry(expiry), now);
  const good = [decideReadable(expiry, told), decideRenewed(expiry, told)];
  return [...bad.map(decision => (muted && decision.due ? no('snoozed') : decision)), ...good];
}

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
  if (about === undefined) return no(whyNotFixed(expiry));
  const crossing = tightestCrossed(crossings, confirmedUntil(expiry, now));
  if (!crossing) {
    const waits = tightestCrossed(crossings, now) !== undefined;
    return no(waits ? 'awaitsReading' : 'noThresholdCrossed');
  }
  if (wasReminded(told, about, crossing.at)) return no('told');
  if (isMissing(expiry) && about <= now)
    return no(looksOf(expiry) < LOOKS ? 'awaitsSecondLook' : 'toldAsGone');
  const since = Math.max(crossing.at, expiry.firstSeenOn);
  return { due: true, reason: formatThreshold(crossing.threshold), about, crossedOn: crossing.at, since };
}

/** A target that can't be found twice in a row; after its known expiry that is one notice: expired and gone (rule 14). */
export function decideMissing(expiry: Expiry, told: readonly Told[], now: Instant): Decision {
  const { failure } = expiry;
  if (!failure || !isMissing(expiry)) return no('notSo');
  if (failure.sameCodeCount < LOOKS) return no('awaitsSecondLook');
  const expiresOn = fixedExpiry(expiry);
  if (expiresOn === undefined || expiresOn > now) return notice('missing', failure.since, told);
  if (told.some(line => line.reason === 'gone' && line.about === expiresOn)) return no('told');
  return {
    due: true,
    reason: 'gone',
    about: expiresOn,
    crossedOn: expiresOn,
    since: Math.max(failure.since, expiresOn),
  };
}

/** Reads that go on failing must themselves be told: silence would look like health. */
export function decideUnreadable(expiry: Expiry, told: readonly Told[], now: Instant): Decision {
  const { failure } = expiry;
  if (!failure || isMissing(expiry)) return no('notSo');
  if (failure.count < FAILURES || now - failure.since < FAILING) return no('notYet');
  return notice('unreadable', failure.since, told);
}

/** Good news goes only to whoever heard the bad. */
export function decideReadable({ recovered, failure }: Expiry, told: readonly Told[]): Decision {
  if (failure || !recovered) return no('notSo');
  const arrived = told.filter(hasHeard);
  const heard =
    wasNoticed(arrived, 'unreadable', recovered.since) || wasNoticed(arrived, 'missing', recovered.since);
  return heard ? notice('readable', recovered.since, told, recovered.on) : no('notTold');
}

/** A later expiry, told only to whoever was reminded of an earlier one and has not heard good news since. */
export function decideRenewed(expiry: Expiry, told: readonly Told[]): Decision {
  const { renewed } = expiry;
  const about = fixedExpiry(expiry);
  if (!renewed || about === undefined) return no('notSo');
  if (wasNoticed(told, 'renewed', about)) return no('told');
  return awaitsGoodNews(told.filter(hasHeard), about)
    ? notice('renewed', about, told, renewed.on)
    : no('notTold');
}

/** Whether the operators must be told that a row can't be understood: once for as long as it can't. */
export function decideInvalid({ invalid }: Expiry, told: readonly Told[]): Decision {
  return invalid ? notice('invalid', invalid.since, told) : no('notSo');
}

function notice(reason: Notice, about: Instant, told: readonly Told[], since = about): Decision {
  if (wasNoticed(told, reason, about)) return no('told');
  return { due: true, reason, about, crossedOn: since, since };
}

/** Reads that fail confirm nothing, yet silence is the worse fault: then the last known expiry holds until now. */
function confirmedUntil(expiry: Expiry, now: Instant): Instant {
  return expiry.failure || expiry.invalid ? now : (expiry.readOn ?? now);
}

function isMissing({ failure }: Expiry): boolean {
  return failure?.code === 'missing';
}

function looksOf({ failure }: Expiry): Failure['sameCodeCount'] {
  return failure?.sameCodeCount ?? 0;
}

function whyNotFixed(expiry: Expiry): Undue {
  if (isMinted(expiry)) return 'minted';
  if (expiry.expiresOn === undefined) return 'notRead';
  return expiry.expiresOn === 'never' ? 'neverExpires' : 'undecided';
}

/** Whether a reminder speaks of an expiry that is reached: from then on operators get a copy, since owners leave (rule 14). */
export function isFromExpiryOn(reminder: Pick<Reminder, 'reason' | 'about' | 'crossedOn'>): boolean {
  const topic = noticeOf(reminder);
  return topic === 'gone' || (topic === undefined && reminder.crossedOn >= reminder.about);
}

/** The identity of a reminder within its owner's outbox, in words for logs and history. */
export function describeReminder(reminder: Reminder): string {
  return `${reminder.reason} of ${formatInstant(reminder.about)} to ${reminder.owner}`;
}
