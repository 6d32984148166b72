/** The status report: what expires next. It reads only the calendar, so its cost grows with the answer and not with the fleet. */
import { includesAddress } from '../../core/address';
import { itemOf, type StatusItem } from '../../core/listing';
import type { Check, Standing } from '../../core/standing';
import type { Instant } from '../../formats/instant';
import type { Clock, Tables } from '../ports';
import type { Kinds } from '../targets/parse-target';
import { type FleetCounts, idOf, isCurrentRow, NO_FLEET, withScope } from './fleet';

export interface StatusQuery {
  /** Only targets with a date that expire within this many milliseconds, expired ones included. */
  readonly withinMs?: number;
  readonly standing?: readonly Standing[];
  readonly check?: readonly Check[];
  readonly kind?: string;
  readonly scope?: string;
  readonly owner?: string;
  /** Part of the address of an owner; case does not matter. */
  readonly ownerPart?: string;
  /** Part of a display name, or of a name or scope as it is stored or as people read it; case does not matter. */
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

interface Deps {
  readonly tables: Pick<Tables, 'calendar' | 'scopes'>;
  readonly clock: Clock;
  readonly kinds: Pick<Kinds, 'readable'>;
}

export async function report(query: StatusQuery, deps: Deps): Promise<Report> {
  const asOf = deps.clock.now();
  const [page, fleet] = await Promise.all([pageOf(query, deps, asOf), countFleet(deps.tables)]);
  return { asOf, ...fleet, ...page };
}

/** The matches of a query from its cursor on. */
export async function pageOf(
  query: StatusQuery,
  { tables: { calendar }, kinds }: Pick<Deps, 'kinds'> & { readonly tables: Pick<Tables, 'calendar'> },
  asOf: Instant,
) {
  const { cursor, withinMs, kind, scope } = query;
  const until = withinMs === undefined ? undefined : asOf + withinMs;
  const items = new Map<string, StatusItem>();
  let last: string | undefined;
  for await (const entry of calendar.entries({ after: cursor, until, kind, scope })) {
    const item = itemOf(entry, asOf);
    if (isCurrentRow(item, items)) {
      // An earlier row of the target leaves the page, even if this one does not match.
      items.delete(idOf(item));
      if (!matches(item, query, kinds)) continue;
      // One match more than the limit: there is a next page.
      if (items.size === query.limit) return { items: [...items.values()], nextCursor: last };
      items.set(idOf(item), item);
    }
    // The next page starts after an outdated row, too, so that it does not list that row.
    last = entry.key;
  }
  return { items: [...items.values()], nextCursor: undefined };
}

function matches(
  item: StatusItem,
  { standing, check, owner, ownerPart, q }: StatusQuery,
  { readable }: Deps['kinds'],
): boolean {
  if (standing && !standing.includes(item.standing)) return false;
  if (check && !check.includes(item.check)) return false;
  if (owner && !includesAddress(item.owners, owner)) return false;
  if (ownerPart !== undefined && !item.owners.some(one => includesText(one, ownerPart))) return false;
  if (q === undefined) return true;
  const { scope, name } = readable(item);
  return [item.displayName, item.name, item.scope, name, scope].some(text => includesText(text, q));
}

function includesText(text: string, part: string): boolean {
  return text.toLowerCase().includes(part.toLowerCase());
}

async function countFleet({ scopes }: Deps['tables']): Promise<FleetCounts> {
  let fleet = NO_FLEET;
  for await (const row of scopes.all()) fleet = withScope(fleet, row);
  return fleet;
}
