/** Registry rows one by one: get, list, put and remove, each under the client's own conditions. */
import { includesAddress, splitAddresses } from '../../core/address';
import type { Actor, TargetEvent } from '../../core/history';
import { type Columns, changesOf, textsOf } from '../../core/row';
import type { Key } from '../../core/target';
import type { Expiries } from '../ports';
import { limitFaults } from '../targets/parse-target';
import { successorsOf } from '../targets/successors';
import {
  columnsToWrite,
  type Deps,
  faultsOf,
  type ManagedRow,
  managedRow,
  successorFault,
  type TaggedRow,
  taggedRow,
  tagOf,
  type WriteDeps,
} from './row';
import { addedEvent, BY_API, changedEvent, removedEvent } from './row-events';

/** What must be true of the row's tag before a write; `*` is any row. Absent: nothing. */
export interface Condition {
  readonly ifMatch?: '*' | readonly string[];
  readonly ifNoneMatch?: '*' | readonly string[];
}

/** The columns that a client wants, and the faults that were found before. */
export interface Wanted {
  readonly columns: Columns;
  readonly faults: readonly string[];
}

export type Put =
  | { readonly outcome: 'created' | 'replaced'; readonly row: TaggedRow }
  | { readonly outcome: 'refused'; readonly faults: readonly string[] }
  | { readonly outcome: 'conditionFailed' }
  | { readonly outcome: 'contended' };

/** `contended`: at each try another writer was faster. */
export type Removed = 'removed' | 'missing' | 'conditionFailed' | 'contended';

interface RemoveDeps extends WriteDeps {
  readonly tables: WriteDeps['tables'] & { readonly expiries: Pick<Expiries, 'markDelete'> };
}

/** A write whose row keeps changing is tried this often. */
const MOST_TRIES = 10;

export interface RegistryQuery {
  readonly scope?: string;
  readonly owner?: string;
  /** A part of the display name, name or scope; case does not matter. */
  readonly q?: string;
  readonly limit: number;
  readonly after?: Key;
}

export interface RegistryPage {
  readonly items: readonly ManagedRow[];
  readonly next: Key | undefined;
}

export async function findRow(key: Key, { tables }: Deps): Promise<TaggedRow | undefined> {
  const found = await tables.registry.row(key);
  return found && taggedRow(found, found.etag);
}

/** Creates a row, or replaces its known columns; columns that people added of their own stay. */
export async function putRow(
  key: Key,
  wanted: Wanted,
  condition: Condition,
  deps: WriteDeps,
  actor: Actor = BY_API,
): Promise<Put> {
  const ofRow = [...wanted.faults, ...faultsOf(key, wanted.columns, deps)];
  const faults = limitFaults([...ofRow, ...(await newSuccessorFaults(key, wanted.columns, deps))]);
  if (faults.length > 0) return { outcome: 'refused', faults };
  for (let tries = 0; tries < MOST_TRIES; tries += 1) {
    const found = await deps.tables.registry.row(key);
    const current = found && taggedRow(found, found.etag);
    if (!isMet(condition, current?.tag)) return { outcome: 'conditionFailed' };
    const outcome = current ? 'replaced' : 'created';
    const written = columnsToWrite(wanted.columns, current);
    if (current && Object.keys(written).length === 0) return { outcome, row: current };
    const etag = await deps.tables.registry.save(key, written, found?.etag);
    // Undefined: another writer was faster, so the conditions are tested again.
    if (etag === undefined) continue;
    const now = deps.clock.now();
    await addHistory(
      key,
      current ? changedEvent(current.columns, written, actor, now) : addedEvent(actor, now),
      deps,
    );
    const columns = { ...(current ?? wanted).columns, ...written };
    const { scope, name } = key;
    const lookalikes = current?.lookalikes ?? [];
    return { outcome, row: { scope, name, columns, lookalikes, tag: tagOf(etag) } };
  }
  return { outcome: 'contended' };
}

/** What the row says already is no fault of this request: its successor may have gone since, and the sweep shows that. */
async function newSuccessorFaults(key: Key, columns: Columns, { tables, kinds }: Deps): Promise<string[]> {
  const successors = successorsOf(key.scope, tables, kinds);
  const fault = await successorFault(key, columns, kinds, successors);
  if (fault === undefined) return [];
  const row = await tables.registry.row(key);
  const { replacedBy } = columns;
  return row && changesOf({ replacedBy }, textsOf(row.columns)).replacedBy === undefined ? [] : [fault];
}

async function addHistory({ scope, name }: Key, event: TargetEvent, { tables }: WriteDeps): Promise<void> {
  await tables.history.add([{ scope, name, event }]);
}

export async function removeRow(
  key: Key,
  condition: Condition,
  deps: RemoveDeps,
  actor: Actor = BY_API,
): Promise<Removed> {
  const { tables, clock } = deps;
  for (let tries = 0; tries < MOST_TRIES; tries += 1) {
    const found = await tables.registry.row(key);
    if (!found) return 'missing';
    if (!isMet(condition, tagOf(found.etag))) return 'conditionFailed';
    // Before the row goes: the next sweep must not take it for one that was lost.
    await tables.expiries.markDelete(key, clock.now());
    if (!(await tables.registry.remove(key, found.etag))) continue;
    await addHistory(key, removedEvent(textsOf(found.columns), actor, clock.now()), deps);
    return 'removed';
  }
  return 'contended';
}

export async function listRows(query: RegistryQuery, { tables }: Deps): Promise<RegistryPage> {
  const items: ManagedRow[] = [];
  for await (const row of rowsAfter(query, tables.registry)) {
    const item = managedRow(row);
    if (!isWanted(item, query)) continue;
    // One more match than the limit shows that there is a next page.
    if (items.length === query.limit) return { items, next: items.at(-1) };
    items.push(item);
  }
  return { items, next: undefined };
}

/** Every row, for an export. */
export async function* everyRow({ tables }: Deps): AsyncGenerator<ManagedRow> {
  for await (const row of tables.registry.all()) yield managedRow(row);
}

function rowsAfter({ scope, after }: RegistryQuery, registry: Deps['tables']['registry']) {
  if (scope === undefined) return registry.all(after);
  return registry.rows(scope, after?.scope === scope ? after.name : undefined);
}

function isWanted({ scope, name, columns }: ManagedRow, { owner, q }: RegistryQuery): boolean {
  if (owner !== undefined && !includesAddress(splitAddresses(columns.owners), owner)) return false;
  if (q === undefined) return true;
  return `${columns.displayName}\n${name}\n${scope}`.toLowerCase().includes(q.toLowerCase());
}

function isMet({ ifMatch, ifNoneMatch }: Condition, tag: string | undefined): boolean {
  const isAmong = (tags: '*' | readonly string[]) =>
    tag !== undefined && (tags === '*' || tags.includes(tag));
  if (ifMatch && !isAmong(ifMatch)) return false;
  return !(ifNoneMatch && isAmong(ifNoneMatch));
}
