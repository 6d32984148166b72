/** Settling a digest: its end goes on record first, by one sender alone and so counted once; then it is told and gone. */
import { MINUTE } from '../../formats/instant';
import type { HeldClaim } from '../ports';
import { acceptClaim, refuseClaim } from './claim';
import { remindersOf, tell, tellUndelivered } from './mark-told';
import type { Turn } from './send-digest';

/** The service needs a moment to know what became of a mail. */
const FIRST_LOOK = MINUTE;

/** On record as accepted, and so counted, by one sender alone: whoever is first. */
export async function accept(claim: HeldClaim, turn: Turn): Promise<HeldClaim> {
  const { owner, now, watch } = turn;
  const { operationId } = claim;
  const reminders = remindersOf(claim, owner);
  const sent = { operationId, on: now, reminders, lookCount: 0, lookOn: now + FIRST_LOOK };
  const accepted = await acceptClaim(claim, sent, turn);
  watch.tally.count('accepted');
  return accepted;
}

/** The same for a mail that never goes. */
export async function refuse(
  claim: HeldClaim,
  outcome: 'refused' | 'givenUp',
  refusal: string,
  turn: Turn,
): Promise<HeldClaim> {
  const refused = await refuseClaim(claim, refusal, turn);
  turn.watch.tally.count(outcome);
  return refused;
}

/** Step 4, for a digest whose end is on record. */
export async function settle(claim: HeldClaim, turn: Turn): Promise<void> {
  const { refusal } = claim;
  // The operators first, since nothing is left to take it up from once the claim is gone.
  if (refusal !== undefined)
    await tellUndelivered(remindersOf(claim, turn.owner), refusal, claim.claimedOn, turn);
  await tell(claim, refusal === undefined ? 'accepted' : 'refused', turn);
}
