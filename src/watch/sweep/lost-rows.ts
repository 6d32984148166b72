/** Lost rows in a sweep: a target whose registry row has vanished is removed, or kept without a row where many vanished at once. */
import type { Expiry, RowLost } from '../../core/expiry';
import { isBulk, KEPT_WITHOUT_ROW, mayGo, NO_ROWS, type RowTally, withMark } from '../../core/lost-rows';
import type { Reminder } from '../../core/reminder';
import type { Key } from '../../core/target';
import type { MailPolicy } from '../../core/watched';
import { DAY, formatInstant, type Instant } from '../../formats/instant';
import { counted } from '../../formats/when';
import type { Log, RowsLost, ScopeRow, Tables } from '../ports';

interface Deps {
  readonly tables: Tables;
  readonly mail: MailPolicy;
  readonly scope: string;
  /** When the sweep of all scopes was started. */
  readonly tick: Instant;
  readonly log: Log;
}

interface Census {
  /** Of the scope that is swept, and of the whole registry. */
  readonly own: RowTally;
  readonly all: RowTally;
  /** How many scopes miss rows. */
  readonly scopes: number;
  /** The table itself was lost within the last day. Then every row that is missing is lost, however few there are. */
  readonly isTableLost: boolean;
}

/** What one sweep decides about its targets without a row. */
export type RowGate = ReturnType<typeof rowGate>;

/**
 * The judgement reads both tables once, so a sweep makes it only where a row has vanished. It holds for as many targets as had lost
 * their row by then; where more lose it meanwhile, it is made again.
 */
export function rowGate(deps: Deps) {
  const { tables } = deps;
  let census: Census | undefined;
  let removed = 0;
  let confirmedOn: Promise<Instant | undefined> | undefined;
  const judge = async () => {
    census = await takeCensus(deps);
    if (isLoss(census)) await raiseAlarm(census, deps);
    return census;
  };
  return {
    /** Whether the row of a target that has none any more is lost. False: it was removed. */
    async isLost({ deleteAskedOn }: Expiry): Promise<boolean> {
      if (deleteAskedOn !== undefined) return false;
      const known = census && (isLoss(census) || removed < census.own.vanished) ? census : await judge();
      if (isLoss(known)) return true;
      removed += 1;
      return false;
    },
    /** Whether a target whose row is lost goes now. Its row is looked at once more before that. */
    async mayGo(state: Expiry, { since }: RowLost, now: Instant): Promise<boolean> {
      confirmedOn ??= tables.scopes.removalConfirmedOn();
      // The row was back, and the API deleted it.
      const isDeleted = state.deleteAskedOn !== undefined;
      if (!isDeleted && !mayGo(since, await confirmedOn, now)) return false;
      return (await tables.registry.row(state)) === undefined;
    },
    /** What is remembered of a target: what the last report showed. */
    async remembered({ name, calendarKeys }: Expiry, since: Instant): Promise<RowLost> {
      const key = calendarKeys.findLast(known => known !== '');
      const entry = key === undefined ? undefined : await tables.calendar.entry(key);
      const { displayName = name, owners = [] } = entry?.listing ?? {};
      return { since, displayName, owners };
    },
    /** What is left to say of a scope without any row and without any expiry. */
    lostWithExpiries: (last: LastSweep, now: Instant) => lostWithExpiries(last, now, deps),
  };
}

export function withLost(lost: RowsLost | undefined, { since }: RowLost): RowsLost {
  return { count: (lost?.count ?? 0) + 1, lastOn: Math.max(lost?.lastOn ?? 0, since) };
}

/** A table lost with many small scopes shows only in the whole registry. */
function isLoss({ own, all, isTableLost }: Census): boolean {
  return isTableLost || isBulk(own) || isBulk(all);
}

/** Both tables in key order, keys and marks only. */
async function takeCensus({ tables, scope, tick }: Deps): Promise<Census> {
  const keys = tables.registry.keys()[Symbol.asyncIterator]();
  let [own, all] = [NO_ROWS, NO_ROWS];
  const scopes = new Set<string>();
  try {
    let row = await keys.next();
    for await (const mark of tables.expiries.marks()) {
      while (!row.done && compareKeys(row.value, mark) < 0) row = await keys.next();
      const hasRow = !row.done && compareKeys(row.value, mark) === 0;
      const next = withMark(all, mark, hasRow, tick);
      if (next.vanished > all.vanished) scopes.add(mark.scope);
      all = next;
      if (mark.scope === scope) own = withMark(own, mark, hasRow, tick);
    }
  } finally {
    await keys.return?.();
  }
  const lostOn = await tables.scopes.registryLostOn();
  const isTableLost = lostOn !== undefined && tick - lostOn < KEPT_WITHOUT_ROW;
  return { own, all, scopes: scopes.size, isTableLost };
}

/** By UTF-16 units, as the store compares. */
function compareKeys(one: Key, other: Key): number {
  if (one.scope !== other.scope) return one.scope < other.scope ? -1 : 1;
  if (one.name === other.name) return 0;
  return one.name < other.name ? -1 : 1;
}

type LastSweep = Pick<ScopeRow, 'counts' | 'rowsLost'>;

/**
 * Where the last sweep of such a scope watched targets, both tables are lost, since states of removed targets are kept for days.
 * Nothing but the alarm is left of them, for a day or until an operator confirms. Undefined: they were removed one by one.
 */
async function lostWithExpiries(
  { counts, rowsLost }: LastSweep,
  now: Instant,
  deps: Deps,
): Promise<RowsLost | undefined> {
  const watched = counts?.total ?? 0;
  const lost = rowsLost ?? (watched > 0 ? { count: watched, lastOn: now } : undefined);
  if (!lost || mayGo(lost.lastOn, await deps.tables.scopes.removalConfirmedOn(), now)) return undefined;
  const rows = `The registry rows of ${counted(lost.count, 'target')} in a scope vanished, and all that was recorded of them`;
  if (!rowsLost) await tellOperators(rows, 'They are not watched any more: restore both tables.', deps);
  return lost;
}

/** Before the first target is kept without a row. */
async function raiseAlarm({ all, scopes }: Census, deps: Deps): Promise<void> {
  if (all.vanished === 0) return;
  const rows = `The registry rows of ${counted(all.vanished, 'target')} in ${counted(scopes, 'scope')} vanished at once`;
  const then =
    'The targets are still watched: by their last known owners, with the thresholds of their kind.';
  await tellOperators(rows, then, deps);
}

/** One line for each operator; none while an earlier alarm stands. */
async function tellOperators(rows: string, then: string, { tables, mail, tick, log }: Deps): Promise<void> {
  log.warn(`${rows}; the alarm stands for a day.`);
  if (mail.to === 'none') return;
  for await (const { rowsLost } of tables.scopes.all()) if (rowsLost) return;
  const note = `${rows}, and the API did not delete them, as the sweep of ${formatInstant(tick)} found. ${then}`;
  // The same key for the whole day: after a crash, the next tick puts the same line again.
  const about = tick - (tick % DAY);
  const line = {
    scope: 'registry',
    name: '',
    reason: 'rowsLost',
    about,
    crossedOn: about,
    since: tick,
    note,
  };
  await tables.outbox.put(mail.operators.map((owner): Reminder => ({ owner, ...line })));
}
