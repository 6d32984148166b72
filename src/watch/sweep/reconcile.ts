/** Reconciling: rebuilds the calendar from the expiries and deletes old history, once a day. After a restore it repairs the calendar, too. */
import { assess, assessGone } from '../../core/assess';
import type { MailPolicy } from '../../core/watched';
import { DAY } from '../../formats/instant';
import { counted } from '../../formats/when';
import type { Clock, Log, Tables } from '../ports';
import { mergeRows, type Pair } from '../targets/merge-rows';
import { type Kinds, parseTarget } from '../targets/parse-target';
import { borrowLease, type Lease, underLease } from './lease';
import { type PlannedWrite, plannedWriteOf, recorder } from './record';

interface Deps {
  readonly tables: Tables;
  readonly clock: Clock;
  readonly kinds: Kinds;
  readonly mail: MailPolicy;
  readonly historyDays: number;
}

/** Operations of a transaction, at most. */
const BATCH = 100;

export async function reconcile(deps: Deps, log: Log): Promise<void> {
  const rebuilt = new Set<string>();
  const keys = new Set<string>();
  for (const scope of await scopesOf(deps)) {
    const taken = await borrowLease(deps.tables.scopes, scope, deps.clock);
    if ('refusal' in taken) log.info(`Scope '${scope}' is being swept; its calendar is rebuilt tomorrow.`);
    else {
      const { lease } = taken;
      for (const key of await underLease(lease, log, () => rebuild(scope, lease, deps, log))) keys.add(key);
      rebuilt.add(scope);
    }
  }
  const strays = await deleteStrays(rebuilt, keys, deps);
  const pruned = await deps.tables.history.prune(deps.clock.now() - deps.historyDays * DAY);
  log.info(
    `Reconciled ${counted(rebuilt.size, 'scope')}: ${counted(keys.size, 'calendar row')} rebuilt, ${counted(strays, 'stray')} deleted, ${counted(pruned, 'line')} of history pruned.`,
  );
}

async function scopesOf({ tables }: Deps): Promise<Set<string>> {
  const scopes = new Set<string>();
  for await (const { scope } of tables.scopes.all()) scopes.add(scope);
  for await (const { scope } of tables.registry.scopes()) scopes.add(scope);
  return scopes;
}

/** Writes every calendar row of a scope again, like a sweep that reads nothing. @returns the keys that it wrote */
async function rebuild(scope: string, lease: Lease, deps: Deps, log: Log): Promise<string[]> {
  const records = recorder({ scope, tables: deps.tables, lease, log });
  const keys: string[] = [];
  for await (const pair of mergeRows(deps.tables, scope)) {
    const plannedWrite = plannedWriteNow(pair, deps);
    if (!plannedWrite) continue;
    keys.push(plannedWrite.calendarKey);
    records.add({ ...plannedWrite, moves: true });
    await records.writeFull();
    await lease.renew();
  }
  await records.finish();
  await lease.release({});
  return keys.filter(key => key !== '');
}

/** What follows from the recorded state. A row that was never swept is left to the sweep. */
function plannedWriteNow({ row, state }: Pair, deps: Deps): PlannedWrite | undefined {
  if (!state) return undefined;
  const now = deps.clock.now();
  const assessment = row
    ? assess(parseTarget(row, deps.kinds).watched, state, undefined, deps.mail, now)
    : assessGone(state, now);
  return plannedWriteOf(state, assessment, deps.tables.calendar, { read: false, forget: false }, now);
}

/** Deletes the calendar rows of the rebuilt scopes to which no expiry belongs. Each expiry is read once more before that. */
async function deleteStrays(
  scopes: ReadonlySet<string>,
  keys: ReadonlySet<string>,
  { tables }: Deps,
): Promise<number> {
  const strays: string[] = [];
  for await (const entry of tables.calendar.entries({})) {
    if (!scopes.has(entry.scope) || keys.has(entry.key)) continue;
    const state = await tables.expiries.row(entry);
    if (!state?.calendarKeys.includes(entry.key)) strays.push(entry.key);
  }
  let kept = 0;
  for (let start = 0; start < strays.length; start += BATCH)
    kept += (await tables.calendar.write([], strays.slice(start, start + BATCH))).size;
  return strays.length - kept;
}
