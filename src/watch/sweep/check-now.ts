/** Checking now: one target is read because somebody asks, under its scope's lease and pace as a sweep would read it. */

import { type Assessment, assess } from '../../core/assess';
import { itemOf, type StatusItem } from '../../core/listing';
import { fullPace, type Pace, waitFor } from '../../core/pace';
import type { Reading } from '../../core/reading';
import { isWatched, type Key } from '../../core/target';
import { type Instant, SECOND } from '../../formats/instant';
import type { Located, Log, Source } from '../ports';

import { type ParsedTarget, parseTarget } from '../targets/parse-target';
import { borrowLease, type Lease, LeaseLost } from './lease';
import { type PacedReader, pacedReader } from './paced-reader';
import { outcomeOf, recordMoving, recordStaying } from './record';
import type { SweepScope } from './sweep-scope';

export interface Checked {
  readonly asOf: Instant;
  readonly item: StatusItem;
  /** False when a sweep had the scope: it will see for itself. */
  readonly recorded: boolean;
}

export type CheckAnswer =
  | Checked
  | { readonly refused: 'unknown' }
  | { readonly refused: 'invalid' | 'notWatched'; readonly reason: string }
  | { readonly refused: 'throttled'; readonly retryAfterMs: number };

type Throttled = Extract<CheckAnswer, { refused: 'throttled' }>;

/** What is asked for, found and fit to be read. */
interface Job {
  readonly key: Key;
  readonly parsed: ParsedTarget;
  readonly source: Source;
  readonly located: Located;
}

/** A person waits for the answer. */
const PATIENCE = 20 * SECOND;

export async function checkNow(key: Key, watch: SweepScope, log: Log): Promise<CheckAnswer> {
  const job = await findJob(key, watch);
  if ('refused' in job) return job;
  const taken = await borrowLease(watch.tables.scopes, key.scope, watch.clock);
  if ('lease' in taken) return await checkUnderLease(job, taken.lease, watch, log);
  const stored = await watch.tables.scopes.get(key.scope);
  const { result } = await read(job, stored?.row.pace, async () => {}, watch);
  if ('refused' in result) return result;
  return checked(job, await judge(job, result.reading, watch), false);
}

async function findJob(key: Key, watch: SweepScope): Promise<Job | Exclude<CheckAnswer, Checked>> {
  const row = await watch.tables.registry.row(key);
  if (!row) return { refused: 'unknown' };
  const parsed = parseTarget(row, watch.kinds);
  const { located, source, watched } = parsed;
  if (watched.faults.length > 0 || !located || !source)
    return { refused: 'invalid', reason: watched.faults.join('; ') };
  if (isWatched(watched.columns)) return { key, parsed, source, located };
  const reason = watched.columns.enabled ? 'another target took its place (replacedBy)' : 'it is not enabled';
  return { refused: 'notWatched', reason };
}

async function checkUnderLease(job: Job, lease: Lease, watch: SweepScope, log: Log): Promise<CheckAnswer> {
  // A lease that is lost while waiting stays lost: recording will find that.
  const hold = async (pace: Pace) => void (await unlessLost(lease.hold(pace)));
  const { result, pace } = await read(job, lease.row.pace, hold, watch);
  if ('refused' in result) {
    await unlessLost(lease.release({ pace }));
    return result;
  }
  const judged = await judge(job, result.reading, watch);
  // Lost to a sweep that went over a stalled check: what was read is still true, and the sweep sees for itself.
  const recorded = await unlessLost(record(judged, lease, watch, log));
  if (recorded) await unlessLost(lease.release({ pace }));
  return checked(job, judged, recorded);
}

type Read = { readonly result: { readonly reading: Reading } | Throttled; readonly pace: Pace };

/** Reads once as the pace allows; where it does not for longer than a person waits, that is the answer. */
async function read(
  { source: { limits }, located }: Job,
  known: Pace | undefined,
  hold: (pace: Pace) => Promise<void>,
  { clock }: SweepScope,
): Promise<Read> {
  let reading: Reading | undefined;
  const start = clock.now();
  const reader: PacedReader<Located> = pacedReader({
    limits,
    pace: known ?? fullPace(limits, start),
    clock,
    until: start + PATIENCE,
    read: target => target.read(),
    arrived: (_, arrived) => {
      reading = arrived;
    },
    meanwhile: () => hold(reader.pace()),
  });
  await reader.read(located);
  await reader.drain();
  const pace = reader.pace();
  const isRefused = reading?.outcome === 'failed' && reading.code === 'throttled';
  if (reading && !isRefused) return { result: { reading }, pace };
  return { result: { refused: 'throttled', retryAfterMs: waitFor(pace, limits, clock.now()) }, pace };
}

interface Judged {
  readonly now: Instant;
  readonly assessment: Assessment;
  readonly outcome: ReturnType<typeof outcomeOf>;
}

async function judge({ key, parsed }: Job, reading: Reading, watch: SweepScope): Promise<Judged> {
  const { tables, clock, mail } = watch;
  const before = await tables.expiries.row(key);
  const now = clock.now();
  const assessment = assess(parsed.watched, before, reading, mail, now);
  const outcome = outcomeOf(before, assessment, tables.calendar, { read: true, forget: false });
  return { now, assessment, outcome };
}

async function record({ outcome }: Judged, lease: Lease, { tables }: SweepScope, log: Log): Promise<void> {
  const write = outcome.moves ? recordMoving : recordStaying;
  await write(lease.row.scope, [outcome], tables, lease, log);
}

async function unlessLost(work: Promise<void>): Promise<boolean> {
  try {
    await work;
    return true;
  } catch (error) {
    if (error instanceof LeaseLost) return false;
    throw error;
  }
}

function checked({ key }: Job, { now, assessment }: Judged, recorded: boolean): Checked {
  const { listing } = assessment;
  if (!listing) throw new Error('A watched target is on no report.');
  return { asOf: now, item: itemOf({ ...key, listing }, now), recorded };
}
