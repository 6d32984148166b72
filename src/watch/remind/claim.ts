/** Holding a digest: one sender at a time has an owner's, and one that was overtaken learns it at its next write and stops. */
import { type Instant, MINUTE, SECOND } from '../../formats/instant';
import type { Clock, HeldClaim, SentDigest, Tables } from '../ports';

/** For so long after a claim was made or taken over, its sender's request may be under way, and nobody else touches it. */
export const UNDER_WAY = 90 * SECOND;
/** A request to the mail service ends within 30 seconds: what is begun by then is over before another sender comes. */
const LATEST_POST = MINUTE;

export interface Holding {
  readonly owner: { readonly owner: string };
  readonly watch: { readonly tables: Pick<Tables, 'outbox'>; readonly clock: Clock };
}

/** Another sender has taken the digest over or ended it; what is left to do for its owner is that one's. */
export class ClaimLost extends Error {
  override name = 'ClaimLost';
  constructor(owner: string) {
    super(`${owner}: another sender has taken over the digest; this one stops.`);
  }
}

/** Whether there is time left for a request; a sender that stalled since its claim leaves it to the next run. */
export function mayPost({ notBefore = 0 }: HeldClaim, now: Instant): boolean {
  return now <= notBefore - UNDER_WAY + LATEST_POST;
}

/** Makes sure of an older claim and takes it for a request's time. @throws ClaimLost */
export function takeOver(claim: HeldClaim, { owner, watch }: Holding): Promise<HeldClaim> {
  const until = watch.clock.now() + UNDER_WAY;
  return unlessLost(owner, watch.tables.outbox.postpone(owner.owner, claim, claim.tries, until));
}

/** @throws ClaimLost */
export async function postponeClaim(
  claim: HeldClaim,
  notBefore: Instant,
  { owner, watch }: Holding,
): Promise<void> {
  await unlessLost(owner, watch.tables.outbox.postpone(owner.owner, claim, claim.tries + 1, notBefore));
}

/** @throws ClaimLost */
export function acceptClaim(
  claim: HeldClaim,
  sent: SentDigest,
  { owner, watch }: Holding,
): Promise<HeldClaim> {
  return unlessLost(owner, watch.tables.outbox.accept(owner.owner, claim, sent));
}

/** @throws ClaimLost */
export function refuseClaim(
  claim: HeldClaim,
  refusal: string,
  { owner, watch }: Holding,
): Promise<HeldClaim> {
  return unlessLost(owner, watch.tables.outbox.refuse(owner.owner, claim, refusal));
}

/** @throws ClaimLost */
export async function releaseClaim(claim: HeldClaim, { owner, watch }: Holding): Promise<void> {
  await unlessLost(owner, watch.tables.outbox.release(owner.owner, claim));
}

/** @throws ClaimLost */
export async function finishClaim(claim: HeldClaim, { owner, watch }: Holding): Promise<void> {
  await unlessLost(owner, watch.tables.outbox.finish(owner.owner, claim));
}

async function unlessLost<T>({ owner }: Holding['owner'], write: Promise<T | undefined | false>): Promise<T> {
  const written = await write;
  if (written === undefined || written === false) throw new ClaimLost(owner);
  return written;
}
