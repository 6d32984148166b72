/** Scopes for the metrics: how each one's last sweep went, and what all of them together counted. */

import { type Counts, NO_COUNTS, sum } from '../../core/counts';
import type { Instant } from '../../formats/instant';
import type { ScopeRow, Scopes } from '../ports';
import type { FleetMeasures, ScopeMeasures } from './measures';

/** Beyond these, what is shown of single scopes is the stalest of them; the counts are of all. */
const MOST_SCOPES = 1_000;

export interface MeasuredScopes {
  readonly fleet: FleetMeasures;
  readonly total: number;
  readonly scopes: readonly ScopeMeasures[];
  readonly scopesLeftOut: number;
}

export async function measureScopes(
  table: Pick<Scopes, 'all'>,
  now: Instant,
  most = MOST_SCOPES,
): Promise<MeasuredScopes> {
  const scopes: ScopeMeasures[] = [];
  let counts = NO_COUNTS;
  let asOf: Instant | undefined;
  for await (const row of table.all()) {
    scopes.push(scopeOf(row, now));
    if (!row.counts || row.finishedOn === undefined) continue;
    counts = sum(counts, row.counts);
    asOf = Math.min(asOf ?? row.finishedOn, row.finishedOn);
  }
  scopes.sort((a, b) => (a.finishedOn ?? 0) - (b.finishedOn ?? 0));
  return {
    fleet: fleetOf(counts, asOf),
    total: counts.total,
    scopes: scopes.slice(0, most),
    scopesLeftOut: Math.max(0, scopes.length - most),
  };
}

function scopeOf(row: ScopeRow, now: Instant): ScopeMeasures {
  const { scope, startedOn, finishedOn, durationMs, pace, counts = NO_COUNTS } = row;
  return {
    scope,
    targets: counts.total,
    failing: counts.failing,
    startedOn,
    finishedOn,
    durationMs,
    pausedUntil: pace?.pausedUntil,
    leased: (row.leaseUntil ?? 0) > now,
  };
}

function fleetOf(counts: Counts, asOf: Instant | undefined): FleetMeasures {
  const { total, healthy, expiring, expired, unknown, minted, failing, invalid, pending } = counts;
  const ok = total - failing - invalid - pending;
  return {
    standings: { healthy, expiring, expired, unknown },
    checks: { ok, failing, invalid, pending },
    minted,
    asOf,
  };
}
