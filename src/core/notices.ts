/** The notices: every kind of thing that can be told, and what holds for each. Lists and checks elsewhere derive from this table. */
import type { Instant } from '../formats/instant';
import { parseThreshold, type Threshold } from './thresholds';

/** What is decided about a target: one decision each, for its owners or for operators. `title`: as the dashboard names it. */
export const TOPICS = {
  threshold: { title: 'Thresholds', isFor: 'owners' },
  missing: { title: 'Missing', isFor: 'owners' },
  unreadable: { title: 'Unreadable', isFor: 'owners' },
  readable: { title: 'Readable again', isFor: 'owners' },
  renewed: { title: 'Renewed', isFor: 'owners' },
  replaced: { title: 'Replaced', isFor: 'owners' },
  invalid: { title: 'Invalid row', isFor: 'operators' },
  notVerified: { title: 'Replaced, not verified', isFor: 'operators' },
} as const;
export type Topic = keyof typeof TOPICS;

interface NoticeRules {
  /**
   * `reads`: whether the target can be read. `replacement`: whether another took its place. `row`: its registry row.
   * `watcher`: the watcher itself, not one target.
   */
  readonly about: 'expiry' | 'reads' | 'replacement' | 'row' | 'watcher';
  /** A `reminder` is about an expiry that comes or came. `goodNews` needs no action. */
  readonly says: 'reminder' | 'trouble' | 'goodNews';
  /**
   * `owners` alone; or `owners`, and operators get a copy always or only once the expiry is reached, since owners leave
   * (rule 14). What is for `operators` alone waits for their daily mail, unless it is told at once.
   */
  readonly audience: 'owners' | 'ownersAndCopies' | 'ownersAndCopiesFromExpiry' | 'operators';
  readonly atOnce?: true;
  readonly snoozable: boolean;
  /** In a mail and between owners, the lowest rank comes first (rule 15). A reminder has its own until its expiry is reached. */
  readonly rank: number;
  /** The decision that it comes from. Notices about the watcher have none: the sweep or the sender reports them. */
  readonly topic?: Topic;
}

/** The ranks of a reminder whose expiry has passed: acting still shortens an outage that has just begun, and mends little later. */
export const JUST_EXPIRED_RANK = 1;
export const LONG_EXPIRED_RANK = 10;
/** As a row to correct: somebody must look, and nothing stops working. */
const REPLACED_RANK = 8;

const REMINDER = { about: 'expiry', says: 'reminder', snoozable: true, rank: 0 } as const;
const FAILING_READS = { about: 'reads', says: 'trouble', audience: 'owners', snoozable: true } as const;
const FOR_OPERATORS = { says: 'trouble', audience: 'operators', snoozable: false } as const;
const OF_WATCHER = { about: 'watcher', ...FOR_OPERATORS } as const;

export const NOTICES = {
  threshold: { ...REMINDER, audience: 'ownersAndCopiesFromExpiry', topic: 'threshold' },
  /** Its known expiry has passed and it is not found. It ends the thresholds of that expiry. */
  gone: { ...REMINDER, audience: 'ownersAndCopies', topic: 'missing' },
  missing: { ...FAILING_READS, rank: 2, topic: 'missing' },
  unreadable: { ...FAILING_READS, rank: 3, topic: 'unreadable' },
  readable: {
    about: 'reads',
    says: 'goodNews',
    audience: 'owners',
    snoozable: false,
    rank: 12,
    topic: 'readable',
  },
  renewed: {
    about: 'expiry',
    says: 'goodNews',
    audience: 'ownersAndCopies',
    snoozable: false,
    rank: 11,
    topic: 'renewed',
  },
  /** An owner said so, and it is not watched any more. */
  replaced: {
    about: 'replacement',
    says: 'trouble',
    audience: 'ownersAndCopies',
    snoozable: false,
    rank: REPLACED_RANK,
    topic: 'replaced',
  },
  /** That was undone. */
  watchedAgain: {
    about: 'replacement',
    says: 'goodNews',
    audience: 'ownersAndCopies',
    snoozable: false,
    rank: 13,
    topic: 'replaced',
  },
  invalid: { about: 'row', ...FOR_OPERATORS, rank: 8, topic: 'invalid' },
  /** Its row says that it was replaced, and names no successor. */
  notVerified: { about: 'replacement', ...FOR_OPERATORS, rank: REPLACED_RANK, topic: 'notVerified' },
  /** Many registry rows vanished at once. Their targets go a day later, so this can't wait for the daily mail. */
  rowsLost: { ...OF_WATCHER, atOnce: true, rank: 4 },
  /** Every read of a scope fails. */
  scopeFailing: { ...OF_WATCHER, atOnce: true, rank: 4 },
  /** Some reads of a scope are refused, which only an operator can mend. */
  readsRefused: { ...OF_WATCHER, atOnce: true, rank: 5 },
  /** The fallback took a mail that the first transport did not. */
  fallbackInUse: { ...OF_WATCHER, atOnce: true, rank: 6 },
  /** A transport took no mail for a fault of our own, and it is mended. */
  mailStopped: { ...OF_WATCHER, atOnce: true, rank: 6 },
  /** A mail was accepted and did not arrive. */
  undelivered: { ...OF_WATCHER, rank: 6 },
  /** A sweep message failed again and again. */
  poisoned: { ...OF_WATCHER, rank: 7 },
  /** Targets of a scope have no owner. */
  ownerless: { ...OF_WATCHER, rank: 9 },
} as const satisfies Readonly<Record<string, NoticeRules>>;

export type NoticeKind = keyof typeof NOTICES;
export type NoticeAbout<About extends NoticeRules['about']> = {
  [K in NoticeKind]: (typeof NOTICES)[K]['about'] extends About ? K : never;
}[NoticeKind];
export type OperatorNotice = NoticeAbout<'watcher'>;
export type TargetNotice = Exclude<NoticeKind, OperatorNotice>;

export const NOTICE_KINDS: readonly NoticeKind[] = Object.keys(NOTICES).filter(isNoticeKind);
export const TARGET_NOTICES: readonly TargetNotice[] = NOTICE_KINDS.filter(kind => !isOperatorNotice(kind));

/** What a mail says of one reminder: the facts that a person needs to believe it. */
interface NoticeFacts {
  threshold: {
    readonly threshold: Threshold;
    readonly expiresOn: Instant;
    /** The last reading that succeeded. */
    readonly readOn: Instant;
    /** Reads fail since then, so the expiry could not be confirmed. */
    readonly unconfirmed?: Unconfirmed;
  };
  gone: { readonly expiresOn: Instant; readonly since: Instant; readonly readOn?: Instant };
  missing: FailingReads;
  unreadable: FailingReads;
  readable: { readonly since: Instant; readonly readOn: Instant; readonly known: LastKnown };
  renewed: { readonly from: Instant; readonly expiresOn: Instant; readonly readOn: Instant };
  replaced: Replaced;
  watchedAgain: Replaced;
  invalid: { readonly faults: readonly string[]; readonly since: Instant };
  notVerified: { readonly since: Instant };
  rowsLost: OperatorNoticeFacts;
  scopeFailing: OperatorNoticeFacts;
  readsRefused: OperatorNoticeFacts;
  fallbackInUse: OperatorNoticeFacts;
  mailStopped: OperatorNoticeFacts;
  undelivered: OperatorNoticeFacts;
  poisoned: OperatorNoticeFacts;
  ownerless: OperatorNoticeFacts;
}

interface Unconfirmed {
  readonly since: Instant;
  readonly message: string;
  /** Only an operator can mend it, and they are told; the message is for them. */
  readonly operatorsAreTold?: boolean;
}

interface FailingReads {
  readonly since: Instant;
  readonly message: string;
  readonly known: LastKnown;
}

interface Replaced {
  /** Who said so, or undid it, and when. */
  readonly by: string;
  readonly on: Instant;
  /** The name of the successor; undefined where none was named. */
  readonly successor: string | undefined;
  /** What they said in its place. */
  readonly note?: string;
}

interface OperatorNoticeFacts {
  readonly since: Instant;
  readonly note: string;
}

/** The expiry that was read last, if one ever was. Without it but with `readOn`, it is undecided. */
export interface LastKnown {
  readonly expiresOn?: Instant | 'never';
  readonly readOn?: Instant;
  readonly minted: boolean;
}

export type NoticeOf<Kind extends NoticeKind> = {
  [K in Kind]: { readonly is: K } & NoticeFacts[K];
}[Kind];
export type Notice = NoticeOf<NoticeKind>;

/** @returns undefined for a reason that is neither a threshold nor a notice known here: an unknown reason is never told. */
export function noticeKindOf({ reason }: { readonly reason: string }): NoticeKind | undefined {
  if (isNoticeKind(reason) && reason !== 'threshold') return reason;
  return parseThreshold(reason) && 'threshold';
}

/** Whether it is for operators alone. */
export function isForOperators(line: { readonly reason: string }): boolean {
  const kind = noticeKindOf(line);
  return kind !== undefined && NOTICES[kind].audience === 'operators';
}

/** Whether it waits for the operators' daily mail. */
export function waitsForDailyMail(line: { readonly reason: string }): boolean {
  const kind = noticeKindOf(line);
  return kind !== undefined && isForOperators(line) && !('atOnce' in NOTICES[kind]);
}

export function isOperatorNotice(kind: NoticeKind): kind is OperatorNotice {
  return NOTICES[kind].about === 'watcher';
}

/** Whether it is about the watcher itself and no single target. */
export function isAboutWatcher(line: { readonly reason: string }): boolean {
  const kind = noticeKindOf(line);
  return kind !== undefined && isOperatorNotice(kind);
}

function isNoticeKind(word: string): word is NoticeKind {
  return Object.hasOwn(NOTICES, word);
}
