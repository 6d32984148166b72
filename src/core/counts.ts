/** Counts: how many targets have each standing and check. Each sweep counts its scope, so a report need not read every target. */
import type { Assessment } from './assess';

/** Each target counts once in `total`, once in its standing, and once more in each of the last four that it is. */
export interface Counts {
  readonly total: number;
  readonly healthy: number;
  readonly expiring: number;
  readonly expired: number;
  readonly unknown: number;
  readonly minted: number;
  readonly failing: number;
  readonly invalid: number;
  readonly pending: number;
}

export const NO_COUNTS: Counts = {
  total: 0,
  healthy: 0,
  expiring: 0,
  expired: 0,
  unknown: 0,
  minted: 0,
  failing: 0,
  invalid: 0,
  pending: 0,
};

/** The counts with one target more; a target that is on no report does not count. */
export function withTarget(counts: Counts, tally: Assessment['tally']): Counts {
  if (!tally) return counts;
  const { standing, check, minted } = tally;
  const next = { ...counts, total: counts.total + 1, [standing]: counts[standing] + 1 };
  if (minted) next.minted += 1;
  if (check !== 'ok') next[check] += 1;
  return next;
}

export function sum(a: Counts, b: Counts): Counts {
  return {
    total: a.total + b.total,
    healthy: a.healthy + b.healthy,
    expiring: a.expiring + b.expiring,
    expired: a.expired + b.expired,
    unknown: a.unknown + b.unknown,
    minted: a.minted + b.minted,
    failing: a.failing + b.failing,
    invalid: a.invalid + b.invalid,
    pending: a.pending + b.pending,
  };
}
