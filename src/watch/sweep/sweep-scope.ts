/** The sweep of one scope: take the lease, merge registry and expiries, read what is due, record it, release the lease. */
import { assess, assessGone, scheduleOf } from '../../core/assess';
import { NO_COUNTS, withTarget } from '../../core/counts';
import { eventLine } from '../../core/events';
import type { Expiry } from '../../core/expiry';
import { fullPace } from '../../core/pace';
import { readabilityOf } from '../../core/readability';
import type { FailureCode, Reading } from '../../core/reading';
import { NO_READS, withReadsOf } from '../../core/scope-reads';
import { isReported, isWatched, type MailPolicy } from '../../core/watched';
import { DAY, formatInstant, HOUR, type Instant, MINUTE } from '../../formats/instant';
import { traceIdOf } from '../../formats/traceparent';
import type { Clock, Log, ReadResult, RowsLost, Tables } from '../ports';
import { rowOfLost } from '../targets/lost-row';
import { mergeRows, type Pair } from '../targets/merge-rows';
import { type Kinds, type ParsedTarget, sourceOf } from '../targets/parse-target';
import { resolveTarget, type Successors, successorsIn } from '../targets/successors';
import { type Lease, LeaseLost, takeLease, underLease } from './lease';
import { type RowGate, rowGate, withLost } from './lost-rows';
import { type Findings, mailIn, operatorNoticesOf } from './operator-notices';
import { KEPT_WAITING, type PacedReader, type Permit, pacedReader } from './paced-reader';
import { plannedWriteOf, type Recorder, recorder } from './record';
import type { SweepMessage } from './start-sweep';

const TIME_BUDGET = 4 * MINUTE;
/** The state of a removed target is kept this long, so that a removal and a new import send no mail twice. */
const KEPT_AFTER_REMOVAL = 7 * DAY;
/** A due target that could not be tried for this long counts as failing: its reminders then go by the last known expiry. */
const LONGEST_UNTRIED = HOUR;

export interface Deps {
  readonly tables: Tables;
  readonly clock: Clock;
  readonly kinds: Kinds;
  readonly mail: MailPolicy;
}

/** A registered target in this sweep. */
interface Visit {
  readonly parsed: ParsedTarget;
  readonly before: Expiry | undefined;
}

/** A visit in which the target is read. */
interface Job extends Visit {
  read(): Promise<ReadResult>;
}

type Totals = Findings & {
  /** Reminders that reached nobody. */
  unreached: number;
  rows: number;
  rowsLost: RowsLost | undefined;
  /** Whether the last read failed because there was no sign-in; undefined while nothing was read. */
  signInFails: boolean | undefined;
  /** Reads of this run that failed, by reason. */
  readonly failedReads: Map<FailureCode, number>;
};

interface Sweep extends Deps {
  readonly lease: Lease;
  readonly deadline: Instant;
  readonly recorder: Recorder;
  readonly reader: PacedReader<Job>;
  readonly successors: Successors;
  readonly gate: RowGate;
  /** What the sweep found so far, and how many rows of the two tables it merged. */
  readonly totals: Totals;
  readonly log: Log;
}

/** @returns the message that continues this sweep, if its time budget ended before the scope did */
export async function sweepScope(message: SweepMessage, deps: Deps, log: Log): Promise<SweepMessage[]> {
  const taken = await takeLease(deps.tables.scopes, message, deps.clock);
  if ('refusal' in taken) {
    log.info(`Scope '${message.scope}' is not swept for ${message.tick}: ${taken.refusal}.`);
    return [];
  }
  try {
    return await sweepUnderLease(message, taken.lease, deps, log);
  } catch (error) {
    if (!(error instanceof LeaseLost)) throw error;
    log.warn(error.message);
    return [];
  }
}

async function sweepUnderLease(
  message: SweepMessage,
  lease: Lease,
  deps: Deps,
  log: Log,
): Promise<SweepMessage[]> {
  const sweep = begin(message.scope, lease, deps, log);
  const work = () => sweepToEnd(message, sweep);
  return await underLease(lease, log, work, async () => {
    await sweep.reader.settled();
    await sweep.recorder.settled();
    return sweep.reader.pace();
  });
}

async function sweepToEnd(message: SweepMessage, sweep: Sweep): Promise<SweepMessage[]> {
  const cursor = await visitAll(message, sweep);
  await sweep.reader.drain();
  await sweep.recorder.finish();
  for (const [code, reads] of sweep.totals.failedReads)
    sweep.log.warn(eventLine('readFailed', { scope: message.scope, code, reads }));
  if (cursor === undefined) {
    await finish(message, sweep);
    return [];
  }
  const { counts, ownerless, unreached, reads, rowsLost } = sweep.totals;
  const partial = { counts, ownerless, unreached, reads, rowsLost };
  const known = rowsLost ?? sweep.lease.row.rowsLost;
  await sweep.lease.release({ pace: sweep.reader.pace(), partial, rowsLost: known });
  return [{ ...message, cursor }];
}

function begin(scope: string, lease: Lease, deps: Deps, log: Log): Sweep {
  const { tables, clock, kinds } = deps;
  const { pace, partial, tick = clock.now() } = lease.row;
  const deadline = clock.now() + TIME_BUDGET;
  const records = recorder({ scope, tables, lease, log });
  const limits = sourceOf(scope, kinds)?.limits ?? { rate: 1, burst: 1 };
  const reader: PacedReader<Job> = pacedReader({
    limits,
    pace: pace ?? fullPace(limits, clock.now()),
    clock,
    until: deadline,
    read: job => job.read(),
    onReading(job, reading, now) {
      if (reading.outcome === 'failed') countFailed(reading.code, sweep.totals.failedReads);
      recordOutcome(job, reading, now, sweep);
    },
    async whileWaiting() {
      await lease.renew(reader.pace());
      await records.writeFull();
    },
  });
  const mail = mailIn(lease.row, deps.mail);
  const { counts = NO_COUNTS, ownerless = 0, unreached = 0, reads = NO_READS, rowsLost } = partial ?? {};
  const found = { counts, ownerless, unreached, reads, rowsLost };
  const totals: Totals = { ...found, signInFails: undefined, rows: 0, failedReads: new Map() };
  const successors = successorsIn(scope, tables, kinds);
  const gate = rowGate({ tables, mail, scope, tick, log });
  const shared = { lease, deadline, recorder: records, reader, successors, gate };
  const sweep: Sweep = { ...deps, mail, ...shared, totals, log };
  return sweep;
}

/** @returns the name after which the next message continues, if the time budget ended first */
async function visitAll({ scope, cursor }: SweepMessage, sweep: Sweep): Promise<string | undefined> {
  let last = cursor;
  for await (const pair of mergeRows(sweep.tables, scope, cursor)) {
    if (last !== undefined && sweep.clock.now() >= sweep.deadline) return last;
    const permit = await visit(pair, sweep);
    if (permit === 'outOfTime' && last !== undefined) return last;
    await sweep.lease.renew(sweep.reader.pace());
    await sweep.recorder.writeFull();
    last = pair.name;
  }
  return undefined;
}

/** @returns `outOfTime` if the target is left to the next message */
async function visit({ row, state: before }: Pair, sweep: Sweep): Promise<Permit | undefined> {
  sweep.totals.rows += 1;
  const now = sweep.clock.now();
  if (!row && (before.goneSince !== undefined || !(await sweep.gate.isLost(before))))
    return void recordGone(before, now, sweep);
  if (before && row?.lost && (await sweep.gate.mayGo(before, row.lost, now)))
    return void recordGone(before, now, sweep);
  const known = row ?? rowOfLost(before, await sweep.gate.remembered(before, now));
  const parsed = await resolveTarget(known, sweep.kinds, sweep.successors);
  const { located } = parsed;
  const dueOn = dueSince(parsed, before, now, sweep.mail);
  if (dueOn === undefined || !located) return void recordOutcome({ parsed, before }, undefined, now, sweep);
  const permit = await sweep.reader.read({ parsed, before, read: () => located.read() });
  if (permit !== 'paused') return permit;
  const isUntried = before?.checkedOn !== undefined && now - dueOn >= LONGEST_UNTRIED;
  recordOutcome({ parsed, before }, isUntried ? KEPT_WAITING : undefined, sweep.clock.now(), sweep);
  return permit;
}

/** Since when a read is due; undefined if it is not. */
function dueSince(
  { watched }: ParsedTarget,
  state: Expiry | undefined,
  now: Instant,
  mail: MailPolicy,
): Instant | undefined {
  if (!isWatched(watched)) return undefined;
  // An attempt that lies ahead is of a clock that was wrong. The target must not wait until then.
  if (state?.checkedOn === undefined || state.checkedOn > now) return now;
  const { on } = scheduleOf(watched, state, mail, now);
  return on <= now ? on : undefined;
}

function countFailed(code: FailureCode, failedReads: Map<FailureCode, number>): void {
  failedReads.set(code, (failedReads.get(code) ?? 0) + 1);
}

/** Assesses a target with its reading, or without one, and hands the planned write to the recorder. */
function recordOutcome(
  { parsed: { watched, located }, before }: Visit,
  reading: Reading | undefined,
  now: Instant,
  { mail, tables, totals, recorder }: Sweep,
): void {
  if (!before && !isReported(watched)) return;
  const assessment = assess(watched, before, reading, mail, now);
  totals.counts = withTarget(totals.counts, assessment.tally);
  if (assessment.tally && located) totals.reads = withReadsOf(totals.reads, assessment.after);
  if (reading) totals.signInFails = reading.outcome === 'failed' && reading.signIn === true;
  const { listing } = assessment;
  if (listing && watched.lost) totals.rowsLost = withLost(totals.rowsLost, watched.lost);
  else if (assessment.tally && listing?.owners.length === 0) totals.ownerless += 1;
  totals.unreached += assessment.unreached;
  recorder.add(
    plannedWriteOf(before, assessment, tables.calendar, { read: reading !== undefined, forget: false }, now),
  );
}

function recordGone(state: Expiry, now: Instant, { tables, recorder }: Sweep): void {
  const { goneSince = now, calendarKeys } = state;
  const forget = now - goneSince >= KEPT_AFTER_REMOVAL && calendarKeys.join('') === '';
  recorder.add(plannedWriteOf(state, assessGone(state, now), tables.calendar, { read: false, forget }, now));
}

/** Stores how the sweep ended, and releases the lease. A scope without any row is removed, unless its tables are lost. */
async function finish({ scope, cursor, traceparent }: SweepMessage, sweep: Sweep): Promise<void> {
  const { tables, clock, mail, lease, reader, gate, totals, log } = sweep;
  const finishedOn = clock.now();
  if (totals.rows === 0 && cursor === undefined) {
    totals.rowsLost = await gate.lostWithExpiries(lease.row, finishedOn);
    if (!totals.rowsLost) return await tables.scopes.remove(scope);
  }
  const { tick: finishedTick = finishedOn, startedOn = finishedOn } = lease.row;
  const { counts, unreached, rowsLost } = totals;
  const { operatorNotices, lines } = operatorNoticesOf(lease.row, totals, mail, finishedOn);
  await tables.outbox.put(lines);
  const durationMs = finishedOn - startedOn;
  const readability = readabilityOf(totals.reads, totals.signInFails, lease.row.readability);
  const found = { counts, unreached, rowsLost, readability, operatorNotices, seenOn: undefined };
  await lease.release({ pace: reader.pace(), finishedTick, finishedOn, durationMs, ...found });
  log.info(`Scope '${scope}' is swept: ${JSON.stringify(counts)}.`);
  const { total: targets, failing, invalid } = counts;
  const tick = formatInstant(finishedTick);
  const startedBy = traceIdOf(traceparent);
  log.info(eventLine('sweepFinished', { scope, tick, startedBy, durationMs, targets, failing, invalid }));
  const { failedOnce, refused } = totals.reads;
  const { scopeFailing } = operatorNotices;
  if (!scopeFailing || failedOnce > 0) return;
  const since = formatInstant(scopeFailing.since);
  log.warn(eventLine('scopeFailing', { scope, since, targets, refused }));
}
