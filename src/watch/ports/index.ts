/** Ports: what the watch needs from the world. Adapters implement them; tests use the real adapters. */
import type { Limits } from '../../core/pace';
import type { Reading } from '../../core/reading';
import type { Identity, NamePart, Renewal } from '../../core/target';
import type { Instant } from '../../formats/instant';
import type { Outbox } from './mail';
import type { MailLedger } from './mail-ledger';
import type { Calendar, Expiries, History, Registry, Scopes } from './records';

export type * from './mail';
export type * from './mail-ledger';
export type * from './records';

export interface Clock {
  now(): Instant;
  sleep(ms: number): Promise<void>;
}

export interface Log {
  info(message: string): void;
  warn(message: string): void;
}

/** A kind of target: how its rows are named, how it is read and what people call it. */
export interface Source {
  readonly kind: string;
  /** What people call it, as a title: `Container app`. */
  readonly title: string;
  /** How to renew it, in one line that says what to do. */
  readonly renewalInBrief: string;
  /** Where it is, in one line: `gateway-prod in contoso.azureiotcentral.com`. */
  placeOf(identity: Identity): string;
  /** What people call it. */
  readonly label: string;
  /** The two fields that ask a person which target is meant. */
  readonly asks: { readonly place: AskedField; readonly name: AskedField };
  /** A renewed token is read under the name of the old one. Otherwise it has a name of its own, and must be registered. */
  readonly renewalKeepsName: boolean;
  /** A read may make a new token, so several reads must show whether its expiry means anything (rule 7). */
  readonly mayMint: boolean;
  readonly limits: Limits;
  /** The identity that a person may mean by a key, for example by a whole resource id or URL. `locate` says whether it is one. */
  guess(place: string, name: string): Identity;
  /** Finds a target by its identity, or says what is wrong with the identity. */
  locate(identity: Identity): Located | { readonly fault: string };
}

export interface AskedField {
  readonly label: string;
  readonly hint: string;
}

/** One target, ready to be read. */
export interface Located {
  /** The identity in its canonical spelling. */
  readonly identity: Identity;
  readonly where: string;
  readonly parts: readonly NamePart[];
  readonly portalUrl: string;
  readonly renewal: Renewal;
  /** Reads it once. Every fault of the service is a reading, never an exception. */
  read(): Promise<ReadResult>;
}

/** What one read brought. */
export interface ReadResult {
  readonly reading: Reading;
  /** How long the service asked to wait. */
  readonly retryAfterMs?: number;
  /** How many requests the service still allows. */
  readonly remaining?: number;
}

/** All that the watch stores. */
export interface Tables {
  readonly registry: Registry;
  readonly expiries: Expiries;
  readonly calendar: Calendar;
  readonly outbox: Outbox;
  readonly scopes: Scopes;
  readonly mailLedger: MailLedger;
  readonly history: History;
}
