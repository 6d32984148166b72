/** The report: what expires next, from the calendar alone, so that its cost follows the answer and not the fleet. */

import { includesAddress } from '../../core/address';
import { type Counts, NO_COUNTS, sum } from '../../core/counts';
import { itemOf, type StatusItem } from '../../core/listing';
import type { Check, Standing } from '../../core/standing';
import { DAY, type Instant } from '../../formats/instant';
import type { CalendarEntry, Clock, Tables } from '../ports';

export interface StatusQuery {
  /** Only dated targets that expire within this many milliseconds; expired ones are included. */
  readonly withinMs?: number;
  readonly standing?: readonly Standing[];
  readonly check?: readonly Check[];
  readonly kind?: string;
  readonly scope?: string;
  readonly owner?: string;
  /** Part of a display name, name or scope, without regard to case. */
  readonly q?: string;
  readonly limit: number;
  /** The calendar key after which the answer goes on. */
  readonly cursor?: string;
}

export interface Report {
  readonly asOf: Instant;
  readonly counts: Counts;
  /** The oldest of the scopes' last sweeps: the counts are as old as that. */
  readonly countsAsOf: Instant | undefined;
  readonly items: readonly StatusItem[];
  readonly nextCursor: string | undefined;
}

/** Items of one part of the calendar; `isCut` where there are, or may be, more. */
export interface Some {
  readonly items: readonly StatusItem[];
  readonly isCut: boolean;
}

/** A page at a glance: its report, and beside it, whatever the report's filters, what is to come and what fails. */
export interface Overview {
  readonly report: Report;
  /** What expires after `asOf` within `days`, soonest first. */
  readonly coming: Some & { readonly days: number };
  /** The soonest whose check is failing or invalid. */
  readonly troubled: Some;
}

export interface ReportSource {
  readonly tables: Pick<Tables, 'calendar' | 'scopes'>;
  readonly clock: Clock;
}

export async function report(query: StatusQuery, { tables, clock }: ReportSource): Promise<Report> {
  const asOf = clock.now();
  const [page, fleet] = await Promise.all([pageOf(query, tables, asOf), countFleet(tables)]);
  return { asOf, ...fleet, ...page };
}

const COMING_DAYS = 90;
/** Bounds that keep a page's cost apart from the fleet's size; a page of the store has 1,000 rows. */
const MOST_COMING = 3_000;
const MOST_LOOKED_AT = 1_000;
const MOST_TROUBLED = 8;
const END_OF_TIME = Date.UTC(9999, 11, 31, 23, 59, 59, 999);

/** In at most seven storage calls beside those of the report itself. */
export async function overview(query: StatusQuery, source: ReportSource): Promise<Overview> {
  const asOf = source.clock.now();
  // The three read one instant, so that no target is on both sides of it.
  const still: ReportSource = { ...source, clock: { ...source.clock, now: () => asOf } };
  const [reported, coming, troubled] = await Promise.all([
    report(query, still),
    comingOf(still, asOf),
    troubledOf(still, asOf),
  ]);
  return { report: reported, coming: { ...coming, days: COMING_DAYS }, troubled };
}

async function comingOf({ tables: { calendar } }: ReportSource, asOf: Instant): Promise<Some> {
  const range = { after: calendar.keyOf(NOWHERE, asOf), until: asOf + COMING_DAYS * DAY };
  const { seen, isCut } = await firstOf(calendar.entries(range), MOST_COMING);
  const items = onceEach(seen.map(entry => itemOf(entry, asOf)));
  return { items: items.filter(({ standing }) => standing !== 'expired'), isCut };
}

/** Dated and undated ones apart: what was never read fails most, and is listed last. */
async function troubledOf({ tables: { calendar } }: ReportSource, asOf: Instant): Promise<Some> {
  const parts = await Promise.all([
    firstOf(calendar.entries({ until: END_OF_TIME }), MOST_LOOKED_AT),
    firstOf(calendar.entries({ after: calendar.keyOf(NOWHERE, END_OF_TIME) }), MOST_LOOKED_AT),
  ]);
  const seen = onceEach(parts.flatMap(part => part.seen.map(entry => itemOf(entry, asOf))));
  const items = seen.filter(({ check }) => check === 'failing' || check === 'invalid');
  const isCut = items.length > MOST_TROUBLED || parts.some(part => part.isCut);
  return { items: items.slice(0, MOST_TROUBLED), isCut };
}

/** No target's key: with an instant, it is a place in the calendar. */
const NOWHERE = { scope: '', name: '' };

async function firstOf(entries: AsyncIterable<CalendarEntry>, most: number) {
  const seen: CalendarEntry[] = [];
  for await (const entry of entries) {
    seen.push(entry);
    // Whether one more follows would cost another call where a page ends here.
    if (seen.length === most) return { seen, isCut: true };
  }
  return { seen, isCut: false };
}

async function pageOf(query: StatusQuery, tables: ReportSource['tables'], asOf: Instant) {
  const items = new Map<string, StatusItem>();
  let last: string | undefined;
  for await (const entry of tables.calendar.entries(rangeOf(query, asOf))) {
    const item = itemOf(entry, asOf);
    const isNew = !isOutdated(item, items);
    if (isNew) items.delete(targetOf(item));
    if (isNew && !matches(item, query)) continue;
    // One match more than asked for tells that there is a next page.
    if (isNew && items.size === query.limit) return { items: [...items.values()], nextCursor: last };
    if (isNew) items.set(targetOf(item), item);
    // The next page starts after an outdated row, too, lest that be listed there.
    last = entry.key;
  }
  return { items: [...items.values()], nextCursor: undefined };
}

/** Each target as it was checked last: while a sweep moves one, both its old and its new row may be read. */
function onceEach(listed: readonly StatusItem[]): StatusItem[] {
  const items = new Map<string, StatusItem>();
  for (const item of listed) {
    if (isOutdated(item, items)) continue;
    items.delete(targetOf(item));
    items.set(targetOf(item), item);
  }
  return [...items.values()];
}

/** Of two that are equally old the sooner stays: silence is the worse fault. */
function isOutdated(item: StatusItem, items: ReadonlyMap<string, StatusItem>): boolean {
  const listed = items.get(targetOf(item));
  return listed !== undefined && (item.checkedOn ?? 0) <= (listed.checkedOn ?? 0);
}

function targetOf({ scope, name }: StatusItem): string {
  return `${scope}\n${name}`;
}

function rangeOf({ cursor, withinMs, kind, scope }: StatusQuery, asOf: Instant) {
  return {
    ...(cursor !== undefined && { after: cursor }),
    ...(withinMs !== undefined && { until: asOf + withinMs }),
    ...(kind !== undefined && { kind }),
    ...(scope !== undefined && { scope }),
  };
}

function matches(item: StatusItem, { standing, check, owner, q }: StatusQuery): boolean {
  if (standing && !standing.includes(item.standing)) return false;
  if (check && !check.includes(item.check)) return false;
  if (owner && !includesAddress(item.owners, owner)) return false;
  if (q === undefined) return true;
  const text = `${item.displayName}\n${item.name}\n${item.scope}`.toLowerCase();
  return text.includes(q.toLowerCase());
}

async function countFleet(tables: ReportSource['tables']) {
  let counts = NO_COUNTS;
  let countsAsOf: Instant | undefined;
  for await (const row of tables.scopes.all()) {
    if (!row.counts || row.finishedOn === undefined) continue;
    counts = sum(counts, row.counts);
    countsAsOf = Math.min(countsAsOf ?? row.finishedOn, row.finishedOn);
  }
  return { counts, countsAsOf };
}
