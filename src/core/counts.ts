/** Counts: how many targets have each standing and check. Each sweep counts its scope, so a report need not read every target. */
import type { Assessment } from './assess';
import { byName } from './by-name';

const COUNTED = [
  'total',
  'healthy',
  'expiring',
  'expired',
  'unknown',
  'minted',
  'failing',
  'invalid',
  'pending',
] as const;

/** Each target counts once in `total`, once in its standing, and once more in each of the last four that it is. */
export type Counts = Readonly<Record<(typeof COUNTED)[number], number>>;

export const NO_COUNTS: Counts = zeros(COUNTED);

/** The counts with one target more; a target that is on no report does not count. */
export function withTarget(counts: Counts, tally: Assessment['tally']): Counts {
  if (!tally) return counts;
  const { standing, check, minted } = tally;
  const next = { ...counts, total: counts.total + 1, [standing]: counts[standing] + 1 };
  if (minted) next.minted += 1;
  if (check !== 'ok' && check !== 'notVerified') next[check] += 1;
  return next;
}

export function addCounts(a: Counts, b: Counts): Counts {
  return sum(COUNTED, a, b);
}

export function zeros<Name extends string>(names: readonly Name[]): Readonly<Record<Name, number>> {
  return byName<Name, Readonly<Record<Name, number>>>(names, () => 0);
}

/** Adds the numbers of the same name. */
export function sum<Name extends string>(
  names: readonly Name[],
  a: Readonly<Record<Name, number>>,
  b: Readonly<Record<Name, number>>,
): Readonly<Record<Name, number>> {
  return byName<Name, Readonly<Record<Name, number>>>(names, name => a[name] + b[name]);
}
