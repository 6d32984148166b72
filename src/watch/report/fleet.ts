/** The whole fleet as reports read it: its counts, the first rows of its calendar, and every target one by one. */
import { addCounts, type Counts, NO_COUNTS } from '../../core/counts';
import type { Expiry } from '../../core/expiry';
import { itemOf, type StatusItem } from '../../core/listing';
import type { Key } from '../../core/target';
import type { Instant } from '../../formats/instant';
import type { Calendar, CalendarEntry, ScopeRow, Tables } from '../ports';
import { mergeRows } from '../targets/merge-rows';
import type { Kinds, ParsedTarget } from '../targets/parse-target';
import { resolveTarget, successorsIn } from '../targets/successors';

/** The counts of all scopes together. */
export interface FleetCounts {
  readonly counts: Counts;
  /** When the oldest sweep ended that the counts come from; undefined before the first one. */
  readonly countsAsOf: Instant | undefined;
}

export const NO_FLEET: FleetCounts = { counts: NO_COUNTS, countsAsOf: undefined };

/** A scope counts from its first finished sweep on. */
export function withScope(fleet: FleetCounts, { counts, finishedOn }: ScopeRow): FleetCounts {
  if (!counts || finishedOn === undefined) return fleet;
  return {
    counts: addCounts(fleet.counts, counts),
    countsAsOf: Math.min(fleet.countsAsOf ?? finishedOn, finishedOn),
  };
}

/** The first targets of a part of the calendar, in its order. */
export interface FirstItems {
  readonly items: readonly StatusItem[];
  /** There are more, or there may be. */
  readonly isCut: boolean;
}

/** The last instant that a calendar row can be listed under. */
export const END_OF_TIME = Date.UTC(9999, 11, 31, 23, 59, 59, 999);

/** The place of an instant in the calendar: the rows up to it sort before this key. */
export function keyAt(calendar: Calendar, instant: Instant): string {
  return calendar.keyOf({ scope: '', name: '' }, instant);
}

/** Reads at most `most` rows. */
export async function firstItems(
  entries: AsyncIterable<CalendarEntry>,
  most: number,
  asOf: Instant,
): Promise<FirstItems> {
  const read: StatusItem[] = [];
  for await (const entry of entries) {
    read.push(itemOf(entry, asOf));
    // Checking for one more row would cost a storage call where a page ends here.
    if (read.length === most) break;
  }
  return { items: oneRowPerTarget(read), isCut: read.length === most };
}

/** The first targets with a date, and the first without one: those are listed last, and targets that were never read are among them. */
export async function firstOfBothParts(calendar: Calendar, most: number, asOf: Instant): Promise<FirstItems> {
  const parts = await Promise.all([
    firstItems(calendar.entries({ until: END_OF_TIME }), most, asOf),
    firstItems(calendar.entries({ after: keyAt(calendar, END_OF_TIME) }), most, asOf),
  ]);
  return {
    items: oneRowPerTarget(parts.flatMap(part => part.items)),
    isCut: parts.some(part => part.isCut),
  };
}

/** In the order of the rows. */
export function oneRowPerTarget(rows: readonly StatusItem[]): StatusItem[] {
  const items = new Map<string, StatusItem>();
  for (const row of rows) {
    if (!isCurrentRow(row, items)) continue;
    // Deleted first, so that the row stands where it is listed.
    items.delete(idOf(row));
    items.set(idOf(row), row);
  }
  return [...items.values()];
}

/**
 * Whether a row counts for its target. While a sweep moves a target, the calendar may list it twice. Then the row that was
 * checked later counts; if both were checked at the same time, the sooner one, since to warn too early is the smaller fault.
 * @param items the rows before it in the calendar, by `idOf`
 */
export function isCurrentRow(row: StatusItem, items: ReadonlyMap<string, StatusItem>): boolean {
  const earlier = items.get(idOf(row));
  return earlier === undefined || (row.checkedOn ?? 0) > (earlier.checkedOn ?? 0);
}

/** One text per target. */
export function idOf({ scope, name }: Key): string {
  return `${scope}\n${name}`;
}

/** The tables that hold every target whole. */
export type TargetTables = Pick<Tables, 'registry' | 'expiries' | 'scopes'>;

/** Every registered target (of a kind), and those whose rows are lost, with its recorded expiry: one pass over both tables. */
export async function* everyTarget(
  tables: TargetTables,
  kinds: Kinds,
  kind?: string,
): AsyncGenerator<{ readonly parsed: ParsedTarget; readonly state: Expiry | undefined }> {
  for (const scope of await knownScopes(tables)) {
    if (kind !== undefined && !scope.startsWith(`${kind}:`)) continue;
    const successors = successorsIn(scope, tables, kinds);
    for await (const { row, state } of mergeRows(tables, scope))
      if (row) yield { parsed: await resolveTarget(row, kinds, successors), state };
  }
}

/** In key order, also those without any row now: the rows of their targets may be lost. */
async function knownScopes({ registry, scopes }: TargetTables): Promise<string[]> {
  const known = new Set<string>();
  for await (const { scope } of registry.scopes()) known.add(scope);
  for await (const { scope } of scopes.all()) known.add(scope);
  return [...known].sort();
}

/** The first `most` items of a stream by an order; at most twice as many are in memory. */
export async function soonestOf<T>(stream: AsyncIterable<T>, most: number, compare: (a: T, b: T) => number) {
  let items: T[] = [];
  let truncated = false;
  const keepSoonest = () => {
    truncated ||= items.length > most;
    items = items.sort(compare).slice(0, most);
  };
  for await (const item of stream) {
    items.push(item);
    if (items.length === 2 * most) keepSoonest();
  }
  keepSoonest();
  return { items, truncated };
}
