/** The outbox as the watch needs it: lines until they are told, one sender's claim an owner, and digests that are followed. */

import type { Reminder } from '../../core/reminder';
import type { Instant } from '../../formats/instant';
import type { RefusedNames } from '.';

/** An owner's reminders that are not told yet, the digest being sent if there is one, and those whose fate is not known. */
export interface OwnerLines {
  readonly owner: string;
  readonly lines: readonly OutboxLine[];
  readonly claim: HeldClaim | undefined;
  readonly sent: readonly SentDigest[];
}

export interface OutboxLine {
  /** The row's key within its owner: target, instant and reason. */
  readonly id: string;
  readonly reminder: Reminder;
}

export interface Claim {
  readonly operationId: string;
  readonly attempt: number;
  readonly lineIds: readonly string[];
  readonly claimedOn: Instant;
  readonly accepted: boolean;
  /** Why its mail never goes. */
  readonly refusal?: string;
  /** How often sending it came to nothing, and before when nobody but who holds it touches it. */
  readonly tries: number;
  readonly notBefore?: Instant;
}

/** A claim as it is on record. Each write on it is under the etag of the one before, so that only one sender at a time succeeds. */
export interface HeldClaim extends Claim {
  readonly etag: string;
}

/** A digest that was accepted, until the service says what became of it. */
export interface SentDigest {
  readonly operationId: string;
  readonly on: Instant;
  readonly reminders: readonly Reminder[];
  readonly lookCount: number;
  readonly lookOn: Instant;
}

export interface Outbox {
  /** Answers with the lines that were refused; the next sweep decides them again. */
  put(reminders: readonly Reminder[]): Promise<RefusedNames>;
  byOwner(): AsyncIterable<OwnerLines>;
  of(owner: string): Promise<OwnerLines>;
  drop(owner: string, lineIds: readonly string[]): Promise<void>;
  /** Undefined when another sender holds this owner's digest. */
  claim(owner: string, claim: Claim): Promise<HeldClaim | undefined>;
  /** Marks the claim as accepted and remembers the digest until it is known what became of it, together. Undefined when the claim is not as it was. */
  accept(owner: string, claim: HeldClaim, sent: SentDigest): Promise<HeldClaim | undefined>;
  /** Marks the claim as one whose mail never goes. Undefined when it is not as it was. */
  refuse(owner: string, claim: HeldClaim, refusal: string): Promise<HeldClaim | undefined>;
  /** Undefined when the claim is not as it was. */
  postpone(
    owner: string,
    claim: HeldClaim,
    tries: number,
    notBefore: Instant,
  ): Promise<HeldClaim | undefined>;
  /** Deletes the claim and leaves its lines; false, and nothing deleted, when it is not as it was. */
  release(owner: string, claim: HeldClaim): Promise<boolean>;
  /** Ends the claim and deletes its lines, together; false, and nothing deleted, when it is not as it was. */
  finish(owner: string, claim: HeldClaim): Promise<boolean>;
  /** When to look next; a digest that is followed no more stays so. */
  lookAgain(owner: string, sent: SentDigest): Promise<void>;
  /** False when it was followed no more. */
  unfollow(owner: string, operationId: string): Promise<boolean>;
  /** Since when the oldest reminder about a target waits; what operators are told once a day may wait. */
  oldest(): Promise<Instant | undefined>;
}
