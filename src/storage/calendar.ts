/** The calendar table: what reports show of each target, soonest expiry first. A report reads only the rows that it shows. */
import type { TableClient } from '@azure/data-tables';
import type { Listing } from '../core/listing';
import { FAILURE_CODES } from '../core/reading';
import { CHECKS, type Check } from '../core/standing';
import { hashOf, type Key } from '../core/target';
import { formatInstant } from '../formats/instant';
import type { Calendar, CalendarEntry } from '../watch/ports';
import * as col from './columns';
import { keyOf, type Row } from './columns';
import { refusalOf, submitDerived } from './derived';
import { canBeKey } from './keys';
import { and, compare, find, rowsOf, within } from './pages';
import { entityOf, type Operation } from './writes';

const ALL = 'all';
/** Sorts after every instant, and after every hash. */
const LAST = '~';

/** Queries filter by these columns. All other values are in one column, since the store's work grows with the number of columns. */
const entryColumns = col.record<Key & { readonly kind: string; readonly listing: Row }>({
  scope: col.text,
  name: col.text,
  kind: col.text,
  listing: col.json(col.object),
});

const listingMembers = col.record<Omit<Listing, 'kind'>>({
  displayName: col.nonEmptyText,
  owners: col.readableList(col.text),
  expiresOn: col.clearable(col.instantOrNever),
  expiringFrom: col.clearable(col.instant),
  lifetimeMs: col.optional(col.number),
  minted: col.boolean,
  undecided: col.optional(col.oneOf([true])),
  failing: col.boolean,
  check: col.oneOf(CHECKS),
  failure: col.optional(
    col.record<NonNullable<Listing['failure']>>({
      code: col.oneOf([...FAILURE_CODES, 'invalid', 'notVerified']),
      message: col.text,
      since: col.instant,
      count: col.number,
    }),
  ),
  checkedOn: col.clearable(col.instant),
  nextCheckOn: col.clearable(col.instant),
  rowLostSince: col.clearable(col.instant),
  snoozedUntil: col.clearable(col.instant),
});

export function openCalendar(client: TableClient): Calendar {
  return {
    keyOf: (key, instant) => `${instant === undefined ? LAST : formatInstant(instant)}|${hashOf(key)}`,
    write: (entries, gone) => submitDerived(client, movesOf(entries, gone)),
    refusal: () => refusalOf(client),
    async entry(key) {
      const row = await find(client, { scope: ALL, name: key });
      return row && toEntry(row);
    },
    async *entries(range) {
      if (range.scope !== undefined && !canBeKey(range.scope)) return;
      for await (const row of rowsOf(client, { filter: filterOf(range) })) {
        const entry = toEntry(row);
        if (entry) yield entry;
      }
    },
  };
}

/**
 * The new row of each target is written before its old row is deleted, so a target may be listed twice but is never missing.
 * Pairs of both come first: a transaction has an even number of operations, so no pair is divided.
 */
function movesOf(entries: readonly CalendarEntry[], gone: readonly string[]): Operation[] {
  const kept = new Set(entries.map(({ key }) => key));
  const moves = new Map<string, Operation[]>();
  const add = (key: string, operation: Operation) => {
    const target = key.slice(key.indexOf('|'));
    moves.set(target, [...(moves.get(target) ?? []), operation]);
  };
  for (const entry of entries)
    add(entry.key, ['upsert', entityOf(ALL, entry.key, columnsOf(entry)), 'Replace']);
  for (const key of gone) if (!kept.has(key)) add(key, ['delete', entityOf(ALL, key)]);
  const isPair = (move: Operation[]) => move.length === 2;
  const all = [...moves.values()];
  return [...all.filter(isPair), ...all.filter(move => !isPair(move))].flat();
}

function filterOf({ after, until, kind, scope }: Parameters<Calendar['entries']>[0]): string | undefined {
  return and(
    within(ALL, after),
    until === undefined ? undefined : compare('RowKey', 'le', `${formatInstant(until)}|${LAST}`),
    kind === undefined ? undefined : compare('kind', 'eq', kind),
    scope === undefined ? undefined : compare('scope', 'eq', scope),
  );
}

function columnsOf({ scope, name, listing }: CalendarEntry): Row {
  const { kind, ...rest } = listing;
  return entryColumns.write({ scope, name, kind, listing: listingMembers.write(rest) });
}

/** Undefined for a row without a readable target. */
function toEntry(row: Row): CalendarEntry | undefined {
  const { name: key } = keyOf(row);
  const { scope, name, kind = '', listing = {} } = entryColumns.fill({}, row);
  if (key === '' || scope === undefined || name === undefined) return undefined;
  const check: Check = 'pending';
  const base = { kind, displayName: name, owners: [], minted: false, failing: false, check };
  return { scope, name, key, listing: listingMembers.fill(base, listing) };
}
