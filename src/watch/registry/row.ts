/** Registry rows as people manage them: the known columns as text, compared by meaning and judged as a sweep would judge them. */

import { COLUMNS, type Column, type Columns, NO_COLUMNS } from '../../core/columns';
import { type Key, parseColumns, textOf } from '../../core/target';
import { splitList } from '../../formats/duration';
import { sha256 } from '../../formats/hash';
import type { Registry, RegistryRow } from '../ports';
import { type Kinds, parseTarget } from '../targets/parse-target';

export type { Columns } from '../../core/columns';
export type { Key as RegistryKey } from '../../core/target';

export interface ManagedRow extends Key {
  readonly columns: Columns;
}

/** A row and what stands for this very version of it, of which a client knows nothing but that it changes. */
export interface TaggedRow extends ManagedRow {
  readonly tag: string;
}

export interface RegistryWatch {
  readonly tables: { readonly registry: Registry };
  readonly kinds: Kinds;
}

/** The table takes keys of 1 KiB of UTF-16. */
const LONGEST_KEY = 512;

/** What a row holds in the known columns; others are their owner's, and are never shown. */
export function managedRow({ scope, name, columns }: RegistryRow): ManagedRow {
  const known = Object.fromEntries(COLUMNS.map(column => [column, textOf(columns[column]) ?? '']));
  return { scope, name, columns: { ...NO_COLUMNS, ...known } };
}

export function taggedRow(row: RegistryRow, etag: string): TaggedRow {
  return { ...managedRow(row), tag: sha256(etag).slice(0, 32) };
}

/** Every fault of a row as it would be, each `column: what to do`; the key's come first. However many: bound them. */
export function faultsOf(key: Key, columns: Columns, watch: RegistryWatch): string[] {
  const halves = COLUMNS.filter(column => /\p{Surrogate}/u.test(columns[column]));
  return [
    ...keyFaults(key, watch),
    ...parseColumns(columns).faults,
    ...halves.map(column => `${column}: it holds half a character`),
  ];
}

/** What keeps a key from naming a target. */
export function keyFaults({ scope, name }: Key, { tables, kinds }: RegistryWatch): readonly string[] {
  if (scope.length > LONGEST_KEY || name.length > LONGEST_KEY)
    return [`key: each part has at most ${LONGEST_KEY} characters`];
  const identity = tables.registry.takeApart({ scope, name });
  return parseTarget({ scope, name, identity, columns: {} }, kinds).watched.faults;
}

/** Whether columns say what a row says already; how a list is spelt makes no difference. */
export function isUnchanged(columns: Partial<Columns>, { columns: known }: ManagedRow): boolean {
  return COLUMNS.every(column => {
    const wanted = columns[column];
    return wanted === undefined || meaning(column, wanted) === meaning(column, known[column]);
  });
}

/** Only what is there: a new row needs no empty columns, which in an old one clear what it had. */
export function withoutEmpty(columns: Partial<Columns>): Record<string, string> {
  return Object.fromEntries(Object.entries(columns).filter(([, value]) => value !== ''));
}

function meaning(column: Column, value: string): string {
  if (column === 'owners' || column === 'thresholds') return splitList(value).join(' ');
  if (column === 'enabled') return value.trim().toLowerCase() || 'true';
  return value.trim();
}
