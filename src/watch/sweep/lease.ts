/** The lease of a scope: only one sweeper at a time writes, and one that lost its lease stops before it writes again. */
import { randomUUID } from 'node:crypto';
import type { Pace } from '../../core/pace';
import { type Instant, MINUTE, parseInstant, SECOND } from '../../formats/instant';
import type { Clock, ScopeRow, Scopes } from '../ports';
import type { SweepMessage } from './start-sweep';

const DURATION = 2 * MINUTE;
/** No batch is written with less time left than this. */
const LEAST_LEFT = 30 * SECOND;
/** A younger lease is not renewed: with a batch every second that would double the cost of an unchanged sweep. */
const RENEW_AFTER = 15 * SECOND;

export interface Lease {
  /** The scope's row as it was when the lease was taken. */
  readonly row: ScopeRow;
  /** Makes sure that the lease is ours with enough time left, and stores the pace when it writes. @throws LeaseLost */
  renew(pace?: Pace): Promise<void>;
  /** Ends the lease and stores what the sweep leaves behind. @throws LeaseLost */
  release(changes: Partial<ScopeRow>): Promise<void>;
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

/** Whether a message may start a sweep. One that is older than a later tick, or whose sweep is finished, may not. */
export function mayTake(row: ScopeRow | undefined, tick: Instant, now: Instant): Refusal | undefined {
  // A tick in the future is an error. It would block the scope until then, so it does not count.
  const past = (known: Instant | undefined) =>
    known !== undefined && known <= now ? known : Number.NEGATIVE_INFINITY;
  if (past(row?.tick) > tick) return 'olderTick';
  if (past(row?.finishedTick) >= tick) return 'finished';
  return row?.leaseUntil !== undefined && row.leaseUntil > now ? 'held' : undefined;
}

/** Takes the lease for the sweep that a message asks for. */
export async function takeLease(scopes: Scopes, message: SweepMessage, clock: Clock): Promise<Taken> {
  const { scope, cursor } = message;
  const now = clock.now();
  const tick = Math.min(parseInstant(message.tick) ?? now, now);
  const found = await scopes.get(scope);
  const refusal = mayTake(found, tick, now);
  if (refusal) return { refusal };
  const begun = cursor !== undefined && found?.tick === tick ? found : undefined;
  const startedOn = begun?.startedOn ?? now;
  const row: ScopeRow = { ...found, scope, tick, startedOn, partial: begun?.partial };
  return take(scopes, row, found?.etag, clock);
}

/** Takes the lease for work between two sweeps, which leaves ticks and counts unchanged. */
export async function borrowLease(scopes: Scopes, scope: string, clock: Clock): Promise<Taken> {
  const found = await scopes.get(scope);
  if ((found?.leaseUntil ?? 0) > clock.now()) return { refusal: 'held' };
  return take(scopes, found ?? { scope }, found?.etag, clock);
}

async function take(scopes: Scopes, free: ScopeRow, etag: string | undefined, clock: Clock): Promise<Taken> {
  const row: ScopeRow = { ...free, holder: randomUUID(), leaseUntil: clock.now() + DURATION };
  const saved = await scopes.save(row, etag);
  return saved === undefined ? { refusal: 'held' } : { lease: leaseOf(scopes, row, saved, clock) };
}

function leaseOf(scopes: Scopes, taken: ScopeRow, takenEtag: string, clock: Clock): Lease {
  let row = taken;
  let etag = takenEtag;
  let last = Promise.resolve();
  const timeLeft = () => (row.leaseUntil ?? 0) - clock.now();
  const isYoung = () => timeLeft() > DURATION - RENEW_AFTER;
  const save = async (changes: Partial<ScopeRow>) => {
    const next = { ...row, ...changes };
    const saved = await scopes.save(next, etag);
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
            await save({ leaseUntil: clock.now() + DURATION, pace: pace ?? row.pace });
            // A renewal can take so long that little of the lease is left.
            if (timeLeft() < LEAST_LEFT) throw new LeaseLost(row.scope);
          }),
    release: changes => inTurn(() => save({ ...changes, holder: undefined, leaseUntil: undefined })),
  };
}
