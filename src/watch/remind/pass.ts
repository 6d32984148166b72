/** When a mail leaves the first transport: it may pass to the fallback, the fallback may have it, or no transport is left to try. */
import { MOST_ATTEMPTS } from '../../core/told';
import type { Claim } from '../ports';
import type { DigestClaim } from './claim';
import type { FollowDeps } from './follow-digests';
import { BEHAVES_ODDLY } from './mark-told';
import {
  DONE,
  type Finish,
  type MailTurn,
  type Pass,
  recordAccepted,
  recordRefused,
  type Stop,
} from './record-answer';
import { inUseBy } from './transports';
import { givenUpFor } from './tries';

/** Where the fallback had the last try, it may have the mail. */
export async function findWithFallback(
  claim: DigestClaim,
  turn: MailTurn,
): Promise<Stop | Finish | undefined> {
  const { deps, now } = turn;
  const { transport, operationId } = claim.row;
  const by = inUseBy(transport, deps);
  const { getStatus } = by && by !== deps ? await by.mailer() : {};
  if (!by || !getStatus) return undefined;
  if (!(await by.quota.mayAsk({ look: 1 }, now))) return DONE;
  const { status } = await getStatus(operationId);
  const isThere = status !== 'absent' && status !== 'unknown';
  return isThere ? await recordAccepted(claim, undefined, { ...turn, deps: { ...deps, ...by } }) : undefined;
}

/** Also by the fallback, if it was asked. */
export function wasNotTaken({ trouble, transport }: Claim): boolean {
  return transport === undefined && trouble !== undefined && trouble.cause !== 'unknown';
}

/** Without another try by the first transport. */
export function passOf(claim: DigestClaim, { tally }: FollowDeps, why = tally.outage()?.message): Pass {
  return { step: 'pass', from: claim, why: why ?? 'the log of that time says why', end: 'done' };
}

/** Undefined while the mail is tried again. It ends where no transport is left to try. */
export async function givenUp(claim: DigestClaim, turn: MailTurn): Promise<Finish | Pass | Stop | undefined> {
  const { oddly, attempt, claimedOn, fallbackTrouble } = claim.row;
  const { deps, now, next } = turn;
  const refusal = oddly && attempt >= MOST_ATTEMPTS ? BEHAVES_ODDLY : givenUpFor(claim.row, now);
  if (refusal === undefined) return undefined;
  if (!deps.fallback || givenUpFor({ claimedOn, trouble: fallbackTrouble }, now) !== undefined)
    return await recordRefused(claim, 'givenUp', refusal, turn);
  return next ? { ...passOf(claim, deps, refusal), never: true } : DONE;
}
