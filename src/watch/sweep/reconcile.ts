/** Reconciling: rebuilds the calendar from the expiries, deletes old history and what is recorded of people who left, once a day. After a restore it repairs the calendar, too. */
import { assess, assessGone } from '../../core/assess';
import type { MailPolicy } from '../../core/watched';
import { DAY } from '../../formats/instant';
import { counted } from '../../formats/when';
import type { Clock, Log, Tables } from '../ports';
import { mergeRows, type Pair } from '../targets/merge-rows';
import { type Kinds, parseTarget } from '../targets/parse-target';
import { prune } from '../targets/prune';
import { resolveTarget, type Successors, successorsIn } from '../targets/successors';
import { borrowLease, type Lease, LeaseLost, underLease } from './lease';
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
/** After faults of so many scopes the store itself is at fault, and each more would take long. */
const MOST_FAULTS = 3;

/** What a changed row held before can be put back for so long. */
const UNDO_LASTS = 7 * DAY;

export async function reconcile(deps: Deps, log: Log): Promise<void> {
  const rebuilt = new Set<string>();
  const keys = new Set<string>();
  const faults: unknown[] = [];
  for (const scope of await scopesOf(deps)) {
    try {
      const written = await rebuildUnderLease(scope, deps, log);
      if (!written) continue;
      for (const key of written) keys.add(key);
      rebuilt.add(scope);
    } catch (error) {
      // The fault of one scope, whatever it is, must not leave the others and the history as they are. It is thrown at the end.
      log.warn(`The calendar of scope '${scope}' could not be rebuilt: ${error}`);
      faults.push(error);
      if (faults.length === MOST_FAULTS) break;
    }
  }
  const strays = await deleteStrays(rebuilt, keys, deps);
  await deps.tables.history.forgetColumns(deps.clock.now() - UNDO_LASTS);
  const pruned = await deps.tables.history.prune(deps.clock.now() - deps.historyDays * DAY);
  log.info(
    `Reconciled ${counted(rebuilt.size, 'scope')}: ${counted(keys.size, 'calendar row')} rebuilt, ${counted(strays, 'stray')} deleted, ${counted(pruned, 'line')} of history pruned.`,
  );
  if (faults.length > 0) throw faults[0];
}

/** @returns the keys that were written; undefined if a sweep has the scope */
async function rebuildUnderLease(scope: string, deps: Deps, log: Log): Promise<string[] | undefined> {
  const taken = await borrowLease(deps.tables.scopes, scope, deps.clock);
  try {
    if ('lease' in taken)
      return await underLease(taken.lease, log, () => rebuild(scope, taken.lease, deps, log));
  } catch (error) {
    if (!(error instanceof LeaseLost)) throw error;
  }
  log.info(`Scope '${scope}' is being swept; its calendar is rebuilt tomorrow.`);
  return undefined;
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
  const successors = successorsIn(scope, deps.tables, deps.kinds);
  const keys: string[] = [];
  for await (const pair of mergeRows(deps.tables, scope)) {
    await pruneNow(pair, deps);
    const plannedWrite = await plannedWriteNow(pair, successors, deps);
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

/** A row that another writer changes at the same time is pruned tomorrow. */
async function pruneNow({ row, state }: Pair, deps: Deps): Promise<void> {
  if (row && state) await prune(state, parseTarget(row, deps.kinds).watched, deps, deps.clock.now());
}

/** What follows from the recorded state. A row that was never swept, and one that has vanished since, is left to the sweep. */
async function plannedWriteNow(
  { row, state }: Pair,
  successors: Successors,
  deps: Deps,
): Promise<PlannedWrite | undefined> {
  if (!state || (!row && state.goneSince === undefined)) return undefined;
  const parsed = row && (await resolveTarget(row, deps.kinds, successors));
  const now = deps.clock.now();
  const assessment = parsed
    ? assess(parsed.watched, state, undefined, deps.mail, now)
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
