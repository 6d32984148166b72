/** Managing the registry row by row: look, list, put and remove, each under the client's own conditions. */
import type { Key } from '../../core/target';
import type { RegistryRow } from '../ports';
import { limitFaults } from '../targets/parse-target';
import {
  type Columns,
  faultsOf,
  isUnchanged,
  type ManagedRow,
  managedRow,
  type RegistryWatch,
  type TaggedRow,
  taggedRow,
  withoutEmpty,
} from './row';

/** What must hold of the row as it is, by its tag; `*` is any row. Absent: nothing. */
export interface Condition {
  readonly ifMatch?: '*' | readonly string[];
  readonly ifNoneMatch?: '*' | readonly string[];
}

/** A row as a client wants it, and what is already known to be wrong with that. */
export interface Wanted {
  readonly columns: Columns;
  readonly faults: readonly string[];
}

export type Put =
  | { readonly outcome: 'created' | 'replaced'; readonly row: TaggedRow }
  | { readonly outcome: 'refused'; readonly faults: readonly string[] }
  | { readonly outcome: 'conditionFailed' };

export type Removed = 'removed' | 'missing' | 'conditionFailed';

export interface RegistryQuery {
  readonly scope?: string;
  readonly owner?: string;
  /** Part of a display name, name or scope, without regard to case. */
  readonly q?: string;
  readonly limit: number;
  readonly after?: Key;
}

export interface RegistryPage {
  readonly items: readonly ManagedRow[];
  readonly next: Key | undefined;
}

export async function findRow(key: Key, { tables }: RegistryWatch): Promise<TaggedRow | undefined> {
  const found = await tables.registry.find(key);
  return found && taggedRow(found.row, found.etag);
}

/** Creates or replaces the known columns of a row; columns that people added beside them stay. */
export async function putRow(
  key: Key,
  wanted: Wanted,
  condition: Condition,
  watch: RegistryWatch,
): Promise<Put> {
  const faults = limitFaults([...wanted.faults, ...faultsOf(key, wanted.columns, watch)]);
  if (faults.length > 0) return { outcome: 'refused', faults };
  const { registry } = watch.tables;
  for (;;) {
    const found = await registry.find(key);
    const current = found && taggedRow(found.row, found.etag);
    if (!holds(condition, current?.tag)) return { outcome: 'conditionFailed' };
    const outcome = found ? 'replaced' : 'created';
    if (current && isUnchanged(wanted.columns, current)) return { outcome, row: current };
    const columns = found ? wanted.columns : withoutEmpty(wanted.columns);
    const etag = await registry.save(key, columns, found?.etag);
    // Another writer was faster: what holds now is judged anew.
    if (etag !== undefined) return { outcome, row: taggedRow(rowOf(key, wanted.columns), etag) };
  }
}

export async function removeRow(key: Key, condition: Condition, { tables }: RegistryWatch): Promise<Removed> {
  for (;;) {
    const found = await tables.registry.find(key);
    if (!found) return 'missing';
    if (!holds(condition, taggedRow(found.row, found.etag).tag)) return 'conditionFailed';
    if (await tables.registry.remove(key, found.etag)) return 'removed';
  }
}

export async function listRows(query: RegistryQuery, { tables }: RegistryWatch): Promise<RegistryPage> {
  const items: ManagedRow[] = [];
  for await (const row of rowsAfter(query, tables.registry)) {
    const item = managedRow(row);
    if (!matches(item, query)) continue;
    // One match more than asked for tells that there is a next page.
    if (items.length === query.limit) return { items, next: items.at(-1) };
    items.push(item);
  }
  return { items, next: undefined };
}

/** Every row, for an export. */
export async function* everyRow({ tables }: RegistryWatch): AsyncGenerator<ManagedRow> {
  for await (const row of tables.registry.all()) yield managedRow(row);
}

function rowsAfter({ scope, after }: RegistryQuery, registry: RegistryWatch['tables']['registry']) {
  if (scope === undefined) return registry.all(after);
  return registry.rows(scope, after?.scope === scope ? after.name : undefined);
}

function matches({ scope, name, columns }: ManagedRow, { owner, q }: RegistryQuery): boolean {
  const owners = columns.owners.toLowerCase().split(/[,;\s]+/);
  if (owner !== undefined && !owners.includes(owner.toLowerCase())) return false;
  if (q === undefined) return true;
  return `${columns.displayName}\n${name}\n${scope}`.toLowerCase().includes(q.toLowerCase());
}

function holds({ ifMatch, ifNoneMatch }: Condition, tag: string | undefined): boolean {
  const isAmong = (tags: '*' | readonly string[]) =>
    tag !== undefined && (tags === '*' || tags.includes(tag));
  if (ifMatch && !isAmong(ifMatch)) return false;
  return !(ifNoneMatch && isAmong(ifNoneMatch));
}

function rowOf(key: Key, columns: Columns): RegistryRow {
  return { scope: key.scope, name: key.name, identity: undefined, columns };
}
