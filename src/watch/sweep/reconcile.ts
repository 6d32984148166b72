/** Reconciling: once a day the calendar is rebuilt from the expiries and old history goes; it is the restore tool, too. */
import { assess, assessGone } from '../../core/assess';
import type { MailPolicy } from '../../core/watched';
import { DAY } from '../../formats/instant';
import type { Clock, Log, Tables } from '../ports';
import { mergeRows, type Pair } from '../targets/merge-rows';
import { type Kinds, parseTarget } from '../targets/parse-target';
import { borrowLease, type Lease } from './lease';
import { type Outcome, outcomeOf } from './record';
import { recorder } from './recorder';

export interface Reconcile {
  readonly tables: Tables;
  readonly clock: Clock;
  readonly kinds: Kinds;
  readonly mail: MailPolicy;
  readonly historyDays: number;
}

const DELETED_AT_ONCE = 100;

export async function reconcile(watch: Reconcile, log: Log): Promise<void> {
  const rebuilt = new Set<string>();
  const keys = new Set<string>();
  for (const scope of await scopesOf(watch)) {
    const taken = await borrowLease(watch.tables.scopes, scope, watch.clock);
    if ('refusal' in taken) log.info(`Scope '${scope}' is being swept; its calendar is rebuilt tomorrow.`);
    else {
      for (const key of await rebuild(scope, taken.lease, watch, log)) keys.add(key);
      rebuilt.add(scope);
    }
  }
  const strays = await deleteStrays(rebuilt, keys, watch);
  const pruned = await watch.tables.history.prune(watch.clock.now() - watch.historyDays * DAY);
  log.info(
    `Reconciled ${rebuilt.size} scopes: ${keys.size} calendar rows rebuilt, ${strays} strays deleted, ${pruned} lines of history pruned.`,
  );
}

async function scopesOf({ tables }: Reconcile): Promise<Set<string>> {
  const scopes = new Set<string>();
  for await (const { scope } of tables.scopes.all()) scopes.add(scope);
  for await (const { scope } of tables.registry.scopes()) scopes.add(scope);
  return scopes;
}

/** Writes every calendar row of a scope anew, as a sweep would that reads nothing. @returns the keys it wrote. */
async function rebuild(scope: string, lease: Lease, watch: Reconcile, log: Log): Promise<string[]> {
  const { registry, expiries } = watch.tables;
  const records = recorder(scope, watch.tables, lease, log);
  const keys: string[] = [];
  for await (const pair of mergeRows(registry.rows(scope), expiries.rows(scope))) {
    const outcome = outcomeNow(pair, watch);
    if (!outcome) continue;
    keys.push(outcome.calendarKey);
    records.add({ ...outcome, moves: true });
    await records.writeFull();
    await lease.hold();
  }
  await records.finish();
  await lease.release({});
  return keys.filter(key => key !== '');
}

/** What follows from a recorded state as it stands; a row that was never swept is the sweep's. */
function outcomeNow({ row, state }: Pair, watch: Reconcile): Outcome | undefined {
  if (!state) return undefined;
  const now = watch.clock.now();
  const assessment = row
    ? assess(parseTarget(row, watch.kinds).watched, state, undefined, watch.mail, now)
    : assessGone(state, now);
  return outcomeOf(state, assessment, watch.tables.calendar, { read: false, forget: false });
}

/** Deletes calendar rows of the rebuilt scopes that no expiry stands behind, after a second look at each. */
async function deleteStrays(
  scopes: ReadonlySet<string>,
  keys: ReadonlySet<string>,
  { tables }: Reconcile,
): Promise<number> {
  const strays: string[] = [];
  for await (const entry of tables.calendar.entries({})) {
    if (!scopes.has(entry.scope) || keys.has(entry.key)) continue;
    const state = await tables.expiries.row(entry);
    if (!state?.calendarKeys.includes(entry.key)) strays.push(entry.key);
  }
  for (let start = 0; start < strays.length; start += DELETED_AT_ONCE) {
    await tables.calendar.write([], strays.slice(start, start + DELETED_AT_ONCE));
  }
  return strays.length;
}
