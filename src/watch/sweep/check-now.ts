/** Checking now: reads one target when a person asks for it, under its scope's lease and pace like a sweep. */
import { assess } from '../../core/assess';
import { itemOf, type StatusItem } from '../../core/listing';
import { fullPace, type Pace, waitFor } from '../../core/pace';
import type { Reading } from '../../core/reading';
import type { Key } from '../../core/target';
import { isWatched, type Watched } from '../../core/watched';
import { type Instant, SECOND } from '../../formats/instant';
import type { Located, Log, ScopeRow, Source } from '../ports';
import { lostRow } from '../targets/lost-row';
import type { ParsedTarget } from '../targets/parse-target';
import { resolveTarget, successorsOf } from '../targets/successors';
import { reserveCheck } from './check-share';
import { borrowLease, type Lease, LeaseLost, underLease } from './lease';
import { mailIn } from './operator-notices';
import { type PacedReader, pacedReader } from './paced-reader';
import { plannedWriteOf, recordMoving, recordStaying } from './record';
import type { Deps } from './sweep-scope';

export interface Checked {
  readonly asOf: Instant;
  readonly item: StatusItem;
  /** False if a sweep held the lease. That sweep reads the target itself. */
  readonly recorded: boolean;
}

/** `by`: the pace of the whole scope, or the share of it that checks may use. */
export interface Throttled {
  readonly refused: 'throttled';
  readonly by: 'scope' | 'share';
  readonly retryAfterMs: number;
}

export type CheckResult =
  | Checked
  | { readonly refused: 'unknown' }
  | { readonly refused: 'invalid' | 'notWatched'; readonly reason: string }
  | Throttled;

/** Where a target is read, and what paces that. */
interface Place {
  readonly scope: string;
  readonly source: Source;
  readonly located: Located;
}

/** A target that exists and can be read. */
interface Job extends Place {
  readonly key: Key;
  readonly parsed: ParsedTarget;
}

/** What is done with a reading. Without a lease, a sweep has the scope. */
type Use<T> = (reading: Reading, scope: ScopeRow | undefined, lease: Lease | undefined) => Promise<T>;

/** A person waits for the answer. */
const LONGEST_WAIT = 20 * SECOND;

export async function checkNow(key: Key, deps: Deps, log: Log): Promise<CheckResult> {
  const job = await findJob(key, deps);
  if ('refused' in job) return job;
  return await readPaced(job, deps, log, async (reading, scope, lease) => {
    const assessed = await assessReading(job, reading, scope, deps);
    // After a stalled check a sweep may have taken the lease. The reading is still true, and the sweep reads the target itself.
    const recorded = lease !== undefined && (await unlessLost(record(assessed, lease, deps, log)));
    return answerOf(job, assessed, recorded);
  });
}

/** Reads a target that may not be registered yet, paced as a check is, and records nothing but the pace. */
export async function readNow(place: Place, deps: Deps, log: Log): Promise<Reading | Throttled> {
  return await readPaced(place, deps, log, async reading => reading);
}

/** Reads within the share of checks, under the lease of the scope if it is free. */
async function readPaced<T>(place: Place, deps: Deps, log: Log, use: Use<T>): Promise<T | Throttled> {
  const { tables, clock } = deps;
  const share = await reserveCheck(tables.scopes, place.scope, place.source.limits, clock);
  if ('retryAfterMs' in share) return { refused: 'throttled', by: 'share', ...share };
  if (share.mustYield) return await readWithoutLease(place, deps, use);
  const taken = await borrowLease(tables.scopes, place.scope, clock, true);
  if ('refusal' in taken) return await readWithoutLease(place, deps, use);
  const { lease } = taken;
  return await underLease(lease, log, () => readUnderLease(place, lease, deps, use));
}

/** The answer is fresh and not recorded: a sweep has the scope, and reads the target itself. */
async function readWithoutLease<T>(place: Place, deps: Deps, use: Use<T>): Promise<T | Throttled> {
  const stored = await deps.tables.scopes.get(place.scope);
  const { reading, pace } = await read(place, stored?.pace, async () => {}, deps);
  return reading ? await use(reading, stored, undefined) : throttled(place, pace, deps);
}

async function findJob(key: Key, deps: Deps): Promise<Job | Exclude<CheckResult, Checked>> {
  const { tables, kinds } = deps;
  const row = (await tables.registry.row(key)) ?? lostRow(await tables.expiries.row(key));
  if (!row) return { refused: 'unknown' };
  const parsed = await resolveTarget(row, kinds, successorsOf(key.scope, tables, kinds));
  const { located, source, watched } = parsed;
  if (watched.faults.length > 0 || !located || !source)
    return { refused: 'invalid', reason: watched.faults.join('; ') };
  if (isWatched(watched)) return { key, scope: key.scope, parsed, source, located };
  return { refused: 'notWatched', reason: whyNotWatched(watched) };
}

function whyNotWatched({ columns, replacement }: Watched): string {
  if (!columns.enabled) return 'it is not enabled';
  return replacement.is === 'replaced'
    ? `another target took its place (replacedBy: ${replacement.by})`
    : 'it is replaced, not verified (replacedBy names no successor)';
}

async function readUnderLease<T>(
  place: Place,
  lease: Lease,
  deps: Deps,
  use: Use<T>,
): Promise<T | Throttled> {
  // If the lease is lost during a wait, it can record nothing either.
  const renew = async (pace: Pace) => void (await unlessLost(lease.renew(pace)));
  const { reading, pace } = await read(place, lease.row.pace, renew, deps);
  const answer = reading && (await use(reading, lease.row, lease));
  await unlessLost(lease.release({ pace }));
  return answer ?? throttled(place, pace, deps);
}

/** Reads once, as the pace allows. There is no reading if that would take longer than a person waits. */
async function read(
  { source: { limits }, located }: Place,
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

function throttled({ source }: Place, pace: Pace, { clock }: Deps): Throttled {
  return { refused: 'throttled', by: 'scope', retryAfterMs: waitFor(pace, source.limits, clock.now()) };
}

type Assessed = Awaited<ReturnType<typeof assessReading>>;

async function assessReading(
  { key, parsed }: Job,
  reading: Reading,
  scope: ScopeRow | undefined,
  deps: Deps,
) {
  const { tables, clock, mail } = deps;
  const before = await tables.expiries.row(key);
  const now = clock.now();
  const assessment = assess(parsed.watched, before, reading, mailIn(scope, mail), now);
  const facts = { read: true, forget: false };
  const plannedWrite = plannedWriteOf(before, assessment, tables.calendar, facts, now);
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
