/** What the dashboard shows: a list, and beside it what the whole fleet needs from people now, and what comes. */
import type { StatusItem } from '../../core/listing';
import type { MailPolicy } from '../../core/watched';
import { DAY, type Instant } from '../../formats/instant';
import type { Clock, Tables } from '../ports';
import type { Kinds } from '../targets/parse-target';
import {
  type FirstItems,
  type FleetCounts,
  firstItems,
  firstOfBothParts,
  idOf,
  keyAt,
  NO_FLEET,
  withScope,
} from './fleet';
import { pageOf, type Report, type StatusQuery } from './status';

export interface Overview {
  readonly report: Report;
  /** What expires after `asOf` within `days`, soonest first. */
  readonly coming: FirstItems & { readonly days: number };
  readonly urgent: Urgent;
  readonly concerns: readonly Concern[];
}

/** What a person must act on now; each target once, in the first group that it fits. */
export interface Urgent {
  /** What expired last comes first. */
  readonly expired: FirstItems;
  /** Soonest first. */
  readonly expiring: FirstItems;
  /** All others that can't be read, whose row is invalid, or of which nobody can verify that they were replaced. */
  readonly failing: FirstItems;
}

/** What keeps mails from people, or a scope from being read, although the watcher itself works. */
export type Concern =
  | { readonly is: 'unreadable'; readonly scope: string }
  | { readonly is: 'mailOff' }
  | { readonly is: 'neverMailed' };

interface Deps {
  readonly tables: Pick<Tables, 'calendar' | 'scopes' | 'mailLedger'>;
  readonly clock: Clock;
  readonly kinds: Pick<Kinds, 'readable'>;
  readonly mail: MailPolicy;
}

const COMING_DAYS = 90;
/** These bounds keep the cost of the dashboard independent of the fleet's size. A page of the store has 1,000 rows. */
const MOST_COMING = 3_000;
const MOST_LOOKED_AT = 1_000;
const MOST_URGENT = 8;

/** Makes at most eight storage calls beside those of the list. All parts are as of one instant. */
export async function overview(query: StatusQuery, deps: Deps): Promise<Overview> {
  const { tables, clock, mail } = deps;
  const asOf = clock.now();
  const [page, { fleet, unreadable }, coming, first, mails] = await Promise.all([
    pageOf(query, deps, asOf),
    countFleet(tables),
    comingOf(tables, asOf),
    firstOfBothParts(tables.calendar, MOST_LOOKED_AT, asOf),
    tables.mailLedger.everyTransport(),
  ]);
  const concerns = unreadable.map((scope): Concern => ({ is: 'unreadable', scope }));
  if (mail.to === 'none') concerns.push({ is: 'mailOff' });
  else if (fleet.counts.total > 0 && [...mails.values()].every(({ acceptedOn }) => acceptedOn === undefined))
    concerns.push({ is: 'neverMailed' });
  return {
    report: { asOf, ...fleet, ...page },
    coming: { ...coming, days: COMING_DAYS },
    urgent: urgentOf(first, coming),
    concerns,
  };
}

async function comingOf({ calendar }: Deps['tables'], asOf: Instant): Promise<FirstItems> {
  const range = { after: keyAt(calendar, asOf), until: asOf + COMING_DAYS * DAY };
  const { items, isCut } = await firstItems(calendar.entries(range), MOST_COMING, asOf);
  return { items: items.filter(({ standing }) => standing !== 'expired'), isCut };
}

/** The first rows of the calendar hold what expired; where they end early, what comes still holds what expires soon. */
function urgentOf(first: FirstItems, coming: FirstItems): Urgent {
  const items = [...new Map([...first.items, ...coming.items].map(item => [idOf(item), item])).values()];
  const group = (belongs: (item: StatusItem) => boolean): FirstItems => {
    const found = items.filter(belongs).sort(byNearness);
    return { items: found.slice(0, MOST_URGENT), isCut: found.length > MOST_URGENT };
  };
  const isDue = ({ standing }: StatusItem) => standing === 'expired' || standing === 'expiring';
  const isRead = ({ check }: StatusItem) => check === 'ok' || check === 'pending';
  return {
    expired: group(({ standing }) => standing === 'expired'),
    expiring: group(({ standing }) => standing === 'expiring'),
    failing: group(item => !isDue(item) && !isRead(item)),
  };
}

/** What is nearest to now first, on either side: all of one group lie on one. What has no date keeps its order, at the end. */
function byNearness(a: StatusItem, b: StatusItem): number {
  return distanceOf(a) - distanceOf(b);
}

function distanceOf({ remainingSeconds }: StatusItem): number {
  return Math.abs(remainingSeconds ?? Number.MAX_SAFE_INTEGER);
}

async function countFleet({ scopes }: Deps['tables']) {
  let fleet: FleetCounts = NO_FLEET;
  const unreadable: string[] = [];
  for await (const row of scopes.all()) {
    fleet = withScope(fleet, row);
    if (row.readability === 'none') unreadable.push(row.scope);
  }
  return { fleet, unreadable };
}
