/** The status report: what expires next. It reads only the calendar, so its cost grows with the answer and not with the fleet. */
import { includesAddress } from '../../core/address';
import { itemOf, type StatusItem } from '../../core/listing';
import type { Check, Standing } from '../../core/standing';
import { DAY, type Instant } from '../../formats/instant';
import type { Clock, Tables } from '../ports';
import {
  type FirstItems,
  type FleetCounts,
  firstItems,
  firstOfBothParts,
  idOf,
  isCurrentRow,
  keyAt,
  NO_FLEET,
  withScope,
} from './fleet';

export interface StatusQuery {
  /** Only targets with a date that expire within this many milliseconds, expired ones included. */
  readonly withinMs?: number;
  readonly standing?: readonly Standing[];
  readonly check?: readonly Check[];
  readonly kind?: string;
  readonly scope?: string;
  readonly owner?: string;
  /** Part of a display name, name or scope; case does not matter. */
  readonly q?: string;
  readonly limit: number;
  /** The calendar key after which the page starts. */
  readonly cursor?: string;
}

export interface Report extends FleetCounts {
  readonly asOf: Instant;
  /** The targets that match the query, soonest first. */
  readonly items: readonly StatusItem[];
  /** The calendar key after which the next page starts; undefined on the last one. */
  readonly nextCursor: string | undefined;
}

/** What the dashboard shows: the report, and beside it what comes and what fails in the whole fleet. */
export interface Overview {
  readonly report: Report;
  /** What expires after `asOf` within `days`, soonest first. */
  readonly coming: FirstItems & { readonly days: number };
  /** The soonest targets whose check is failing or invalid, or of which nobody can verify that they were replaced. */
  readonly troubled: FirstItems;
}

interface Deps {
  readonly tables: Pick<Tables, 'calendar' | 'scopes'>;
  readonly clock: Clock;
}

export async function report(query: StatusQuery, { tables, clock }: Deps): Promise<Report> {
  return reportAt(clock.now(), query, tables);
}

async function reportAt(asOf: Instant, query: StatusQuery, tables: Deps['tables']): Promise<Report> {
  const [page, fleet] = await Promise.all([pageOf(query, tables, asOf), countFleet(tables)]);
  return { asOf, ...fleet, ...page };
}

const COMING_DAYS = 90;
/** These bounds keep the cost of the dashboard independent of the fleet's size. A page of the store has 1,000 rows. */
const MOST_COMING = 3_000;
const MOST_LOOKED_AT = 1_000;
const MOST_TROUBLED = 8;

/** Makes at most seven storage calls beside those of the report. All parts are as of one instant. */
export async function overview(query: StatusQuery, { tables, clock }: Deps): Promise<Overview> {
  const asOf = clock.now();
  const [reported, coming, troubled] = await Promise.all([
    reportAt(asOf, query, tables),
    comingOf(tables, asOf),
    troubledOf(tables, asOf),
  ]);
  return { report: reported, coming: { ...coming, days: COMING_DAYS }, troubled };
}

async function comingOf({ calendar }: Deps['tables'], asOf: Instant): Promise<FirstItems> {
  const range = { after: keyAt(calendar, asOf), until: asOf + COMING_DAYS * DAY };
  const { items, isCut } = await firstItems(calendar.entries(range), MOST_COMING, asOf);
  return { items: items.filter(({ standing }) => standing !== 'expired'), isCut };
}

async function troubledOf({ calendar }: Deps['tables'], asOf: Instant): Promise<FirstItems> {
  const first = await firstOfBothParts(calendar, MOST_LOOKED_AT, asOf);
  const items = first.items.filter(({ check }) => check !== 'ok' && check !== 'pending');
  return { items: items.slice(0, MOST_TROUBLED), isCut: first.isCut || items.length > MOST_TROUBLED };
}

async function pageOf(query: StatusQuery, { calendar }: Deps['tables'], asOf: Instant) {
  const { cursor, withinMs, kind, scope } = query;
  const until = withinMs === undefined ? undefined : asOf + withinMs;
  const items = new Map<string, StatusItem>();
  let last: string | undefined;
  for await (const entry of calendar.entries({ after: cursor, until, kind, scope })) {
    const item = itemOf(entry, asOf);
    if (isCurrentRow(item, items)) {
      // An earlier row of the target leaves the page, even if this one does not match.
      items.delete(idOf(item));
      if (!matches(item, query)) continue;
      // One match more than the limit: there is a next page.
      if (items.size === query.limit) return { items: [...items.values()], nextCursor: last };
      items.set(idOf(item), item);
    }
    // The next page starts after an outdated row, too, so that it does not list that row.
    last = entry.key;
  }
  return { items: [...items.values()], nextCursor: undefined };
}

function matches(item: StatusItem, { standing, check, owner, q }: StatusQuery): boolean {
  if (standing && !standing.includes(item.standing)) return false;
  if (check && !check.includes(item.check)) return false;
  if (owner && !includesAddress(item.owners, owner)) return false;
  if (q === undefined) return true;
  const text = `${item.displayName}\n${item.name}\n${item.scope}`.toLowerCase();
  return text.includes(q.toLowerCase());
}

async function countFleet({ scopes }: Deps['tables']): Promise<FleetCounts> {
  let fleet = NO_FLEET;
  for await (const row of scopes.all()) fleet = withScope(fleet, row);
  return fleet;
}
