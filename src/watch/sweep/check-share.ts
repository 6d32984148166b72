/** The share of a scope that "check now" may take: half of its pace, and its lease only while no sweep waits for that. */
import { fullPace, halfOf, type Limits, spend, waitFor } from '../../core/pace';
import { HOUR, type Instant, SECOND } from '../../formats/instant';
import type { Checks, Clock, Scopes } from '../ports';

/** Of many checks at once, one that loses this often to the others is asked to come again. */
const MOST_TRIES = 5;
/** A sweep that waits looks every second, and asks again before half of this is over. */
const YIELD_FOR = 10 * SECOND;
const FURTHEST_AHEAD = HOUR;

/** `mustYield`: a sweep waits for the lease, so the check goes without it. */
export type Share = { readonly mustYield: boolean } | { readonly retryAfterMs: number };

/** Reserves one request for a check. Checks while a sweep has the lease count, too. */
export async function reserveCheck(
  scopes: Scopes,
  scope: string,
  limits: Limits,
  clock: Clock,
): Promise<Share> {
  const half = halfOf(limits);
  for (let attempt = 0; attempt < MOST_TRIES; attempt += 1) {
    const now = clock.now();
    const found = await scopes.checks(scope);
    const pace = found?.pace ?? fullPace(half, now);
    const retryAfterMs = waitFor(pace, half, now);
    if (retryAfterMs > 0) return { retryAfterMs };
    const next = { pace: spend(pace, half, now), yieldUntil: found?.yieldUntil };
    if (await scopes.saveChecks(scope, next, found?.etag)) return { mustYield: leftOf(found, now) > 0 };
  }
  return { retryAfterMs: SECOND };
}

/** Asks the checks of a scope to leave its lease to a sweep that waits. False when a check was faster: ask again. */
export async function askChecksToYield(scopes: Scopes, scope: string, clock: Clock): Promise<boolean> {
  const now = clock.now();
  const found = await scopes.checks(scope);
  if (leftOf(found, now) > YIELD_FOR / 2) return true;
  return await scopes.saveChecks(scope, { pace: found?.pace, yieldUntil: now + YIELD_FOR }, found?.etag);
}

/** How much longer checks leave the lease alone. An end that is further ahead comes from a clock that was wrong. */
function leftOf(checks: Checks | undefined, now: Instant): number {
  const left = (checks?.yieldUntil ?? now) - now;
  return left > FURTHEST_AHEAD ? 0 : left;
}
