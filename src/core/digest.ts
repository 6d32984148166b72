/** Digests: the content of one mail, an owner's due reminders, most urgent first (rules 15 and 19). */
import { DAY, type Instant } from '../formats/instant';
import { compareText } from '../formats/text';
import { JUST_EXPIRED_RANK, LONG_EXPIRED_RANK, NOTICES, type Notice, noticeKindOf } from './notices';
import type { RecipientState } from './recipient-states';
import type { Reminder } from './reminder';
import type { Summary } from './summary';
import type { Description } from './target';

/** A transaction deletes the lines and the claim together, so 100 operations bound the lines. */
export const MOST_LINES = 99;

/** Of each part of a mail's body: Gmail cuts a mail at 102 KB. */
export const MOST_BYTES = 100_000;

/** What a mail says about one reminder, with its facts. */
export interface DigestLine extends Description {
  readonly reminder: Reminder;
  readonly notice: Notice;
  /** Its owners, and who else is told; empty for notices about the watcher itself. */
  readonly recipients: readonly RecipientState[];
  /** The signed link under which its owner can snooze it; absent where links can't be signed. */
  readonly snoozeUrl?: string;
  /** The signed link to a page that shows the target. */
  readonly viewUrl?: string;
}

export interface Digest {
  readonly owner: string;
  readonly lines: readonly DigestLine[];
  /** How many reminders wait for the next mail. They are checked when their turn comes. */
  readonly more: number;
  /** More wait than were counted. */
  readonly moreAtLeast?: true;
  /** The signed link to the list of what this owner owns; absent for a mere operator. */
  readonly listUrl?: string;
  /** Of a summary: then there are no lines. */
  readonly summary?: Summary;
  /** The one instant of this digest: days are counted from it. */
  readonly asOf: Instant;
  /** It has no lines: it is a test mail, which says how it was sent. */
  readonly test?: { readonly transport: string; readonly sender: string; readonly note?: string | undefined };
}

/** For so long after its expiry a target has just expired. */
const JUST_EXPIRED = DAY;

/**
 * Most urgent first, at one instant: by what acting soon is worth. What can still be saved never waits behind what cannot.
 * Not yet expired: the soonest first. Expired: the latest first.
 */
export function urgencyAt(now: Instant): (a: Reminder, b: Reminder) => number {
  return (a, b) =>
    rankOf(a, now) - rankOf(b, now) ||
    (isExpired(a, now) ? b.about - a.about : a.about - b.about) ||
    compareText(a.name, b.name) ||
    compareText(a.scope, b.scope) ||
    compareText(a.reason, b.reason);
}

/** An unknown reason comes last: it is dropped before any mail. */
function rankOf(reminder: Reminder, now: Instant): number {
  const kind = noticeKindOf(reminder);
  if (kind === undefined) return Number.MAX_SAFE_INTEGER;
  if (!isExpired(reminder, now)) return NOTICES[kind].rank;
  return now - reminder.about <= JUST_EXPIRED ? JUST_EXPIRED_RANK : LONG_EXPIRED_RANK;
}

/** Whether it is about an expiry that has passed. */
function isExpired(reminder: Reminder, now: Instant): boolean {
  const kind = noticeKindOf(reminder);
  return kind !== undefined && NOTICES[kind].says === 'reminder' && reminder.about <= now;
}
