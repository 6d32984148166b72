/** One owner's digest, from the claim to the mark that it was told, in four steps that survive a crash at any point (docs/design.md, One owner's digest). */
import { waitsForDailyMail } from '../../core/notices';
import { describeReminder, type Reminder } from '../../core/reminder';
import { MOST_ATTEMPTS } from '../../core/told';
import { counted } from '../../formats/when';
import type { Claim, Log, OwnerLines, Tables } from '../ports';
import { digestOf, isOvertaken, type LinesDeps, linesForToday, stillTrue } from './choose-lines';
import { ClaimLost, claimOf, type DigestClaim, type Failures, isWaiting, makeClaim, mayHurry } from './claim';
import { type FollowDeps, recordEnd } from './follow-digests';
import { requestsOfSend, STATUS_READS_OF_A_RETRY } from './mail-counters';
import { addHistory, BEHAVES_ODDLY, markTold, settleTold, type Turn, tellUndelivered } from './mark-told';
import type { StillTrue } from './recheck';
import {
  DONE,
  type Finish,
  postpone,
  recordAccepted,
  recordAnswer,
  recordRefused,
  remindersOf,
  type Stop,
  type TurnEnd,
} from './record-answer';
import { givenUpFor } from './tries';

export interface SendDeps extends FollowDeps, LinesDeps {
  readonly tables: Tables;
}

type SendTurn = Turn<SendDeps>;

/** What a step answers: which step comes next, and what that step needs. */
type ClaimLines = { readonly step: 2; readonly failures?: Failures };
type Post = {
  readonly step: 3;
  readonly claim: DigestClaim;
  readonly lines: readonly StillTrue[];
  /** How many more wait for the next mail, and whether there are more than are known. */
  readonly more: number;
  readonly moreAtLeast?: true;
};

const ALL_DROPPED: Stop = { step: 'stop', end: 'allDropped' };
const QUOTA_SPENT: Stop = { step: 'stop', end: 'quotaSpent' };
const CLAIM_LINES: ClaimLines = { step: 2 };

export async function sendDigest(owner: OwnerLines, deps: SendDeps, log: Log): Promise<TurnEnd> {
  try {
    const now = deps.clock.now();
    const settled = await settleTold({ owner, now, deps, log });
    const turn = await withClaimedLines({ owner: settled, now, deps, log });
    let next: Stop | ClaimLines | Post | Finish = await resumeClaim(turn);
    if (next.step === 2) next = await claimLines(next, turn);
    if (next.step === 3) next = await postDigest(next, turn);
    if (next.step === 4) next = await finishDigest(next, turn);
    return next.end;
  } catch (error) {
    if (!(error instanceof ClaimLost)) throw error;
    log.info(error.message);
    return 'done';
  }
}

/** In a large outbox the lines of a claim may not be among those that were found. */
async function withClaimedLines(turn: SendTurn): Promise<SendTurn> {
  const { owner, deps } = turn;
  const { claim, lines, cut } = owner;
  if (!claim || !cut || (isOpen(claim) && (await mustWait(claim, turn)))) return turn;
  const missing = claim.lineIds.filter(id => !lines.some(line => line.id === id));
  const claimed = await deps.tables.outbox.lines(owner.owner, missing);
  return { ...turn, owner: { ...owner, lines: [...lines, ...claimed] } };
}

/** Whether it is not on record how sending the digest ended. */
function isOpen({ accepted, refusal }: Claim): boolean {
  return !accepted && refusal === undefined;
}

/** A claim is tried again when its wait is over; soon, where a more urgent line waits behind it (rule 15). */
async function mustWait(claim: Claim, turn: SendTurn): Promise<boolean> {
  if (!isWaiting(claim, turn.now)) return false;
  return !(mayHurry(claim, turn.now) && (await isOvertaken(claim, turn)));
}

/** Step 1: an earlier run has left a claim. What the mail service knows of its operation says which step comes next. */
async function resumeClaim(turn: SendTurn): Promise<Stop | ClaimLines | Post | Finish> {
  const { owner, deps } = turn;
  if (!owner.claim) return CLAIM_LINES;
  const claim = claimOf(owner.owner, owner.claim, deps);
  const { lineIds, operationId } = claim.row;
  // Ended or unreadable: release it; the lines decide again.
  if (lineIds.length === 0) return await release(claim);
  if (!isOpen(claim.row)) return { step: 4, claim };
  if (await mustWait(claim.row, turn)) return DONE;
  const { getStatus } = await deps.mailer();
  // Without a status to ask for, only another send can settle it: the mail may be on its way, so no other line goes first.
  if (!getStatus) return (await givenUp(claim, turn)) ?? (await postAgain(claim, turn));
  // Without quota for the send that may follow, the look would be wasted in each run.
  if (!(await deps.quota.mayAsk({}, deps.clock.now(), { send: 1, ...STATUS_READS_OF_A_RETRY })))
    return QUOTA_SPENT;
  // Looks are paused. A retry needs one before it, but other owners' first mails do not.
  if (!(await deps.quota.mayAsk({ look: 1 }, deps.clock.now()))) return DONE;
  const status = await getStatus(operationId);
  if (status.status === 'unknown') return await postpone(claim, 'look', status, turn);
  if (status.status !== 'absent') return await recordAccepted(claim, undefined, turn);
  const end = await givenUp(claim, turn);
  if (end) return end;
  // The service does not have the mail, so the more urgent line goes first.
  if (!claim.row.oddly && (await isOvertaken(claim.row, turn)))
    return { ...(await release(claim)), failures: claim.row };
  return await postAgain(claim, turn);
}

/** Undefined while the mail is tried again. */
async function givenUp(claim: DigestClaim, turn: SendTurn): Promise<Finish | undefined> {
  const { oddly, attempt } = claim.row;
  const refusal = oddly && attempt >= MOST_ATTEMPTS ? BEHAVES_ODDLY : givenUpFor(claim.row, turn.now);
  return refusal === undefined ? undefined : await recordRefused(claim, 'givenUp', refusal, turn);
}

/**
 * Posts the claimed lines that are still true, under the same id: the mail may be on its way, and one id means one mail. Only
 * where the service took the mail and does not know it, the id is the next attempt's. Without a line left nothing is sent.
 */
async function postAgain(claim: DigestClaim, turn: SendTurn): Promise<Stop | ClaimLines | Post> {
  const { owner, deps } = turn;
  const all = await linesForToday(turn);
  const claimed = all.filter(({ id }) => claim.row.lineIds.includes(id));
  const { lines, unchecked } = await stillTrue(claimed, turn);
  if (lines.length === 0) return await release(claim);
  const mailer = await deps.mailer();
  if (!(await deps.quota.mayAsk(requestsOfSend(mailer), deps.clock.now()))) return QUOTA_SPENT;
  const lineIds = lines.map(({ id }) => id);
  await (claim.row.oddly ? claim.retry(lineIds, mailer.promises) : claim.renew(lineIds, mailer.promises));
  const more = all.length - claimed.length + unchecked;
  return { step: 3, claim, lines, more, moreAtLeast: owner.cut };
}

async function release(claim: DigestClaim): Promise<ClaimLines> {
  await claim.release();
  return CLAIM_LINES;
}

/** Step 2: check the most urgent lines again, reserve the quota and claim what is still true. */
async function claimLines({ failures }: ClaimLines, turn: SendTurn): Promise<Stop | Post> {
  const { owner, deps, log } = turn;
  const waiting = await linesForToday(turn);
  const { lines, unchecked } = await stillTrue(waiting, turn);
  // Each of these was dropped, so that a repeated turn comes to an end.
  if (lines.length === 0) return waiting.length > 0 && (unchecked > 0 || owner.cut) ? ALL_DROPPED : DONE;
  const mailer = await deps.mailer();
  if (!(await deps.quota.mayAsk(requestsOfSend(mailer), deps.clock.now()))) return QUOTA_SPENT;
  const lineIds = lines.map(({ id }) => id);
  const attempt = Math.max(...lines.map(line => line.attempt));
  const claim = await makeClaim(owner.owner, lineIds, attempt, mailer.promises, deps, failures);
  if (claim) return { step: 3, claim, lines, more: unchecked, moreAtLeast: owner.cut };
  log.info(`${owner.owner}: another sender has the digest, or has told some of it.`);
  return DONE;
}

/** Step 3: send the mail. The claim is on record, so after a crash the next run continues with the same operation id. */
async function postDigest({ claim, lines, more, moreAtLeast }: Post, turn: SendTurn): Promise<Stop | Finish> {
  const { owner, deps, log } = turn;
  const digest = digestOf(lines, { more, moreAtLeast }, turn);
  const mailer = await deps.mailer();
  if (!claim.mayPost(mailer.promises)) {
    log.warn(`${owner.owner}: too late, the next run sends.`);
    return DONE;
  }
  const answer = await mailer.send(digest, claim.row.operationId);
  deps.quota.answered(deps.clock.now());
  const finish = await recordAnswer(answer, claim, turn);
  if (finish.step === 'stop') return finish;
  const known = lines.flatMap(({ state }) => state ?? []);
  const { operationId, refusal } = claim.row;
  const ended = refusal === undefined ? 'accepted' : 'refused';
  log.info(`${owner.owner}: ${counted(lines.length, 'reminder')} ${ended} (operation ${operationId}).`);
  return { ...finish, known };
}

/** Step 4: record with each target what its owner was told; only then delete the lines, and the claim with them. */
async function finishDigest({ claim, known, look, end }: Finish, turn: SendTurn): Promise<Stop> {
  const { owner, now, deps } = turn;
  const { refusal, claimedOn, operationId, attempt } = claim.row;
  const reminders = remindersOf(claim, owner);
  const outcome = refusal === undefined ? 'accepted' : 'refused';
  const untold = await markTold(reminders, { operationId, attempt, outcome, why: refusal }, turn, known);
  // Before the claim ends: no later run would tell the operators.
  if (refusal !== undefined) await tellUndelivered(reminders, refusal, claimedOn, turn);
  if (reminders.some(waitsForDailyMail))
    await deps.tables.mailLedger.saveOperatorNoticesToldOn(owner.owner, now);
  await claim.finish(untold);
  const noteOf = (reminder: Reminder) => `${describeReminder(reminder)}, operation ${operationId}`;
  await addHistory(refusal === undefined ? 'told' : 'refused', reminders, noteOf, turn);
  if (look) await recordEnd(look.sent, look.status, { ...turn, now: deps.clock.now() });
  return { step: 'stop', end: end ?? 'done' };
}
