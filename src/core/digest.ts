/** Digests: the content of one mail, an owner's due reminders, most urgent first (rules 15 and 19). */

import type { Instant } from '../formats/instant';
import { compareText } from '../formats/text';
import { NOTICES, type Notice, noticeKindOf } from './notices';
import type { Reminder } from './reminder';
import type { Description } from './target';

/** A transaction deletes the lines and the claim together, so 100 operations bound the lines. */
export const MOST_LINES = 99;

/** What a mail says about one reminder, with its facts. */
export interface DigestLine extends Description {
  readonly reminder: Reminder;
  readonly notice: Notice;
  /** The signed link under which its owner can snooze it; absent where links can't be signed. */
  readonly snoozeUrl?: string;
}

export interface Digest {
  readonly owner: string;
  readonly lines: readonly DigestLine[];
  /** How many due reminders follow in the next mail. */
  readonly more: number;
  /** The one instant of this digest: days are counted from it. */
  readonly asOf: Instant;
}

/** Most urgent first: by rank, then by the instant it is about. */
export function byUrgency(a: Reminder, b: Reminder): number {
  return (
    rankOf(a) - rankOf(b) ||
    a.about - b.about ||
    compareText(a.name, b.name) ||
    compareText(a.scope, b.scope) ||
    compareText(a.reason, b.reason)
  );
}

/** An unknown reason comes last: it is dropped before any mail. */
function rankOf(reminder: Reminder): number {
  const kind = noticeKindOf(reminder);
  return kind === undefined ? Number.MAX_SAFE_INTEGER : NOTICES[kind].rank;
}
