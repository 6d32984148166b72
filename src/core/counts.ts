/** Counts: how many targets have each standing and check. Each sweep counts its scope, so a report need not read every target. */
import type { Assessment } from './assess';

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
  if (check !== 'ok') next[check] += 1;
  return next;
}

export function zeros<Name extends string>(names: readonly Name[]): Readonly<Record<Name, number>> {
  const numbers = names.map(name => [name, 0]);
  // `Object.fromEntries` loses the names, here and in `sum`.
  return Object.fromEntries(numbers);
}

/** Adds the numbers of the same name. */
export function sum<T extends Readonly<Record<string, number>>>(a: T, b: T): T {
  const sums = Object.keys(a).map(name => [name, (a[name] ?? 0) + (b[name] ?? 0)]);
  return Object.fromEntries(sums);
}
