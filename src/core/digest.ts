/** Digests: the content of one mail, an owner's due reminders, most urgent first (rules 15 and 19). */

import type { Instant } from '../formats/instant';
import { compareText } from '../formats/text';
import type { Reminder } from './reminder';
import type { Threshold } from './thresholds';
import { type Notice, noticeOf } from './told';

/** A transaction deletes the lines and the claim together, so 100 operations bound the lines. */
export const MOST_LINES = 99;

/** What a mail says about one reminder: the evidence with it. */
export interface DigestLine {
  readonly reminder: Reminder;
  readonly displayName: string;
  /** What it is, such as `IoT Central API token`. */
  readonly label: string;
  /** Where it is, in words a person can search for. */
  readonly where: string;
  readonly portalUrl?: string;
  readonly runbook?: string;
  readonly notes?: string;
  readonly howToRenew: string;
  readonly subject: Subject;
  /** The signed link under which its owner can mute it; absent where links can't be signed. */
  readonly snoozeUrl?: string;
}

/** What a line is about, with the evidence a person needs to believe it. */
export type Subject =
  | {
      readonly is: 'threshold';
      readonly threshold: Threshold;
      readonly expiresOn: Instant;
      /** The last reading that succeeded. */
      readonly readOn: Instant;
      /** Reads fail since, so the expiry could not be confirmed. */
      readonly unconfirmed?: Unconfirmed;
    }
  /** Its known expiry has passed and the service knows it no more. */
  | { readonly is: 'gone'; readonly expiresOn: Instant; readonly since: Instant; readonly readOn?: Instant }
  | {
      readonly is: 'missing' | 'unreadable';
      readonly since: Instant;
      readonly message: string;
      readonly known: LastKnown;
    }
  | { readonly is: 'readable'; readonly since: Instant; readonly readOn: Instant; readonly known: LastKnown }
  | { readonly is: 'renewed'; readonly from: Instant; readonly expiresOn: Instant; readonly readOn: Instant }
  | { readonly is: 'invalid'; readonly faults: readonly string[]; readonly since: Instant }
  /** Something about the watcher itself that its operators must know. */
  | { readonly is: 'matter'; readonly matter: Matter; readonly since: Instant; readonly note: string };

/** Of operators alone: a scope whose every read fails or that has targets nobody owns, a mail that did not arrive, a message that could not be handled. */
export const MATTERS = ['scopeFailing', 'undelivered', 'poisoned', 'ownerless'] as const;
export type Matter = (typeof MATTERS)[number];

export interface Unconfirmed {
  readonly since: Instant;
  readonly message: string;
}

/** The expiry that was read last, if one ever was. */
export interface LastKnown {
  readonly expiresOn?: Instant | 'never';
  readonly readOn?: Instant;
  readonly minted: boolean;
}

export interface Digest {
  readonly owner: string;
  readonly lines: readonly DigestLine[];
  /** How many due reminders follow in the next mail. */
  readonly more: number;
  /** The one instant of this digest: days are counted from it. */
  readonly asOf: Instant;
}

/** Most urgent first: what expires or expired, soonest first; then what can't be told, what must be mended, and good news. */
export function byUrgency(a: Reminder, b: Reminder): number {
  return (
    rank(a) - rank(b) ||
    a.about - b.about ||
    compareText(a.name, b.name) ||
    compareText(a.scope, b.scope) ||
    compareText(a.reason, b.reason)
  );
}

const RANKS: Record<Notice | Matter, number> = {
  gone: 0,
  missing: 1,
  unreadable: 2,
  scopeFailing: 3,
  undelivered: 4,
  poisoned: 5,
  invalid: 6,
  ownerless: 7,
  renewed: 8,
  readable: 9,
};

function rank(reminder: Reminder): number {
  const word = noticeOf(reminder) ?? matterOf(reminder);
  return word === undefined ? 0 : RANKS[word];
}

/** What operators are told about once a day: matters, and rows that can't be understood. */
export function isForOperators(reminder: { readonly reason: string }): boolean {
  return matterOf(reminder) !== undefined || noticeOf(reminder) === 'invalid';
}

/** The matter that a reason names; undefined for what is about a target. */
export function matterOf({ reason }: { readonly reason: string }): Matter | undefined {
  return MATTERS.find(matter => matter === reason);
}
