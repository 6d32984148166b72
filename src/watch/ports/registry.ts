/** The registry as a port: people's rows for the sweep, and for those who manage them. */

import type { Identity, Key } from '../../core/target';
import type { Instant } from '../../formats/instant';

/** A registry row as it stands: its key taken apart as far as that goes, its columns unparsed. */
export interface RegistryRow extends Key {
  readonly identity: Identity | undefined;
  readonly columns: Readonly<Record<string, unknown>>;
}

/** A row with the etag under which it can be saved or removed. */
export interface FoundRow {
  readonly row: RegistryRow;
  readonly etag: string;
}

/** Columns to be merged into the row that was read under the etag or, without one, those of a new row. */
export interface RowToWrite {
  readonly name: string;
  readonly columns: Readonly<Record<string, string>>;
  readonly etag?: string;
}

/** Why a row was not written: the store takes no such row, or another writer changed, removed or made it first. */
export type Unwritten = 'refused' | 'overtaken';

export interface Registry {
  /** The rows of a scope in key order, after a name if one is given, a page at a time. */
  rows(scope: string, after?: string): AsyncIterable<RegistryRow>;
  row(key: Key): Promise<RegistryRow | undefined>;
  /** The raw partition keys, and when the first row of each was last touched. */
  scopes(): AsyncIterable<{ readonly scope: string; readonly touchedOn: Instant }>;
  /** The one canonical spelling of an identity as table keys. */
  spell(identity: Identity): Key;
  /** Writes a new row; false when there is one already. */
  create(key: Key, columns: Readonly<Record<string, string>>): Promise<boolean>;
  /** Merges columns into a row; false when there is none. */
  change(key: Key, columns: Readonly<Record<string, string>>): Promise<boolean>;
  /** The identity that a key spells; undefined when it spells none. */
  takeApart(key: Key): Identity | undefined;
  /** Every row of every scope in key order, after a key if one is given. */
  all(after?: Key): AsyncIterable<RegistryRow>;
  find(key: Key): Promise<FoundRow | undefined>;
  /** The rows of a scope in key order. */
  found(scope: string): AsyncIterable<FoundRow>;
  /** Merges under the etag (`*`: any), or creates without one; the new etag, or undefined when another writer was faster. */
  save(key: Key, columns: Readonly<Record<string, string>>, etag?: string): Promise<string | undefined>;
  /** Deletes under the etag; false when another writer was faster. */
  remove(key: Key, etag: string): Promise<boolean>;
  /** Writes rows of one scope, each under its etag; those that were not written by name, and all others are. */
  write(scope: string, rows: readonly RowToWrite[]): Promise<ReadonlyMap<string, Unwritten>>;
}
