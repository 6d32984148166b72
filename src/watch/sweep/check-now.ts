/** Checking now: reads one target when a person asks for it, under its scope's lease and pace like a sweep. */
import { assess } from '../../core/assess';
import { itemOf, type StatusItem } from '../../core/listing';
import { fullPace, type Pace, waitFor } from '../../core/pace';
import type { Reading } from '../../core/reading';
import { isWatched, type Key } from '../../core/target';
import { type Instant, SECOND } from '../../formats/instant';
import type { Located, Log, Source } from '../ports';
import { type ParsedTarget, parseTarget } from '../targets/parse-target';
import { reserveCheck } from './check-share';
import { borrowLease, type Lease, LeaseLost, underLease } from './lease';
import { type PacedReader, pacedReader } from './paced-reader';
import { plannedWriteOf, recordMoving, recordStaying } from './record';
import type { Deps } from './sweep-scope';

export interface Checked {
  readonly asOf: Instant;
  readonly item: StatusItem;
  /** False if a sweep held the lease. That sweep reads the target itself. */
  readonly recorded: boolean;
}

export type CheckResult =
  | Checked
  | { readonly refused: 'unknown' }
  | { readonly refused: 'invalid' | 'notWatched'; readonly reason: string }
  /** `by`: the pace of the whole scope, or the share of it that checks may use. */
  | { readonly refused: 'throttled'; readonly by: 'scope' | 'share'; readonly retryAfterMs: number };

/** A target that exists and can be read. */
interface Job {
  readonly key: Key;
  readonly parsed: ParsedTarget;
  readonly source: Source;
  readonly located: Located;
}

/** A person waits for the answer. */
const LONGEST_WAIT = 20 * SECOND;

export async function checkNow(key: Key, deps: Deps, log: Log): Promise<CheckResult> {
  const job = await findJob(key, deps);
  if ('refused' in job) return job;
  const { tables, clock } = deps;
  const share = await reserveCheck(tables.scopes, key.scope, job.source.limits, clock);
  if ('retryAfterMs' in share) return { refused: 'throttled', by: 'share', ...share };
  if (share.mustYield) return await checkWithoutLease(job, deps);
  const taken = await borrowLease(tables.scopes, key.scope, clock, true);
  if ('refusal' in taken) return await checkWithoutLease(job, deps);
  const { lease } = taken;
  return await underLease(lease, log, () => checkUnderLease(job, lease, deps, log));
}

/** The answer is fresh and not recorded: a sweep has the scope, and reads the target itself. */
async function checkWithoutLease(job: Job, deps: Deps): Promise<CheckResult> {
  const stored = await deps.tables.scopes.get(job.key.scope);
  const { reading, pace } = await read(job, stored?.pace, async () => {}, deps);
  if (!reading) return throttled(job, pace, deps);
  return answerOf(job, await assessReading(job, reading, deps), false);
}

async function findJob(key: Key, deps: Deps): Promise<Job | Exclude<CheckResult, Checked>> {
  const row = await deps.tables.registry.row(key);
  if (!row) return { refused: 'unknown' };
  const parsed = parseTarget(row, deps.kinds);
  const { located, source, watched } = parsed;
  if (watched.faults.length > 0 || !located || !source)
    return { refused: 'invalid', reason: watched.faults.join('; ') };
  if (isWatched(watched.columns)) return { key, parsed, source, located };
  const reason = watched.columns.enabled ? 'another target took its place (replacedBy)' : 'it is not enabled';
  return { refused: 'notWatched', reason };
}

async function checkUnderLease(job: Job, lease: Lease, deps: Deps, log: Log): Promise<CheckResult> {
  // If the lease is lost during a wait, the record below fails, too.
  const renew = async (pace: Pace) => void (await unlessLost(lease.renew(pace)));
  const { reading, pace } = await read(job, lease.row.pace, renew, deps);
  if (!reading) {
    await unlessLost(lease.release({ pace }));
    return throttled(job, pace, deps);
  }
  const assessed = await assessReading(job, reading, deps);
  // After a stalled check a sweep may have taken the lease. The reading is still true, and the sweep reads the target itself.
  const recorded = await unlessLost(record(assessed, lease, deps, log));
  if (recorded) await unlessLost(lease.release({ pace }));
  return answerOf(job, assessed, recorded);
}

/** Reads once, as the pace allows. There is no reading if that would take longer than a person waits. */
async function read(
  { source: { limits }, located }: Job,
  known: Pace | undefined,
  renew: (pace: Pace) => Promise<void>,
  { clock }: Deps,
): Promise<{ readonly reading: Reading | undefined; readonly pace: Pace }> {
  let reading: Reading | undefined;
  const start = clock.now();
  const reader: PacedReader<Located> = pacedReader({
    limits,
    pace: known ?? fullPace(limits, start),
    clock,
    until: start + LONGEST_WAIT,
    read: target => target.read(),
    onReading: (_, arrived) => {
      reading = arrived;
    },
    whileWaiting: () => renew(reader.pace()),
  });
  await reader.read(located);
  await reader.drain();
  const isRefused = reading?.outcome === 'failed' && reading.code === 'throttled';
  return { reading: isRefused ? undefined : reading, pace: reader.pace() };
}

function throttled({ source }: Job, pace: Pace, { clock }: Deps): CheckResult {
  return { refused: 'throttled', by: 'scope', retryAfterMs: waitFor(pace, source.limits, clock.now()) };
}

type Assessed = Awaited<ReturnType<typeof assessReading>>;

async function assessReading({ key, parsed }: Job, reading: Reading, deps: Deps) {
  const { tables, clock, mail } = deps;
  const before = await tables.expiries.row(key);
  const now = clock.now();
  const assessment = assess(parsed.watched, before, reading, mail, now);
  const plannedWrite = plannedWriteOf(
    before,
    assessment,
    tables.calendar,
    { read: true, forget: false },
    now,
  );
  return { now, assessment, plannedWrite };
}

async function record({ plannedWrite }: Assessed, lease: Lease, { tables }: Deps, log: Log): Promise<void> {
  const write = plannedWrite.moves ? recordMoving : recordStaying;
  await write([plannedWrite], { scope: lease.row.scope, tables, lease, log });
}

/** False if the lease was lost. */
async function unlessLost(work: Promise<void>): Promise<boolean> {
  try {
    await work;
    return true;
  } catch (error) {
    if (error instanceof LeaseLost) return false;
    throw error;
  }
}

function answerOf({ key }: Job, { now, assessment }: Assessed, recorded: boolean): Checked {
  const { listing } = assessment;
  if (!listing) throw new Error('A watched target is on no report.');
  return { asOf: now, item: itemOf({ ...key, listing }, now), recorded };
}
