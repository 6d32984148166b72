/** Ports: what the watch needs from the world, in its own words. Adapters implement them; tests use the real ones. */

import type { Counts } from '../../core/counts';
import type { Digest } from '../../core/digest';
import type { Expiry } from '../../core/expiry';
import type { TargetEvent } from '../../core/history';
import type { Listing } from '../../core/listing';
import type { MailTotals } from '../../core/mail-outcome';
import type { Limits, Pace } from '../../core/pace';
import type { Usage } from '../../core/quota';
import type { Reading } from '../../core/reading';
import type { Snooze } from '../../core/snooze';
import type { Identity, Key } from '../../core/target';
import type { Told } from '../../core/told';
import type { Instant } from '../../formats/instant';
import type { Outbox } from './outbox';
import type { Registry } from './registry';

export type { Claim, HeldClaim, Outbox, OutboxLine, OwnerLines, SentDigest } from './outbox';
export type { FoundRow, Registry, RegistryRow, RowToWrite, Unwritten } from './registry';

export interface Clock {
  now(): Instant;
  sleep(ms: number): Promise<void>;
}

export interface Log {
  info(message: string): void;
  warn(message: string): void;
}

/** A kind of target: how its rows are named, how it is read and how it is spoken of. */
export interface Source {
  readonly kind: string;
  /** What a person calls it. */
  readonly label: string;
  readonly howToRenew: string;
  /** A read may make a new token, so that evidence must decide whether its expiry means anything (rule 7). */
  readonly mayMint: boolean;
  readonly limits: Limits;
  locate(identity: Identity): Located | { readonly fault: string };
}

/** One target found by its key. */
export interface Located {
  /** The identity in its canonical spelling. */
  readonly identity: Identity;
  readonly where: string;
  readonly portalUrl: string;
  /** Reads it once; every fault of the service is a reading, never an exception. */
  read(): Promise<Answer>;
}

export interface Answer {
  readonly reading: Reading;
  readonly retryAfterMs?: number;
  /** What the service says is left in its bucket. */
  readonly remaining?: number;
}

/** Keys of rows that the store refused on their own; the rest was written. */
export type RefusedNames = ReadonlySet<string>;

/** A state as it was read, if it was there, and as it is to be. */
export interface Change {
  readonly before: Expiry | undefined;
  readonly after: Expiry;
}

export interface Expiries {
  rows(scope: string, after?: string): AsyncIterable<Expiry>;
  row(key: Key): Promise<Expiry | undefined>;
  /** Every state of every scope, in key order. */
  all(): AsyncIterable<Expiry>;
  /** Merges those of the sweep's own columns that differ from what was read before. */
  merge(scope: string, changes: readonly Change[]): Promise<RefusedNames>;
  /** Merges only `cal` and the fingerprint of what it shows. */
  mergeCal(scope: string, states: readonly Expiry[]): Promise<RefusedNames>;
  /** Merges only an owner's `told_…`; a row that is gone stays gone. */
  mergeTold(owner: string, told: readonly (Key & { readonly told: readonly Told[] })[]): Promise<void>;
  /** Merges only an owner's `snooze_…`; nothing undoes it. False when the row is gone, which it stays. */
  mergeSnooze(owner: string, key: Key, snooze: Snooze | undefined): Promise<boolean>;
  remove(scope: string, names: readonly string[]): Promise<void>;
}

export interface CalendarEntry extends Key {
  readonly key: string;
  readonly listing: Listing;
}

export interface Calendar {
  /** The key under which a target is listed: soonest first, without an instant last. */
  keyOf(key: Key, instant: Instant | undefined): string;
  /** Upserts entries and deletes keys; answers with the keys that were refused. */
  write(entries: readonly CalendarEntry[], gone: readonly string[]): Promise<RefusedNames>;
  /** Entries in order, after a key, with instants up to `until` (then only dated ones). */
  entries(range: {
    after?: string;
    until?: Instant;
    kind?: string;
    scope?: string;
  }): AsyncIterable<CalendarEntry>;
}

/** What all instances together have asked of the mail service and what came of it, and when operators last heard of their own matters. */
export interface MailLedger {
  usage(quota: 'send' | 'look'): Promise<{ readonly usage: Usage; readonly etag: string } | undefined>;
  /** Writes under the etag, or creates without one; false when another instance was faster. */
  saveUsage(quota: 'send' | 'look', usage: Usage, etag: string | undefined): Promise<boolean>;
  /** When the service last took a mail of anybody's. */
  acceptedOn(): Promise<Instant | undefined>;
  saveAcceptedOn(on: Instant): Promise<void>;
  mattersToldOn(owner: string): Promise<Instant | undefined>;
  saveMattersToldOn(owner: string, on: Instant): Promise<void>;
  /** What became of mails, over the life of the installation. */
  totals(): Promise<{ readonly totals: MailTotals; readonly etag: string } | undefined>;
  /** Writes under the etag, or creates without one; false when another instance was faster. */
  saveTotals(totals: MailTotals, etag: string | undefined): Promise<boolean>;
}

/** A scope's row: who sweeps it, how fast, and how its last sweep ended. */
export interface ScopeRow {
  readonly scope: string;
  readonly holder?: string;
  readonly leaseUntil?: Instant;
  /** The tick of the sweep last begun, when that was, and of the one last finished. */
  readonly tick?: Instant;
  readonly startedOn?: Instant;
  readonly finishedTick?: Instant;
  readonly finishedOn?: Instant;
  readonly durationMs?: number;
  readonly pace?: Pace;
  readonly counts?: Counts;
  /** What a sweep that goes on at a cursor has found so far. */
  readonly partial?: { readonly counts: Counts; readonly ownerless: number };
  readonly troubles?: Troubles;
}

/** What is wrong with a scope as a whole: since when, and whether its operators' line was put. */
export type Troubles = Partial<
  Record<'scopeFailing' | 'ownerless', { readonly since: Instant; readonly put: boolean }>
>;

export interface Scopes {
  get(scope: string): Promise<{ readonly row: ScopeRow; readonly etag: string } | undefined>;
  /** Writes under the etag, or creates without one; undefined when another writer was faster. */
  save(row: ScopeRow, etag: string | undefined): Promise<string | undefined>;
  all(): AsyncIterable<ScopeRow>;
  remove(scope: string): Promise<void>;
}

export interface History {
  add(events: readonly (Key & { readonly event: TargetEvent })[]): Promise<void>;
  of(key: Key, most: number): Promise<TargetEvent[]>;
  prune(before: Instant): Promise<number>;
}

export type SendOutcome =
  | {
      readonly outcome: 'accepted';
      /** What the transport already heard about the operation, if anything. */
      readonly firstLook?: OperationStatus;
    }
  /** Refused for good: sending it again would be refused again. */
  | { readonly outcome: 'refused'; readonly message: string }
  /** Not known to be accepted, or not now: try again later under the same operation id. */
  | { readonly outcome: 'unsettled'; readonly message: string; readonly retryAfterMs?: number };

/** What the mail service says of an operation: that it never heard of it, that it is under way, or how it ended. */
export type OperationStatus =
  | { readonly status: 'absent' | 'running' | 'succeeded' }
  | { readonly status: 'failed'; readonly message: string }
  /** It did not say. */
  | { readonly status: 'unknown'; readonly message: string; readonly retryAfterMs?: number };

export interface Mailer {
  send(digest: Digest, operationId: string): Promise<SendOutcome>;
  look(operationId: string): Promise<OperationStatus>;
}

export interface Tables {
  readonly registry: Registry;
  readonly expiries: Expiries;
  readonly calendar: Calendar;
  readonly outbox: Outbox;
  readonly scopes: Scopes;
  readonly mailLedger: MailLedger;
  readonly history: History;
}
