/** The expiries for calendar programs. Only registry and expiries know which dates are fixed and which thresholds apply. */
import { includesAddress } from '../../core/address';
import { crossingsFor } from '../../core/assess';
import type { Expiry } from '../../core/expiry';
import { fixedExpiry } from '../../core/standing';
import type { Description, Key } from '../../core/target';
import { isWatched, type Watched } from '../../core/watched';
import type { Instant } from '../../formats/instant';
import { compareText } from '../../formats/text';
import type { Clock } from '../ports';
import { descriptionOf, type Kinds, type ParsedTarget } from '../targets/parse-target';
import { everyTarget, idOf, soonestOf, type TargetTables } from './fleet';

export interface FeedQuery {
  readonly kind?: string;
  /** Case does not matter. */
  readonly owner?: string;
}

export interface Feed {
  readonly asOf: Instant;
  /** Soonest first. */
  readonly entries: readonly FeedEntry[];
  /** Later ones were left out. */
  readonly truncated: boolean;
}

/** One target whose expiry is known and fixed. */
export interface FeedEntry extends Key, Description {
  readonly expiresOn: Instant;
  /** How long before the expiry each threshold falls that is still to come, in milliseconds; negative: after it. */
  readonly alarms: readonly number[];
  readonly readOn?: Instant;
  /** Reads fail, so the expiry could not be confirmed. */
  readonly failure?: { readonly since: Instant; readonly message: string };
}

interface Deps {
  readonly tables: TargetTables;
  readonly clock: Clock;
  readonly kinds: Kinds;
}

/** No calendar program shows more. It also bounds the memory. */
const MOST_ENTRIES = 10_000;

export async function feed(query: FeedQuery, deps: Deps, most = MOST_ENTRIES): Promise<Feed> {
  const asOf = deps.clock.now();
  const order = (a: FeedEntry, b: FeedEntry) => a.expiresOn - b.expiresOn || compareText(idOf(a), idOf(b));
  const { items, truncated } = await soonestOf(entriesOf(query, deps, asOf), most, order);
  return { asOf, truncated, entries: items };
}

async function* entriesOf({ kind, owner }: FeedQuery, { tables, kinds }: Deps, asOf: Instant) {
  for await (const { parsed, state } of everyTarget(tables, kinds, kind)) {
    const expiresOn = state && fixedExpiry(state);
    if (!state || expiresOn === undefined) continue;
    const { watched } = parsed;
    const { columns } = watched;
    if (!isWatched(watched) || (owner !== undefined && !includesAddress(columns.owners, owner))) continue;
    yield entryOf(parsed, state, expiresOn, asOf);
  }
}

function entryOf(parsed: ParsedTarget, state: Expiry, expiresOn: Instant, asOf: Instant): FeedEntry {
  const { scope, name } = parsed.watched;
  const { readOn, failure } = state;
  return {
    scope,
    name,
    ...descriptionOf(parsed),
    expiresOn,
    alarms: alarmsOf(parsed.watched, state, asOf),
    readOn,
    failure: failure && { since: failure.since, message: failure.message },
  };
}

/** Two thresholds may fall on one instant, such as `7d` and a percentage that comes to 7 days. */
function alarmsOf(watched: Watched, state: Expiry, asOf: Instant): number[] {
  const toCome = crossingsFor(watched, state).filter(({ at }) => at > asOf);
  return [...new Set(toCome.map(({ leadMs }) => leadMs))];
}
