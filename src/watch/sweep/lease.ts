/** The lease of a scope: only one sweeper at a time writes, and one that lost its lease stops before it writes again. */
import { randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import type { Pace } from '../../core/pace';
import { type Instant, MINUTE, parseInstant, SECOND } from '../../formats/instant';
import { parseJson } from '../../formats/json';
import type { Clock, Log, ScopeRow, Scopes, Stored } from '../ports';
import { askChecksToYield } from './check-share';
import { isHeld } from './last-sweep';
import type { SweepMessage } from './start-sweep';

const DURATION = 2 * MINUTE;
/** No batch is written with less time left than this. */
const LEAST_LEFT = 30 * SECOND;
/** A younger lease is not renewed: with a batch every second that would double the cost of an unchanged sweep. */
const RENEW_AFTER = 15 * SECOND;
/** A sweep that works renews its lease before it is this old. */
const LONGEST_SILENCE = 30 * SECOND;
/** With a second between them, longer than a check needs. */
const MOST_LOOKS = 40;

export interface Lease {
  /** The scope's row as it was when the lease was taken. */
  readonly row: ScopeRow;
  /** Makes sure that the lease is ours with enough time left, and stores the pace when it writes. @throws LeaseLost */
  renew(pace?: Pace): Promise<void>;
  /** Ends the lease and stores what the sweep leaves behind. @throws LeaseLost */
  release(changes: Partial<ScopeRow>): Promise<void>;
  /** Ends the lease after a fault, also where the outcome of our last write is not known. Nothing can be renewed after it. */
  letGo(pace?: Pace): Promise<void>;
}

export type Refusal = 'held' | 'olderTick' | 'finished';
export type Taken = { readonly lease: Lease } | { readonly refusal: Refusal };

/** Another sweeper took the scope. It finds out for itself what was not yet written. */
export class LeaseLost extends Error {
  override name = 'LeaseLost';
  constructor(scope: string) {
    super(`The lease of scope '${scope}' is held by another sweeper; this one stops.`);
  }
}

/** The message must be tried again: acknowledging it would lose the sweep of its tick. */
export class SweepStalled extends Error {
  override name = 'SweepStalled';
  constructor(scope: string) {
    super(`The lease of scope '${scope}' is not free yet for the sweep of this tick, which is tried again.`);
  }
}

/** Whether a message may start a sweep. One that is older than a later tick, or whose sweep is finished, may not. */
export function mayTake(row: ScopeRow | undefined, tick: Instant, now: Instant): Refusal | undefined {
  // A tick in the future is an error. It would block the scope until then, so it does not count.
  const past = (known: Instant | undefined) =>
    known !== undefined && known <= now ? known : Number.NEGATIVE_INFINITY;
  if (past(row?.tick) > tick) return 'olderTick';
  if (past(row?.finishedTick) >= tick) return 'finished';
  return isHeld(row, now) ? 'held' : undefined;
}

/**
 * Takes the lease for the sweep that a message asks for. It waits for a check that has the lease.
 * @throws SweepStalled if the check keeps it, or an earlier try of the same sweep left it behind
 */
export async function takeLease(scopes: Scopes, message: SweepMessage, clock: Clock): Promise<Taken> {
  const { scope } = message;
  const tick = Math.min(parseInstant(message.tick) ?? clock.now(), clock.now());
  for (let look = 0; look < MOST_LOOKS; look += 1) {
    const now = clock.now();
    const found = await scopes.get(scope);
    const refusal = mayTake(found, tick, now);
    if (refusal === 'held' && found?.checking) {
      await askChecksToYield(scopes, scope, clock);
      await clock.sleep(SECOND);
    } else if (refusal === 'held' && found?.tick === tick && isSilent(found, now)) break;
    else if (refusal) return { refusal };
    else {
      const taken = await take(scopes, sweepOf(message, tick, found, now), found?.etag, clock);
      // Another was faster. If it was a check, the sweep waits for it.
      if ('lease' in taken) return taken;
    }
  }
  throw new SweepStalled(scope);
}

function sweepOf(
  { scope, cursor }: SweepMessage,
  tick: Instant,
  found: ScopeRow | undefined,
  now: Instant,
): ScopeRow {
  const begun = cursor !== undefined && found?.tick === tick ? found : undefined;
  const startedOn = begun?.startedOn ?? now;
  return { ...found, scope, tick, startedOn, partial: begun?.partial, checking: undefined };
}

function isSilent({ leaseUntil = 0 }: ScopeRow, now: Instant): boolean {
  return leaseUntil - now <= DURATION - LONGEST_SILENCE;
}

/** Takes the lease for work between two sweeps, which leaves ticks and counts unchanged. A sweep waits for a check. */
export async function borrowLease(
  scopes: Scopes,
  scope: string,
  clock: Clock,
  checking?: true,
): Promise<Taken> {
  const found = await scopes.get(scope);
  if (isHeld(found, clock.now())) return { refusal: 'held' };
  return take(scopes, { ...found, scope, checking }, found?.etag, clock);
}

async function take(scopes: Scopes, free: ScopeRow, etag: string | undefined, clock: Clock): Promise<Taken> {
  const row: ScopeRow = { ...free, holder: randomUUID(), leaseUntil: clock.now() + DURATION };
  const saved = await save(scopes, row, etag);
  return saved === undefined ? { refusal: 'held' } : { lease: leaseOf(scopes, row, saved, clock) };
}

/** @returns the new etag; undefined when another writer was faster. A retry of the storage client is no other writer. */
async function save(scopes: Scopes, row: ScopeRow, etag: string | undefined): Promise<string | undefined> {
  const saved = await scopes.save(row, etag);
  if (saved !== undefined) return saved;
  const found = await scopes.get(row.scope);
  const isOurs = found && isDeepStrictEqual(asStored(found), asStored({ ...row, etag: found.etag }));
  return isOurs ? found.etag : undefined;
}

/** Without the members that are undefined, as it is read again. */
function asStored(row: Stored<ScopeRow>): unknown {
  return parseJson(JSON.stringify(row));
}

function leaseOf(scopes: Scopes, taken: ScopeRow, takenEtag: string, clock: Clock): Lease {
  let row = taken;
  let etag = takenEtag;
  let isOver = false;
  let last = Promise.resolve();
  const timeLeft = () => (row.leaseUntil ?? 0) - clock.now();
  const isYoung = () => !isOver && timeLeft() > DURATION - RENEW_AFTER;
  const change = async (changes: Partial<ScopeRow>) => {
    const next = { ...row, ...changes };
    const saved = isOver ? undefined : await save(scopes, next, etag);
    if (saved === undefined) throw new LeaseLost(row.scope);
    row = next;
    etag = saved;
  };
  /** One write after the other, each after the outcome of the one before: a lost lease stays lost. */
  const inTurn = (work: () => Promise<void>) => {
    last = last.then(work);
    return last;
  };
  return {
    row: taken,
    // Called for every target, so it costs nothing while the lease is young. Until a renewal has ended, it is not young.
    renew: pace =>
      isYoung()
        ? last
        : inTurn(async () => {
            if (isYoung()) return;
            await change({ leaseUntil: clock.now() + DURATION, pace: pace ?? row.pace });
            // A renewal can take so long that little of the lease is left.
            if (timeLeft() < LEAST_LEFT) throw new LeaseLost(row.scope);
          }),
    release: changes =>
      inTurn(async () => {
        await change({ ...changes, ...FREE });
        isOver = true;
      }),
    async letGo(pace) {
      isOver = true;
      await Promise.allSettled([last]);
      const found = await scopes.get(row.scope);
      if (!found || found.holder !== taken.holder) return;
      await scopes.save({ ...found, pace: pace ?? found.pace, ...FREE }, found.etag);
    },
  };
}

const FREE = { holder: undefined, leaseUntil: undefined, checking: undefined };

/**
 * Runs work under a lease. If it fails, the lease is free for the next try.
 * @param settled waits for what the failed work still has under way, and gives the pace that it leaves behind
 */
export async function underLease<T>(
  lease: Lease,
  log: Log,
  work: () => Promise<T>,
  settled: () => Promise<Pace | undefined> = async () => undefined,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    // Whatever it is, it is thrown on: the lease only must not outlive its holder.
    const [freed] = await Promise.allSettled([settled().then(lease.letGo)]);
    if (freed.status === 'rejected')
      log.warn(`The lease of scope '${lease.row.scope}' could not be released; it ends by itself.`);
    throw error;
  }
}
