/** Mail: reminders until they are told, the claim of each digest, digests until their end is known, and the mail service. */
import type { Digest } from '../../core/digest';
import type { MailTotals } from '../../core/mail-outcome';
import type { Usage } from '../../core/quota';
import type { Reminder } from '../../core/reminder';
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
}

export interface OutboxLine {
  /** The row's key within its owner: target, instant and reason. */
  readonly id: string;
  readonly reminder: Reminder;
}

/** One sender's right to send an owner's digest. */
export interface Claim {
  readonly operationId: string;
  readonly attempt: number;
  readonly lineIds: readonly string[];
  readonly claimedOn: Instant;
  /** The mail service has the mail. */
  readonly accepted: boolean;
  /** Why the mail is never sent. */
  readonly refusal?: string;
  /** Failed sends so far. Until `notBefore`, only the holder may change the claim. */
  readonly tries: number;
  readonly notBefore?: Instant;
}

/** A claim as it is stored. Each change needs the etag of the change before it, so only one sender at a time succeeds. */
export type HeldClaim = Stored<Claim>;

/** A digest that was accepted, until the service says whether it was delivered. */
export interface SentDigest {
  readonly operationId: string;
  /** When it was accepted. */
  readonly on: Instant;
  readonly reminders: readonly Reminder[];
  /** How often its status was read, and when to read it next. */
  readonly lookCount: number;
  readonly lookOn: Instant;
}

/** Each method that takes a claim writes nothing when the claim was changed or deleted since. */
export interface Outbox {
  /** @returns the keys of the lines that the store refused; the next sweep decides them again. */
  put(reminders: readonly Reminder[]): Promise<RefusedNames>;
  byOwner(): AsyncIterable<OwnerLines>;
  of(owner: string): Promise<OwnerLines>;
  /** Deletes lines. */
  drop(owner: string, lineIds: readonly string[]): Promise<void>;
  /** Undefined when there is a claim already. */
  claim(owner: string, claim: Claim): Promise<HeldClaim | undefined>;
  /** Marks the claim as accepted and stores the digest to be followed, in one transaction. Undefined when the claim changed. */
  accept(owner: string, claim: HeldClaim, sent: SentDigest): Promise<HeldClaim | undefined>;
  /** Marks the claim as one whose mail is never sent. Undefined when the claim changed. */
  refuse(owner: string, claim: HeldClaim, refusal: string): Promise<HeldClaim | undefined>;
  /** Undefined when the claim changed. */
  postpone(
    owner: string,
    claim: HeldClaim,
    tries: number,
    notBefore: Instant,
  ): Promise<HeldClaim | undefined>;
  /** Deletes the claim and leaves its lines. False when the claim changed. */
  release(owner: string, claim: HeldClaim): Promise<boolean>;
  /** Ends the claim and deletes its lines, in one transaction. False when the claim changed. */
  finish(owner: string, claim: HeldClaim): Promise<boolean>;
  /** Stores when to read a digest's status next, unless the digest is no longer followed. */
  saveNextStatusRead(owner: string, sent: SentDigest): Promise<void>;
  /** Ends following a digest. False when it was no longer followed. */
  unfollow(owner: string, operationId: string): Promise<boolean>;
  /** When the oldest waiting reminder was due; what operators are told once a day does not count. */
  oldest(): Promise<Instant | undefined>;
}

/** The quotas of the mail service: POSTs of mails, and reads of a mail's status. */
export type Quota = 'send' | 'look';

/** The requests of all instances of the app to the mail service, and how their mails ended. */
export interface MailLedger {
  /** The requests of the last hour. */
  usage(quota: Quota): Promise<Stored<Usage> | undefined>;
  /** Creates the usage or, under its etag, replaces it. False when another instance was faster. */
  saveUsage(quota: Quota, usage: Usage, etag: string | undefined): Promise<boolean>;
  /** When the service last accepted any mail. */
  acceptedOn(): Promise<Instant | undefined>;
  saveAcceptedOn(on: Instant): Promise<void>;
  /** When an operator last got a mail with operator notices. */
  operatorNoticesToldOn(owner: string): Promise<Instant | undefined>;
  saveOperatorNoticesToldOn(owner: string, on: Instant): Promise<void>;
  /** How digests ended, since the installation. */
  totals(): Promise<Stored<MailTotals> | undefined>;
  /** Creates the totals or, under their etag, replaces them. False when another instance was faster. */
  saveTotals(totals: MailTotals, etag: string | undefined): Promise<boolean>;
}

export type SendOutcome =
  /** `firstLook`: what the service said of the mail right after it accepted it, if it said anything. */
  | { readonly outcome: 'accepted'; readonly firstLook?: OperationStatus }
  /** Refused for good: it would be refused again, by this transport. */
  | { readonly outcome: 'refused'; readonly cause: RefusalCause; readonly message: string }
  /** Not known to be accepted: try again later with the same operation id. */
  | {
      readonly outcome: 'unsettled';
      readonly cause: DelayCause;
      readonly message: string;
      readonly retryAfterMs?: number;
    };

/**
 * Why a mail is never sent: this recipient cannot get any (unknown, or a mailbox that is full for good), or this content or
 * size was refused, which another transport may take.
 */
export type RefusalCause = 'recipient' | 'content';

/**
 * Why a mail is not settled, and so what to do about it:
 * - `ours`: our own settings, account or permission. The mail was not accepted, and no other mail would be: a person must act.
 * - `recipient`: the recipient's side asked for patience, such as greylisting. The mail was not accepted; others may be.
 * - `service`: the transport is out of reach, busy or throttles. The mail was not accepted.
 * - `unknown`: there was no final answer, so the mail may be on its way. A repeat may be a second mail where the transport
 *   does not recognise it.
 */
export type DelayCause = 'ours' | 'recipient' | 'service' | 'unknown';

/** What the mail service says of an operation: that it does not know it, that it is running, or how it ended. */
export type OperationStatus =
  | { readonly status: 'absent' | 'running' | 'succeeded' }
  | { readonly status: 'failed'; readonly message: string }
  /** The service did not say. */
  | { readonly status: 'unknown'; readonly message: string; readonly retryAfterMs?: number };

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
  /** Absent where a transport has no status to follow: an accepted mail is all that is known. */
  getStatus?(operationId: string): Promise<OperationStatus>;
  /** Ends its connection, if it keeps one. */
  close(): Promise<void>;
}
