/** The feed of expiries for calendars, from one pass over the registry and the expiries: only they know what is fixed and which thresholds hold. */

import { includesAddress } from '../../core/address';
import { crossingsFor } from '../../core/assess';
import type { Expiry } from '../../core/expiry';
import type { Feed, FeedEntry, FeedQuery } from '../../core/feed';
import { fixedExpiry } from '../../core/standing';
import { isWatched } from '../../core/target';
import type { Watched } from '../../core/watched';
import type { Instant } from '../../formats/instant';
import { compareText } from '../../formats/text';
import type { Clock, Tables } from '../ports';
import { mergeRows, type Pair } from '../targets/merge-rows';
import { type Kinds, type ParsedTarget, parseTarget } from '../targets/parse-target';

export type { Feed, FeedQuery } from '../../core/feed';

export interface FeedSource {
  readonly tables: {
    readonly registry: Pick<Tables['registry'], 'rows' | 'scopes'>;
    readonly expiries: Pick<Tables['expiries'], 'rows'>;
  };
  readonly clock: Clock;
  readonly kinds: Kinds;
}

/** No calendar program shows more, and memory is bounded by it. */
const MOST_ENTRIES = 10_000;

export async function feed(query: FeedQuery, source: FeedSource, most = MOST_ENTRIES): Promise<Feed> {
  const asOf = source.clock.now();
  let entries: FeedEntry[] = [];
  let truncated = false;
  for await (const entry of entriesOf(query, source, asOf)) {
    entries.push(entry);
    if (entries.length < 2 * most) continue;
    entries = soonest(entries, most);
    truncated = true;
  }
  truncated ||= entries.length > most;
  return { asOf, truncated, entries: soonest(entries, most) };
}

async function* entriesOf(query: FeedQuery, source: FeedSource, asOf: Instant) {
  for await (const { row, state } of pairsOf(query, source)) {
    if (!row || !state) continue;
    const expiresOn = fixedExpiry(state);
    if (expiresOn === undefined) continue;
    const parsed = parseTarget(row, source.kinds);
    if (isAskedFor(parsed.watched, query)) yield entryOf(parsed, state, expiresOn, asOf);
  }
}

async function* pairsOf({ kind }: FeedQuery, { tables }: FeedSource): AsyncGenerator<Pair> {
  const { registry, expiries } = tables;
  for await (const { scope } of registry.scopes())
    if (kind === undefined || scope.startsWith(`${kind}:`))
      yield* mergeRows(registry.rows(scope), expiries.rows(scope));
}

function isAskedFor({ columns }: Watched, { owner }: FeedQuery): boolean {
  if (!isWatched(columns)) return false;
  return owner === undefined || includesAddress(columns.owners, owner);
}

function entryOf(
  { watched, source, located }: ParsedTarget,
  state: Expiry,
  expiresOn: Instant,
  asOf: Instant,
): FeedEntry {
  const { scope, name, columns } = watched;
  const { readOn, failure } = state;
  return {
    scope,
    name,
    displayName: columns.displayName ?? name,
    label: source?.label ?? watched.kind,
    where: located?.where ?? scope,
    howToRenew: source?.howToRenew ?? '',
    expiresOn,
    alarms: alarmsOf(watched, state, asOf),
    ...(located && { portalUrl: located.portalUrl }),
    ...(columns.runbook !== undefined && { runbook: columns.runbook }),
    ...(readOn !== undefined && { readOn }),
    ...(failure && { failure: { since: failure.since, message: failure.message } }),
  };
}

/** Two thresholds may fall on one instant, such as `7d` and a share that comes to as much. */
function alarmsOf(watched: Watched, state: Expiry, asOf: Instant): number[] {
  const toCome = crossingsFor(watched, state).filter(({ at }) => at > asOf);
  return [...new Set(toCome.map(({ leadMs }) => leadMs))];
}

function soonest(entries: readonly FeedEntry[], most: number): FeedEntry[] {
  return [...entries]
    .sort((a, b) => a.expiresOn - b.expiresOn || compareText(placeOf(a), placeOf(b)))
    .slice(0, most);
}

function placeOf({ scope, name }: FeedEntry): string {
  return `${scope}\n${name}`;
}
