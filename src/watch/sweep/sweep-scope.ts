/** The sweep of one scope: merge its rows with its recorded expiries, read what is due, record what was learnt. */
import { assess, assessGone, scheduleOf } from '../../core/assess';
import { type Counts, counted, NO_COUNTS } from '../../core/counts';
import type { Expiry } from '../../core/expiry';
import { fullPace } from '../../core/pace';
import type { Reading } from '../../core/reading';
import { isWatched } from '../../core/target';
import type { MailPolicy } from '../../core/watched';
import { DAY, HOUR, type Instant, MINUTE } from '../../formats/instant';
import type { Answer, Clock, Log, Tables } from '../ports';
import { mergeRows, type Pair } from '../targets/merge-rows';
import { type Kinds, type ParsedTarget, parseTarget, sourceOf } from '../targets/parse-target';
import { type Lease, LeaseLost, takeLease } from './lease';
import type { SweepMessage } from './message';
import { KEPT_WAITING, type PacedReader, type Permit, pacedReader } from './paced-reader';
import { outcomeOf } from './record';
import { type Recorder, recorder } from './recorder';
import { troublesOf } from './scope-troubles';

const TIME_BUDGET = 4 * MINUTE;
/** A removed target's state is kept this long, so that a delete and re-import mails nobody twice. */
const REMEMBERED = 7 * DAY;
/** After this a target that could not even be tried counts as failing, and its reminders go by the last known expiry. */
const LONGEST_UNTRIED = HOUR;

export interface SweepScope {
  readonly tables: Tables;
  readonly clock: Clock;
  readonly kinds: Kinds;
  readonly mail: MailPolicy;
}

/** One target that is to be read. */
interface Job {
  readonly parsed: ParsedTarget;
  readonly before: Expiry | undefined;
  read(): Promise<Answer>;
}

interface Sweep extends SweepScope {
  readonly lease: Lease;
  readonly recorder: Recorder;
  readonly reader: PacedReader<Job>;
  readonly totals: { counts: Counts; ownerless: number; rows: number };
}

/** @returns the message that continues this sweep, if its time budget ended before its scope did. */
export async function sweepScope(
  message: SweepMessage,
  watch: SweepScope,
  log: Log,
): Promise<SweepMessage[]> {
  const taken = await takeLease(watch.tables.scopes, message, watch.clock);
  if ('refusal' in taken) {
    log.info(`Scope '${message.scope}' is not swept for ${message.tick}: ${taken.refusal}.`);
    return [];
  }
  try {
    return await sweepUnderLease(message, taken.lease, watch, log);
  } catch (error) {
    if (!(error instanceof LeaseLost)) throw error;
    log.warn(error.message);
    return [];
  }
}

async function sweepUnderLease(
  message: SweepMessage,
  lease: Lease,
  watch: SweepScope,
  log: Log,
): Promise<SweepMessage[]> {
  const { scope, tick } = message;
  const deadline = watch.clock.now() + TIME_BUDGET;
  const sweep = begin(scope, lease, deadline, watch, log);
  const cursor = await visitAll(message, deadline, sweep);
  await sweep.reader.drain();
  await sweep.recorder.finish();
  const pace = sweep.reader.pace();
  const { counts, ownerless, rows } = sweep.totals;
  if (cursor !== undefined) {
    await lease.release({ pace, partial: { counts, ownerless } });
    return [{ scope, tick, cursor }];
  }
  if (rows === 0 && message.cursor === undefined) {
    await watch.tables.scopes.remove(scope);
    return [];
  }
  const finishedOn = watch.clock.now();
  const { tick: finishedTick = finishedOn, startedOn = finishedOn } = lease.row;
  const { troubles, lines } = troublesOf(lease.row, { counts, ownerless }, watch.mail, finishedOn);
  await watch.tables.outbox.put(lines);
  await lease.release({
    pace,
    counts,
    finishedTick,
    finishedOn,
    durationMs: finishedOn - startedOn,
    troubles,
  });
  log.info(`Scope '${scope}' is swept: ${JSON.stringify(counts)}.`);
  return [];
}

function begin(scope: string, lease: Lease, until: Instant, watch: SweepScope, log: Log): Sweep {
  const { tables, clock, kinds } = watch;
  const mail = lease.row.troubles?.scopeFailing ? { ...watch.mail, scopeFails: true } : watch.mail;
  const records = recorder(scope, tables, lease, log);
  const { counts = NO_COUNTS, ownerless = 0 } = lease.row.partial ?? {};
  const totals = { counts, ownerless, rows: 0 };
  const limits = sourceOf(scope, kinds)?.limits ?? { rate: 1, burst: 1 };
  const reader: PacedReader<Job> = pacedReader({
    limits,
    pace: lease.row.pace ?? fullPace(limits, clock.now()),
    clock,
    until,
    read: job => job.read(),
    arrived: (job, reading, now) => settle(job, reading, now, sweep),
    meanwhile: async () => {
      await lease.hold(reader.pace());
      await records.writeFull();
    },
  });
  const sweep: Sweep = { lease, tables, clock, kinds, mail, recorder: records, reader, totals };
  return sweep;
}

/** @returns the name after which the next sweep goes on, when the time budget ended first. */
async function visitAll(
  { scope, cursor }: SweepMessage,
  deadline: Instant,
  sweep: Sweep,
): Promise<string | undefined> {
  const { registry, expiries } = sweep.tables;
  let last = cursor;
  for await (const pair of mergeRows(registry.rows(scope, cursor), expiries.rows(scope, cursor))) {
    if (last !== undefined && sweep.clock.now() >= deadline) return last;
    const permit = await visit(pair, sweep);
    if (permit === 'outOfTime' && last !== undefined) return last;
    await sweep.lease.hold(sweep.reader.pace());
    await sweep.recorder.writeFull();
    last = pair.name;
  }
  return undefined;
}

/** @returns `outOfTime` for a target that is left to the next message. */
async function visit({ row, state }: Pair, sweep: Sweep): Promise<Permit | undefined> {
  sweep.totals.rows += 1;
  const now = sweep.clock.now();
  if (!row) return void removeGone(state, now, sweep);
  const parsed = parseTarget(row, sweep.kinds);
  const dueOn = dueSince(parsed, state, now, sweep.mail);
  const { located } = parsed;
  if (dueOn === undefined || !located) return void settle({ parsed, before: state }, undefined, now, sweep);
  const job: Job = { parsed, before: state, read: () => located.read() };
  const permit = await sweep.reader.read(job);
  if (permit !== 'paused') return permit;
  const untried = state?.checkedOn !== undefined && now - dueOn >= LONGEST_UNTRIED;
  settle(job, untried ? KEPT_WAITING : undefined, sweep.clock.now(), sweep);
  return permit;
}

/** Since when a read is due; undefined while it is not. */
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

function settle(job: Omit<Job, 'read'>, reading: Reading | undefined, now: Instant, sweep: Sweep): void {
  const { parsed, before } = job;
  if (!before && !isWatched(parsed.watched.columns)) return;
  const assessment = assess(parsed.watched, before, reading, sweep.mail, now);
  sweep.totals.counts = counted(sweep.totals.counts, assessment.tally);
  if (assessment.listing?.owners.length === 0) sweep.totals.ownerless += 1;
  sweep.recorder.add(
    outcomeOf(before, assessment, sweep.tables.calendar, { read: reading !== undefined, forget: false }),
  );
}

function removeGone(state: Expiry, now: Instant, sweep: Sweep): void {
  const forget =
    state.goneSince !== undefined &&
    now - state.goneSince >= REMEMBERED &&
    state.calendarKeys.join('') === '';
  const outcome = outcomeOf(state, assessGone(state, now), sweep.tables.calendar, { read: false, forget });
  sweep.recorder.add(outcome);
}
