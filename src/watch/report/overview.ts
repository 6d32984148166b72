/** What the dashboard shows: a list, and beside it what the whole fleet needs from people now, and what comes. */
import type { StatusItem } from '../../core/listing';
import type { MailPolicy } from '../../core/watched';
import { DAY, type Instant } from '../../formats/instant';
import type { Clock, Tables } from '../ports';
import type { Kinds } from '../targets/parse-target';
import {
  END_OF_TIME,
  type FirstItems,
  type FleetCounts,
  firstItems,
  keyAt,
  NO_FLEET,
  oneRowPerTarget,
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
const MOST_URGENT = 6;

/** Makes at most eight storage calls beside those of the list, and none for a list that these read already. All parts are as of one instant. */
export async function overview(query: StatusQuery, deps: Deps): Promise<Overview> {
  const { tables, clock, mail } = deps;
  const asOf = clock.now();
  // A list that leaves something out is read at once; any other may be among what is read anyway.
  const filtered = isPlain(query) ? undefined : pageOf(query, deps, asOf);
  const [page, { fleet, unreadable }, read, mails] = await Promise.all([
    filtered,
    countFleet(tables),
    readFirst(tables, asOf),
    tables.mailLedger.everyTransport(),
  ]);
  const concerns = unreadable.map((scope): Concern => ({ is: 'unreadable', scope }));
  if (mail.to === 'none') concerns.push({ is: 'mailOff' });
  else if (fleet.counts.total > 0 && [...mails.values()].every(({ acceptedOn }) => acceptedOn === undefined))
    concerns.push({ is: 'neverMailed' });
  const list = page ?? pageIn(read, query.limit, tables) ?? (await pageOf(query, deps, asOf));
  return {
    report: { asOf, ...fleet, ...list },
    coming: comingIn(read, asOf),
    urgent: urgentIn(read),
    concerns,
  };
}

function isPlain({ limit: _limit, ...filters }: StatusQuery): boolean {
  return Object.values(filters).every(filter => filter === undefined);
}

/** The first rows of the three parts of the calendar: what has expired, what comes, and what has no date. */
interface First {
  readonly expired: FirstItems;
  readonly ahead: FirstItems & { readonly isEnd: boolean };
  readonly undated: FirstItems;
}

async function readFirst({ calendar }: Deps['tables'], asOf: Instant): Promise<First> {
  const [expired, ahead, undated] = await Promise.all([
    firstItems(calendar.entries({ until: asOf }), MOST_LOOKED_AT, asOf),
    readAhead(calendar, asOf),
    firstItems(calendar.entries({ after: keyAt(calendar, END_OF_TIME) }), MOST_LOOKED_AT, asOf),
  ]);
  return { expired, ahead, undated };
}

/** The coming days whole, and more while that is little. */
async function readAhead(calendar: Tables['calendar'], asOf: Instant): Promise<First['ahead']> {
  let isEnd = true;
  async function* entries() {
    let count = 0;
    for await (const entry of calendar.entries({ after: keyAt(calendar, asOf), until: END_OF_TIME })) {
      const { expiresOn } = entry.listing;
      isEnd = count < MOST_LOOKED_AT || Number(expiresOn) <= asOf + COMING_DAYS * DAY;
      if (!isEnd) return;
      count += 1;
      yield entry;
    }
  }
  const first = await firstItems(entries(), MOST_COMING, asOf);
  return { ...first, isEnd: isEnd && !first.isCut };
}

/** The first page of the unfiltered list, where the rows that were read hold it. */
function pageIn({ expired, ahead, undated }: First, limit: number, { calendar }: Deps['tables']) {
  const isWhole = ahead.isEnd && !undated.isCut;
  const rows = oneRowPerTarget([...expired.items, ...ahead.items, ...(ahead.isEnd ? undated.items : [])]);
  if (expired.isCut || (!isWhole && rows.length <= limit)) return undefined;
  const items = rows.slice(0, limit);
  const last = rows.length > limit ? items.at(-1) : undefined;
  const instant = typeof last?.expiresOn === 'number' && !last.minted ? last.expiresOn : undefined;
  return { items, nextCursor: last && calendar.keyOf(last, instant) };
}

function comingIn({ ahead }: First, asOf: Instant): Overview['coming'] {
  const until = asOf + COMING_DAYS * DAY;
  const isComing = ({ standing, expiresOn }: StatusItem) =>
    standing !== 'expired' && typeof expiresOn === 'number' && expiresOn <= until;
  const items = ahead.items.filter(isComing);
  return { items, isCut: ahead.isCut && items.length === ahead.items.length, days: COMING_DAYS };
}

function urgentIn({ expired, ahead, undated }: First): Urgent {
  const items = oneRowPerTarget([...expired.items, ...ahead.items, ...undated.items]);
  const group = (belongs: (item: StatusItem) => boolean): FirstItems => {
    const found = items.filter(belongs).sort((a, b) => distanceOf(a) - distanceOf(b));
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

/** From now, on either side: all of one group lie on one. What has no date comes last. */
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
