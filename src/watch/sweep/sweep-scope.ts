/** The sweep of one scope: take the lease, merge registry and expiries, read what is due, record it, release the lease. */
import { assess, assessGone, scheduleOf } from '../../core/assess';
import { NO_COUNTS, withTarget } from '../../core/counts';
import type { Expiry } from '../../core/expiry';
import { fullPace } from '../../core/pace';
import type { Reading } from '../../core/reading';
import { isWatched } from '../../core/target';
import type { MailPolicy } from '../../core/watched';
import { DAY, HOUR, type Instant, MINUTE } from '../../formats/instant';
import type { Clock, Log, ReadResult, Tables } from '../ports';
import { mergeRows, type Pair } from '../targets/merge-rows';
import { type Kinds, type ParsedTarget, parseTarget, sourceOf } from '../targets/parse-target';
import { type Lease, LeaseLost, takeLease, underLease } from './lease';
import { type Findings, operatorNoticesOf } from './operator-notices';
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

interface Sweep extends Deps {
  readonly lease: Lease;
  readonly deadline: Instant;
  readonly recorder: Recorder;
  readonly reader: PacedReader<Job>;
  /** What the sweep found so far, and how many rows of the two tables it merged. */
  readonly totals: Findings & { rows: number };
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
  if (cursor === undefined) {
    await finish(message, sweep);
    return [];
  }
  const { counts, ownerless } = sweep.totals;
  await sweep.lease.release({ pace: sweep.reader.pace(), partial: { counts, ownerless } });
  return [{ ...message, cursor }];
}

function begin(scope: string, lease: Lease, deps: Deps, log: Log): Sweep {
  const { tables, clock, kinds } = deps;
  const { pace, partial, operatorNotices } = lease.row;
  const deadline = clock.now() + TIME_BUDGET;
  const records = recorder({ scope, tables, lease, log });
  const limits = sourceOf(scope, kinds)?.limits ?? { rate: 1, burst: 1 };
  const reader: PacedReader<Job> = pacedReader({
    limits,
    pace: pace ?? fullPace(limits, clock.now()),
    clock,
    until: deadline,
    read: job => job.read(),
    onReading: (job, reading, now) => recordOutcome(job, reading, now, sweep),
    async whileWaiting() {
      await lease.renew(reader.pace());
      await records.writeFull();
    },
  });
  const mail = operatorNotices?.scopeFailing ? { ...deps.mail, scopeFails: true } : deps.mail;
  const totals = { counts: partial?.counts ?? NO_COUNTS, ownerless: partial?.ownerless ?? 0, rows: 0 };
  const sweep: Sweep = { ...deps, mail, lease, deadline, recorder: records, reader, totals, log };
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
  if (!row) return void recordGone(before, now, sweep);
  const parsed = parseTarget(row, sweep.kinds);
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
  if (!isWatched(watched.columns)) return undefined;
  if (!state) return now;
  const { on } = scheduleOf(watched, state, mail, now);
  return on <= now ? on : undefined;
}

/** Assesses a target with its reading, or without one, and hands the planned write to the recorder. */
function recordOutcome(
  { parsed: { watched }, before }: Visit,
  reading: Reading | undefined,
  now: Instant,
  { mail, tables, totals, recorder }: Sweep,
): void {
  if (!before && !isWatched(watched.columns)) return;
  const assessment = assess(watched, before, reading, mail, now);
  totals.counts = withTarget(totals.counts, assessment.tally);
  if (assessment.listing?.owners.length === 0) totals.ownerless += 1;
  recorder.add(
    plannedWriteOf(before, assessment, tables.calendar, { read: reading !== undefined, forget: false }, now),
  );
}

function recordGone(state: Expiry, now: Instant, { tables, recorder }: Sweep): void {
  const { goneSince = now, calendarKeys } = state;
  const forget = now - goneSince >= KEPT_AFTER_REMOVAL && calendarKeys.join('') === '';
  recorder.add(plannedWriteOf(state, assessGone(state, now), tables.calendar, { read: false, forget }, now));
}

/** Stores how the sweep ended, and releases the lease. A scope without any row is removed. */
async function finish({ scope, cursor }: SweepMessage, sweep: Sweep): Promise<void> {
  const { tables, clock, mail, lease, reader, totals, log } = sweep;
  if (totals.rows === 0 && cursor === undefined) return await tables.scopes.remove(scope);
  const finishedOn = clock.now();
  const { tick: finishedTick = finishedOn, startedOn = finishedOn } = lease.row;
  const { counts } = totals;
  const { operatorNotices, lines } = operatorNoticesOf(lease.row, totals, mail, finishedOn);
  await tables.outbox.put(lines);
  const durationMs = finishedOn - startedOn;
  await lease.release({ pace: reader.pace(), counts, finishedTick, finishedOn, durationMs, operatorNotices });
  log.info(`Scope '${scope}' is swept: ${JSON.stringify(counts)}.`);
}
