/** Mail: reminders until they are told, the claim of each digest, digests until their end is known, and what a mail service answers. */
import type { Digest } from '../../core/digest';
import type { Reminder } from '../../core/reminder';
import type { Told } from '../../core/told';
import type { Range } from '../../core/urgency';
import type { Instant } from '../../formats/instant';
import type { RefusedNames, Stored } from './records';

/** All that the outbox holds for one owner. */
export interface OwnerLines {
  /** The owner's address. */
  readonly owner: string;
  /** Reminders that are not told yet. */
  readonly lines: readonly OutboxLine[];
  /** The digest that is being sent. */
  readonly claim: HeldClaim | undefined;
  /** Accepted digests whose end is not known yet. */
  readonly sent: readonly SentDigest[];
  /** More waits for this owner than is read here. */
  readonly cut?: true;
}

/** Rows of about one page, by owner, and whether nothing else matches. Of an owner, other rows may be there. */
export interface OutboxPage {
  readonly owners: readonly OwnerLines[];
  readonly whole: boolean;
}

export interface OutboxLine {
  /** The row's key within its owner: target, instant and reason. */
  readonly id: string;
  readonly reminder: Reminder;
  /** It was mailed, and its target could not hold that yet: it is never mailed again. */
  readonly told?: Told;
}

/** A line of which the target can't hold yet that it was told. */
export type ToldLine = Required<Omit<OutboxLine, 'id'>>;

/** One sender's right to send an owner's digest. */
export interface Claim {
  readonly operationId: string;
  readonly attempt: number;
  readonly lineIds: readonly string[];
  /** Since when its mail is tried: from an hour on, the fallback may take it. */
  readonly claimedOn: Instant;
  /** The transport that may have the mail: it was to send it, and did not say that it has not. */
  readonly transport?: string;
  /** The mail service has the mail. */
  readonly accepted: boolean;
  /** Why the mail is never sent. */
  readonly refusal?: string;
  /** Failed sends so far. Until `notBefore`, only the holder may change the claim. */
  readonly tries: number;
  readonly notBefore?: Instant;
  /** The service answered a send of this attempt with success, and yet not as for a mail that it has. */
  readonly oddly?: true;
  /** How its tries by the first transport failed. */
  readonly trouble?: Trouble;
  /** How its tries by the fallback failed. */
  readonly fallbackTrouble?: Trouble;
}

/** What the failed tries of a digest have shown. */
export interface Trouble {
  /** When the last one failed, and for what. */
  readonly on: Instant;
  readonly cause: DelayCause;
  /** Tries for which nobody is known to be at fault. */
  readonly failures: number;
  /** One of these failed after another mail had been taken since the try before it. */
  readonly othersTaken?: true;
  /** It met a fault of our own again while others were taken: then the fault is this mail's alone. */
  readonly alone?: true;
  /** Since when the recipient's side asks for patience. */
  readonly putOffSince?: Instant;
}

/** A claim as it is stored. Each change needs the etag of the change before it, so only one sender at a time succeeds. */
export type HeldClaim = Stored<Claim>;

/** A digest that was accepted, until the service says whether it was delivered. */
export interface SentDigest {
  readonly operationId: string;
  readonly attempt: number;
  /** The transport that has it. Absent in rows of 0.1.0, which had `acs` alone. */
  readonly transport?: string;
  /** When it was accepted. */
  readonly on: Instant;
  readonly reminders: readonly Reminder[];
  /** How often its status was read, and when to read it next. */
  readonly lookCount: number;
  readonly lookOn: Instant;
  /** The service has sent it out, and may still report that it did not arrive. Without a report it counts as delivered at `lookOn`. */
  readonly sentOut?: true;
}

/** Each method that takes a claim writes nothing when the claim was changed or deleted since. */
export interface Outbox {
  /** @returns the keys of the lines that the store refused; the next sweep decides them again. */
  put(reminders: readonly Reminder[]): Promise<RefusedNames>;
  byOwner(): AsyncIterable<OwnerLines>;
  /** What there is of one owner, up to about one page. */
  of(owner: string): Promise<OwnerLines>;
  /** These lines of an owner, one by one; those that are gone are left out. */
  lines(owner: string, lineIds: readonly string[]): Promise<readonly OutboxLine[]>;
  /** The claim of an owner, and of the followed digests this one; undefined where there is neither. */
  followed(owner: string, operationId: string): Promise<OwnerLines | undefined>;
  /** About one page of what there is of some owners, ten at most. */
  ofSome(owners: readonly string[]): Promise<OutboxPage>;
  /** The first rows of all owners, whatever they are. */
  firstPage(): Promise<OutboxPage>;
  /** All claims and, about a page of them, followed digests; an owner may come twice. */
  digests(): Promise<OutboxPage>;
  /** Lines within a range of urgency, by owner in key order: none of the owners to leave out, and only of owners after one. */
  waiting(range: Range, leaveOut: readonly string[], after?: string): Promise<OutboxPage>;
  /** Deletes lines. */
  drop(owner: string, lineIds: readonly string[]): Promise<void>;
  /** Undefined when there is a claim already, or when one of its lines is no longer there. */
  claim(owner: string, claim: Claim): Promise<HeldClaim | undefined>;
  /** Marks the claim as accepted and stores the digest if it is to be followed, in one transaction. Undefined when the claim changed. */
  accept(owner: string, claim: HeldClaim, sent: SentDigest | undefined): Promise<HeldClaim | undefined>;
  /** Marks the claim as one whose mail is never sent. Undefined when the claim changed. */
  refuse(owner: string, claim: HeldClaim, refusal: string): Promise<HeldClaim | undefined>;
  /** Undefined when the claim changed. */
  postpone(
    owner: string,
    claim: HeldClaim,
    tries: number,
    notBefore: Instant,
    more?: Partial<Pick<Claim, 'oddly' | 'trouble' | 'fallbackTrouble' | 'lineIds' | 'transport'>>,
  ): Promise<HeldClaim | undefined>;
  /** Gives the claim the id of its next attempt. Undefined when the claim changed. */
  retry(
    owner: string,
    claim: HeldClaim,
    to: Pick<Claim, 'operationId' | 'attempt' | 'notBefore' | 'lineIds' | 'transport'>,
  ): Promise<HeldClaim | undefined>;
  /** Deletes the claim and leaves its lines. False when the claim changed. */
  release(owner: string, claim: HeldClaim): Promise<boolean>;
  /** Ends the claim and deletes its lines, except the untold ones, in one transaction. False when the claim changed. */
  finish(owner: string, claim: HeldClaim, untold?: readonly ToldLine[]): Promise<boolean>;
  /** Stores with lines what was told with them. */
  mark(lines: readonly ToldLine[]): Promise<void>;
  /** Stores when to read a digest's status next, unless the digest is no longer followed. */
  saveNextStatusRead(owner: string, sent: SentDigest): Promise<void>;
  /** Ends following a digest. False when it was no longer followed. */
  unfollow(owner: string, operationId: string): Promise<boolean>;
  /**
   * When the oldest waiting reminder was due; what operators are told once a day does not count. It looks at a page at most, first of
   * those that were due before an instant: where more wait, an even older one may be left out.
   */
  oldest(before: Instant): Promise<Instant | undefined>;
}

/** Whether the settings let mails leave at all. */
export interface MailState {
  /** `MAIL_TO` is `none`: the operator has decided that no mail is sent. */
  readonly isOff: boolean;
  /** What is missing or wrong in the settings of mail, each with its setting's name first. While there is any, mails wait. */
  readonly faults: readonly string[];
  /** The same of the fallback alone. While there is any, mails go by the first transport. */
  readonly fallbackFaults: readonly string[];
}

/** Why a transport takes no mail until a person corrects it: there is no sign-in, or something else of our own is wrong. */
export type MailFault = 'signIn' | 'ours';

interface Unanswered {
  readonly cause: DelayCause;
  readonly message: string;
  readonly retryAfterMs?: number;
}

export type SendOutcome =
  /** `firstLook`: what the service said of the mail right after it accepted it, if it said anything. */
  | { readonly outcome: 'accepted'; readonly firstLook?: OperationStatus }
  /** Refused for good: it would be refused again, by this transport. One with a status to ask for may have it all the same. */
  | { readonly outcome: 'refused'; readonly cause: RefusalCause; readonly message: string }
  /**
   * Perhaps not accepted: look it up later, and try again with the same operation id; with the next attempt's where the
   * service answered `oddly`, which is with success and not as for a mail that it has.
   */
  | ({ readonly outcome: 'unsettled'; readonly oddly?: true } & Unanswered);

/**
 * Why a mail is never sent: this recipient cannot get any (unknown, or a mailbox that is full for good), or this content or
 * size was refused, which another transport may take.
 */
export type RefusalCause = 'recipient' | 'content';

/**
 * Why a mail is not settled, and so what to do about it:
 * - `signIn` and `ours`: our own sign-in, or our own settings, account or permission. The mail was not accepted, and no other
 *   mail would be: a person must act.
 * - `recipient`: the recipient's side asked for patience, such as greylisting. The mail was not accepted; others may be.
 * - `service`: the transport is out of reach, busy or throttles. The mail was not accepted.
 * - `unknown`: there was no final answer, so the mail may be on its way. A repeat may be a second mail where the transport
 *   does not recognise it.
 */
export type DelayCause = MailFault | 'recipient' | 'service' | 'unknown';

/** What the mail service says of an operation: that it does not know it, that it is running, or how it ended. */
export type OperationStatus =
  | { readonly status: 'absent' | 'running' | 'succeeded' }
  | { readonly status: 'failed'; readonly message: string }
  /** The service did not say. */
  | ({ readonly status: 'unknown' } & Unanswered);

/** What a transport says of itself, whatever its settings are. */
export interface MailPromises {
  /** A mail that is sent again under its operation id is mailed once. Without it a repeat has the same Message-ID, no more. */
  readonly recognisesRepeats: boolean;
  /** Bytes of a whole mail; a larger one is refused and not sent. */
  readonly largestMail: number;
  /** Milliseconds after which a send has ended, whatever the other side does. */
  readonly longestSend: number;
}

/** One transport, open for one run of the sender. */
export interface Mailer {
  readonly promises: MailPromises;
  send(digest: Digest, operationId: string): Promise<SendOutcome>;
  /** Absent where a transport has no status to follow: that a mail was accepted is all that is ever known. */
  getStatus?(operationId: string): Promise<OperationStatus>;
  /** Ends its connection, if it keeps one. */
  close(): Promise<void>;
}
