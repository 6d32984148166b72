/** The report: what expires next, from the calendar alone, so that its cost follows the answer and not the fleet. */
import type { Listing } from '../core/assess';
import { type Instant, SECOND } from '../core/instant';
import { type Check, type Standing, standingOf } from '../core/standing';
import { type Counts, NO_COUNTS, sum } from './counts';
import type { CalendarEntry, Clock, Tables } from './ports';

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

/** One target as `status` answers it (DESIGN.md section 6). */
export interface StatusItem {
  readonly kind: string;
  readonly scope: string;
  readonly name: string;
  readonly displayName: string;
  readonly owners: readonly string[];
  readonly expiresOn: Instant | 'never' | undefined;
  readonly remainingSeconds: number | undefined;
  readonly lifetimeSeconds?: number;
  readonly minted: boolean;
  readonly standing: Standing;
  readonly check: Check;
  readonly failure?: Listing['failure'];
  readonly checkedOn: Instant | undefined;
  readonly nextCheckOn: Instant | undefined;
  /** Until then at least one of its owners wants no reminders; absent when that is over. */
  readonly snoozedUntil?: Instant;
}

export interface Report {
  readonly asOf: Instant;
  readonly counts: Counts;
  /** The oldest of the scopes' last sweeps: the counts are as old as that. */
  readonly countsAsOf: Instant | undefined;
  readonly items: readonly StatusItem[];
  readonly nextCursor: string | undefined;
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

async function pageOf(query: StatusQuery, tables: ReportSource['tables'], asOf: Instant) {
  const items: StatusItem[] = [];
  let last: string | undefined;
  for await (const entry of tables.calendar.entries(rangeOf(query, asOf))) {
    const item = itemOf(entry, asOf);
    if (!matches(item, query)) continue;
    // One match more than asked for tells that there is a next page.
    if (items.length === query.limit) return { items, nextCursor: last };
    items.push(item);
    last = entry.key;
  }
  return { items, nextCursor: undefined };
}

function rangeOf({ cursor, withinMs, kind, scope }: StatusQuery, asOf: Instant) {
  return {
    ...(cursor !== undefined && { after: cursor }),
    ...(withinMs !== undefined && { until: asOf + withinMs }),
    ...(kind !== undefined && { kind }),
    ...(scope !== undefined && { scope }),
  };
}

export function itemOf({ scope, name, listing }: CalendarEntry, asOf: Instant): StatusItem {
  const { kind, displayName, owners, expiresOn, lifetimeMs, minted, check, failure } = listing;
  const { checkedOn, nextCheckOn, snoozedUntil } = listing;
  return {
    kind,
    scope,
    name,
    displayName,
    owners,
    expiresOn,
    remainingSeconds: typeof expiresOn === 'number' ? Math.floor((expiresOn - asOf) / SECOND) : undefined,
    ...(lifetimeMs !== undefined && { lifetimeSeconds: Math.round(lifetimeMs / SECOND) }),
    minted,
    standing: standingOf(listing, asOf),
    check,
    ...(failure && { failure }),
    checkedOn,
    nextCheckOn,
    ...(snoozedUntil !== undefined && snoozedUntil > asOf && { snoozedUntil }),
  };
}

function matches(item: StatusItem, { standing, check, owner, q }: StatusQuery): boolean {
  if (standing && !standing.includes(item.standing)) return false;
  if (check && !check.includes(item.check)) return false;
  if (owner && !item.owners.some(address => address.toLowerCase() === owner.toLowerCase())) return false;
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
