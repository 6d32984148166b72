/** The lease of a scope: one sweeper at a time, fenced so that a slow one can't write over its successor. */
import { randomUUID } from 'node:crypto';
import type { Pace } from '../../core/pace';
import { type Instant, MINUTE, parseInstant, SECOND } from '../../formats/instant';
import type { Clock, ScopeRow, Scopes } from '../ports';
import type { SweepMessage } from './message';

const LEASE = 2 * MINUTE;
/** No batch is written with less than this left. */
const FENCE = 30 * SECOND;
/** A younger lease is not renewed: at a batch a second that would double the cost of an unchanged sweep. */
const RENEW_AFTER = 15 * SECOND;

export interface Lease {
  readonly row: ScopeRow;
  /** Makes sure that the lease is ours with time to spare, and keeps the pace safe. @throws LeaseLost */
  hold(pace?: Pace): Promise<void>;
  /** Gives the lease back with what the sweep leaves behind. @throws LeaseLost */
  release(changes: Partial<ScopeRow>): Promise<void>;
}

export type Refusal = 'held' | 'olderTick' | 'finished';
export type Taken = { readonly lease: Lease } | { readonly refusal: Refusal };

/** Another sweeper has taken the scope; what is not yet written is its to find out. */
export class LeaseLost extends Error {
  override name = 'LeaseLost';
  constructor(scope: string) {
    super(`The lease of scope '${scope}' is held by another sweeper; this one stops.`);
  }
}

/** Whether a message may start a sweep: a message older than a later tick, or of a finished one, is dropped. */
export function mayTake(row: ScopeRow | undefined, tick: Instant, now: Instant): Refusal | undefined {
  // A tick that is still to come is nobody's: it would silence the scope until then.
  const past = (known: Instant | undefined) =>
    known !== undefined && known <= now ? known : Number.NEGATIVE_INFINITY;
  if (past(row?.tick) > tick) return 'olderTick';
  if (past(row?.finishedTick) >= tick) return 'finished';
  return row?.leaseUntil !== undefined && row.leaseUntil > now ? 'held' : undefined;
}

/** Takes the lease for the sweep that a message asks for. */
export async function takeLease(scopes: Scopes, message: SweepMessage, clock: Clock): Promise<Taken> {
  const now = clock.now();
  const tick = Math.min(parseInstant(message.tick) ?? now, now);
  const found = await scopes.get(message.scope);
  const refusal = mayTake(found, tick, now);
  if (refusal) return { refusal };
  const { partial, ...known }: ScopeRow = found ?? { scope: message.scope };
  const goesOn = message.cursor !== undefined && known.tick === tick;
  const startedOn = goesOn ? (known.startedOn ?? now) : now;
  const row: ScopeRow = { ...known, tick, startedOn, ...(goesOn && partial && { partial }) };
  return take(scopes, row, found?.etag, clock);
}

/** Takes the lease for work between two sweeps, which leaves ticks and counts as they are. */
export async function borrowLease(scopes: Scopes, scope: string, clock: Clock): Promise<Taken> {
  const found = await scopes.get(scope);
  if ((found?.leaseUntil ?? 0) > clock.now()) return { refusal: 'held' };
  return take(scopes, found ?? { scope }, found?.etag, clock);
}

async function take(scopes: Scopes, free: ScopeRow, etag: string | undefined, clock: Clock): Promise<Taken> {
  const row: ScopeRow = { ...free, holder: randomUUID(), leaseUntil: clock.now() + LEASE };
  const taken = await scopes.save(row, etag);
  return taken === undefined ? { refusal: 'held' } : { lease: hold(scopes, row, taken, clock) };
}

function hold(scopes: Scopes, taken: ScopeRow, takenEtag: string, clock: Clock): Lease {
  let row = taken;
  let etag = takenEtag;
  let last = Promise.resolve();
  const left = () => (row.leaseUntil ?? 0) - clock.now();
  const save = async (changes: Partial<ScopeRow>) => {
    const next = { ...row, ...changes };
    const saved = await scopes.save(next, etag);
    if (saved === undefined) throw new LeaseLost(row.scope);
    row = next;
    etag = saved;
  };
  /** One after another: who comes while a renewal is under way must learn what became of it, and a lost lease stays lost. */
  const inTurn = (work: () => Promise<void>) => {
    last = last.then(work);
    return last;
  };
  return {
    row: taken,
    // Asked at every target, so a young lease costs nothing; a renewal under way has not made it young yet.
    hold: pace =>
      left() > LEASE - RENEW_AFTER
        ? last
        : inTurn(async () => {
            if (left() > LEASE - RENEW_AFTER) return;
            await save({ leaseUntil: clock.now() + LEASE, ...(pace && { pace }) });
            // A renewal that took this long may be over before what it is for.
            if (left() < FENCE) throw new LeaseLost(row.scope);
          }),
    release: changes =>
      inTurn(async () => {
        const { holder: _holder, leaseUntil: _until, ...kept } = row;
        row = kept;
        await save(changes);
      }),
  };
}
