/** Records: what the watch stores about targets and their scopes, and what it reads from the registry. */
import type { Counts } from '../../core/counts';
import type { Expiry, RowLost, SaidReplaced } from '../../core/expiry';
import type { TargetEvent } from '../../core/history';
import type { Listing } from '../../core/listing';
import type { Mark } from '../../core/lost-rows';
import type { Pace } from '../../core/pace';
import type { Readability } from '../../core/readability';
import type { ScopeReads } from '../../core/scope-reads';
import type { FirstMute, Snooze } from '../../core/snooze';
import type { Identity, Key } from '../../core/target';
import type { Told } from '../../core/told';
import type { Instant } from '../../formats/instant';

/** A record as it was read, with the etag under which it can be changed or removed. */
export type Stored<T> = T & { readonly etag: string };

/** Keys of rows that the store refused; all others were written. */
export type RefusedNames = ReadonlySet<string>;

/** Why a row was not written: the store does not take it, or another writer changed, removed or created it first. */
export type Unwritten = 'refused' | 'overtaken';

/** The one spelling of each identity as table keys. */
export interface Keys {
  spell(identity: Identity): Key;
  /** The identity that a key spells, canonical or not; undefined when it spells none. */
  takeApart(key: Key): Identity | undefined;
  /** A key as people read it: everything is decoded that looks encoded, also as URLs do it. It names nothing. */
  readable(key: Key): Key;
}

/** A row of the registry; its columns are not parsed. */
export interface RegistryRow extends Key {
  /** What its key spells; undefined when it spells nothing. */
  readonly identity: Identity | undefined;
  readonly columns: Readonly<Record<string, unknown>>;
  /** The row is lost, and these are the columns that are remembered. */
  readonly lost?: RowLost;
}

/** Columns to merge into the row that was read with this etag; without an etag, the columns of a new row. */
export interface RowToWrite {
  readonly name: string;
  readonly columns: Readonly<Record<string, string>>;
  readonly etag?: string;
}

/** The registry: people's rows. */
export interface Registry {
  /** The rows of a scope in key order, after a name if one is given. */
  rows(scope: string, after?: string): AsyncIterable<Stored<RegistryRow>>;
  /** The rows of all scopes in key order, after a key if one is given. */
  all(after?: Key): AsyncIterable<Stored<RegistryRow>>;
  /** Every partition key as it is, and when its first row was last changed. */
  scopes(): AsyncIterable<{ readonly scope: string; readonly touchedOn: Instant }>;
  row(key: Key): Promise<Stored<RegistryRow> | undefined>;
  /** The keys of all rows in key order. */
  keys(): AsyncIterable<Key>;
  /**
   * Creates a row or, under an etag (`*`: any), merges columns into it.
   * @returns the new etag; undefined when another writer was faster, or no row is there to merge into.
   */
  save(key: Key, columns: Readonly<Record<string, string>>, etag?: string): Promise<string | undefined>;
  /** Deletes a row under its etag (`*`: any); false when another writer changed or deleted it. */
  remove(key: Key, etag: string): Promise<boolean>;
  /** Writes many rows of one scope. @returns the names of the rows that were not written, and why. */
  write(scope: string, rows: readonly RowToWrite[]): Promise<ReadonlyMap<string, Unwritten>>;
}

/** A state as it was read, if it was there, and as it is to be. */
export interface Change {
  readonly before: Expiry | undefined;
  readonly after: Expiry;
}

/** The recorded state of each target. Each writer merges only its own columns. */
export interface Expiries {
  /** The states of a scope in key order, after a name if one is given. */
  rows(scope: string, after?: string): AsyncIterable<Stored<Expiry>>;
  row(key: Key): Promise<Stored<Expiry> | undefined>;
  /** Of all targets in key order, what the judgement of a removal needs. */
  marks(): AsyncIterable<Mark>;
  /** Every partition key as it is. */
  scopes(): AsyncIterable<string>;
  /** Writes the sweep's columns that differ from what was read before. */
  merge(scope: string, changes: readonly Change[]): Promise<RefusedNames>;
  /** Writes only the calendar keys and the hash of the listing. A deleted row stays deleted. */
  mergeCal(scope: string, states: readonly Expiry[]): Promise<RefusedNames>;
  /** Writes only which reminders were put into the outbox. A deleted row stays deleted. */
  mergeQueued(scope: string, states: readonly Expiry[]): Promise<RefusedNames>;
  /**
   * Writes only what one owner was told, each under the etag that its state was read with. A deleted row stays deleted.
   * @returns the rows that were not written, and why; a deleted one counts as overtaken
   */
  mergeTold(
    owner: string,
    told: readonly Stored<Key & { readonly told: readonly Told[] }>[],
  ): Promise<readonly (Key & { readonly why: Unwritten })[]>;
  /**
   * Removes the columns of these owners, and those that say nothing, from the row that was read with this etag. False when the
   * row was changed since.
   */
  prune(key: Key, etag: string, owners: readonly string[]): Promise<boolean>;
  /**
   * Writes only one owner's snooze (undefined ends it) and, where they are given, the mutes that bound it. False when the
   * row is deleted, and it stays so.
   */
  mergeSnooze(
    owner: string,
    key: Key,
    snooze: Snooze | undefined,
    mutes?: readonly FirstMute[],
  ): Promise<boolean>;
  /** Writes only what a person said of its replacement. False when the row is deleted, and it stays so. */
  mergeReplaced(key: Key, said: SaidReplaced): Promise<boolean>;
  /** Writes that the API is asked to delete the registry row. A target without a state gets none. */
  markDelete(key: Key, on: Instant): Promise<void>;
  remove(scope: string, names: readonly string[]): Promise<void>;
}

export interface CalendarEntry extends Key {
  /** Where the target is listed, as `keyOf` says. */
  readonly key: string;
  readonly listing: Listing;
}

/** All targets in the order of their expiry, with what a report shows of them. */
export interface Calendar {
  /** The key under which a target is listed: the soonest first, those without an instant last. */
  keyOf(key: Key, instant: Instant | undefined): string;
  /**
   * Writes entries and deletes the keys in `gone`. It is derived, so a fault of the store refuses them all and is not thrown.
   * @returns the keys that the store refused
   */
  write(entries: readonly CalendarEntry[], gone: readonly string[]): Promise<RefusedNames>;
  /** Why the store takes no writes now; undefined if it does. */
  refusal(): Promise<string | undefined>;
  /** The entry under a key. */
  entry(key: string): Promise<CalendarEntry | undefined>;
  /** Entries in order; with `until`, only those with an instant up to then. */
  entries(range: {
    after?: string;
    until?: Instant;
    kind?: string;
    scope?: string;
  }): AsyncIterable<CalendarEntry>;
}

/** What happened to each target: for people, never for a decision. */
export interface History {
  /** A fault of the store loses events and is not thrown. False if one was lost. */
  add(events: readonly (Key & { readonly event: TargetEvent })[]): Promise<boolean>;
  /** Why the store takes no writes now; undefined if it does. */
  refusal(): Promise<string | undefined>;
  /** The newest events first, at most `most`. */
  of(key: Key, most: number): Promise<TargetEvent[]>;
  /** Deletes what happened before an instant. @returns how many events. */
  prune(before: Instant): Promise<number>;
  /** Forgets what columns held before they were changed, in events before an instant. */
  forgetColumns(before: Instant): Promise<void>;
}

/** A scope: who sweeps it, how fast, and how its last sweep ended. */
export interface ScopeRow {
  readonly scope: string;
  /** Who holds the lease, until `leaseUntil`. */
  readonly holder?: string;
  readonly leaseUntil?: Instant;
  /** The holder reads one target for a person: a sweep waits for it. */
  readonly checking?: boolean;
  /** The tick of the sweep that began last, and when it began. */
  readonly tick?: Instant;
  readonly startedOn?: Instant;
  /** The tick of the sweep that finished last, when it finished, and how long it took. */
  readonly finishedTick?: Instant;
  readonly finishedOn?: Instant;
  readonly durationMs?: number;
  readonly pace?: Pace;
  readonly counts?: Counts;
  /** Reminders of its targets that reached nobody, as the last finished sweep counted them. */
  readonly unreached?: number;
  /** What a sweep that continues at a cursor has counted so far. */
  readonly partial?: {
    readonly counts: Counts;
    readonly ownerless: number;
    readonly unreached: number;
    readonly reads?: ScopeReads;
    readonly rowsLost?: RowsLost;
  };
  readonly rowsLost?: RowsLost;
  readonly operatorNotices?: OperatorNotices;
  /** Since when no sweep of the scope has finished; startSweep records it, and the first finished sweep clears it. */
  readonly seenOn?: Instant;
  /** How the reads of its targets go; absent where there is none to read. */
  readonly readability?: Readability;
}

/** The targets of a scope whose registry rows are lost: how many, and when the last of them was noticed. */
export interface RowsLost {
  readonly count: number;
  readonly lastOn: Instant;
}

/** What is wrong with a scope as a whole. */
export type OperatorNotices = Partial<Record<'scopeFailing' | 'readsRefused' | 'ownerless', ScopeTrouble>>;

export interface ScopeTrouble {
  readonly since: Instant;
  /** Whether the operators' line was put into the outbox. */
  readonly put: boolean;
  /** For whom, by lower-case address. Absent where an earlier version put it: for all operators. */
  readonly operators?: readonly string[];
}

/** What "check now" used of its share of a scope. It has a row of its own, since a sweep holds the scope's row. */
export interface Checks {
  readonly pace?: Pace;
  /** A sweep waits: until then, checks leave the lease alone. */
  readonly yieldUntil?: Instant;
}

export interface Scopes {
  get(scope: string): Promise<Stored<ScopeRow> | undefined>;
  /** Creates the row or, under its etag, replaces it. @returns the new etag; undefined when another writer was faster. */
  save(row: ScopeRow, etag: string | undefined): Promise<string | undefined>;
  all(): AsyncIterable<Stored<ScopeRow>>;
  /** At most a page of those that may need help: no sweep has finished since an instant, rows are lost, or the sign-in fails. */
  suspects(before: Instant): Promise<readonly ScopeRow[]>;
  /** Whether the reads of any scope go so. */
  anyReadable(readability: Readability): Promise<boolean>;
  /** Removes its checks, too. */
  remove(scope: string): Promise<void>;
  checks(scope: string): Promise<Stored<Checks> | undefined>;
  /** Creates the row or, under its etag, replaces it. False when another writer was faster. */
  saveChecks(scope: string, checks: Checks, etag: string | undefined): Promise<boolean>;
  /** When the table of the registry was last found to be gone, and was created again. */
  registryLostOn(): Promise<Instant | undefined>;
  /** When an operator last confirmed that targets whose rows are lost are removed: those noticed until then. */
  removalConfirmedOn(): Promise<Instant | undefined>;
  confirmRemoval(on: Instant): Promise<void>;
}
