/** Registry rows as people manage them: the known columns as text, a tag for each version, and every fault of a row. */
import { columnHints } from '../../core/lookalikes';
import { type Link, replacementOf } from '../../core/replacement';
import { COLUMN_NAMES, type Columns, changesOf, parseColumns, textsOf } from '../../core/row';
import type { Key } from '../../core/target';
import { sha256 } from '../../formats/hash';
import { holdsTokenValue } from '../../formats/token-value';
import type { Clock, Expiries, History, Registry, RegistryRow } from '../ports';
import { type Kinds, parseTarget } from '../targets/parse-target';
import { chainFrom, faultWords, type Successors } from '../targets/successors';

export interface ManagedRow extends Key {
  readonly columns: Columns;
  /** About columns that people added of their own and that look like known ones: no faults, but worth a look. */
  readonly lookalikes: readonly string[];
}

/** A row with a text that differs for every version of it. */
export interface TaggedRow extends ManagedRow {
  readonly tag: string;
}

export interface Deps {
  readonly tables: { readonly registry: Registry; readonly expiries: Pick<Expiries, 'row' | 'rows'> };
  readonly kinds: Kinds;
}

/** What a write needs besides: it leaves a line of history. */
export interface WriteDeps extends Deps {
  readonly tables: Deps['tables'] & { readonly history: Pick<History, 'add'> };
  readonly clock: Clock;
}

/** In UTF-16 units: the table takes keys of 1 KiB. */
const LONGEST_KEY = 512;

/** Values of columns that people added of their own are never shown. */
export function managedRow({ scope, name, columns }: RegistryRow): ManagedRow {
  return { scope, name, columns: textsOf(columns), lookalikes: columnHints(Object.keys(columns)) };
}

export function taggedRow(row: RegistryRow, etag: string): TaggedRow {
  return { ...managedRow(row), tag: tagOf(etag) };
}

/** A tag hides the store's etag and has the same length for each version. */
export function tagOf(etag: string): string {
  return sha256(etag).slice(0, 32);
}

/** Every fault of a row as it would be, each `column: what to do`, those of the key first. Not limited in number. */
export function faultsOf(key: Key, columns: Columns, deps: Deps): string[] {
  const broken = COLUMN_NAMES.filter(name => /\p{Surrogate}/u.test(columns[name]));
  const secret = COLUMN_NAMES.filter(name => holdsTokenValue(columns[name]));
  return [
    ...keyFaults(key, deps),
    ...parseColumns(columns).faults,
    ...secret.map(
      name => `${name}: it holds the value of a token, which must not be kept here; take it out of the text`,
    ),
    ...broken.map(name => `${name}: it holds a broken character; type it again`),
  ];
}

/** Why what the row names in `replacedBy` does not take its target's place; undefined where it does, or names nothing. */
export async function successorFault(
  key: Key,
  columns: Columns,
  kinds: Kinds,
  successors: Successors,
): Promise<string | undefined> {
  const replacement = replacementOf(await chainFrom(linkOfRow(key, columns), successors));
  return replacement.is === 'bad' ? faultWords(key, replacement, kinds) : undefined;
}

/** What a row with a right key says of its being watched. */
export function linkOfRow({ name }: Key, columns: Columns): Link {
  const { enabled, replacedBy } = parseColumns(columns).columns;
  return { name, enabled, replacedBy, canBeRead: true };
}

/** Why a key does not name a target. */
export function keyFaults({ scope, name }: Key, { kinds }: Deps): readonly string[] {
  if (scope.length > LONGEST_KEY || name.length > LONGEST_KEY)
    return [`key: each part has at most ${LONGEST_KEY} characters`];
  const identity = kinds.takeApart({ scope, name });
  return parseTarget({ scope, name, identity, columns: {} }, kinds).watched.faults;
}

/**
 * The columns to write. Columns that already say the same are not written: they keep their spelling, and one that is not text
 * keeps its value.
 * @param known the row as it is; undefined for a new row, which gets no empty columns
 */
export function columnsToWrite(
  wanted: Partial<Columns>,
  known: ManagedRow | undefined,
): Record<string, string> {
  if (known) return changesOf(wanted, known.columns);
  return Object.fromEntries(Object.entries(wanted).filter(([, text]) => text !== ''));
}
