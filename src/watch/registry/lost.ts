/** Lost rows as operators handle them: how many targets have none, and the confirmation that they are to be removed. */
import type { Instant } from '../../formats/instant';
import type { Clock, Tables } from '../ports';

export interface LostRows {
  readonly asOf: Instant;
  /** How many targets are kept without a row, as the last sweeps found. */
  readonly targets: number;
  readonly scopes: readonly { readonly scope: string; readonly targets: number; readonly lastOn: Instant }[];
  /** Those whose lost row was noticed until then go at their next sweep. */
  readonly confirmedOn: Instant | undefined;
}

interface Deps {
  readonly tables: Pick<Tables, 'scopes'>;
  readonly clock: Clock;
}

export async function lostRows({ tables, clock }: Deps): Promise<LostRows> {
  const asOf = clock.now();
  const scopes: LostRows['scopes'][number][] = [];
  for await (const { scope, rowsLost } of tables.scopes.all())
    if (rowsLost) scopes.push({ scope, targets: rowsLost.count, lastOn: rowsLost.lastOn });
  const targets = scopes.reduce((sum, one) => sum + one.targets, 0);
  return { asOf, targets, scopes, confirmedOn: await tables.scopes.removalConfirmedOn() };
}

/** @param until what the operator saw: rows whose loss is noticed later are not confirmed */
export async function confirmRemoval(until: Instant, deps: Deps): Promise<LostRows> {
  const { scopes } = deps.tables;
  // An older page takes nothing back from a newer one; what lies ahead is of a clock that was wrong.
  const now = deps.clock.now();
  const known = (await scopes.removalConfirmedOn()) ?? until;
  await scopes.confirmRemoval(Math.min(Math.max(until, known), now));
  return await lostRows(deps);
}
