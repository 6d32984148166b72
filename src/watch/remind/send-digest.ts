/** One owner's digest, from the claim to the mark that it was told, in four steps that survive a crash at any point (docs/design.md, One owner's digest). */
import { waitsForDailyMail } from '../../core/notices';
import { describeReminder, type Reminder } from '../../core/reminder';
import { counted } from '../../formats/when';
import type { Claim, Log, Mailer, MailState, OwnerLines, Tables } from '../ports';
import { digestOf, isOvertaken, type LinesDeps, linesForToday, stillTrue } from './choose-lines';
import { ClaimLost, claimOf, type DigestClaim, type Failures, isWaiting, makeClaim, mayHurry } from './claim';
import { type FollowDeps, recordLook } from './follow-digests';
import { requestsOfSend, STATUS_READS_OF_A_RETRY } from './mail-counters';
import { addHistory, markTold, settleTold, tellUndelivered } from './mark-told';
import { findWithFallback, givenUp, passOf, wasNotTaken } from './pass';
import type { StillTrue } from './recheck';
import {
  DONE,
  type Finish,
  type MailTurn,
  type Pass,
  postpone,
  recordAccepted,
  recordAnswer,
  remindersOf,
  type Stop,
  type TurnEnd,
} from './record-answer';
import { tellInUse } from './tell-in-use';
import { hadItsHour, inUseBy, triedSince, type Via } from './transports';

export interface SendDeps extends FollowDeps, LinesDeps {
  readonly tables: Tables;
  readonly mailState: MailState;
}

/** Which transports take a mail now, as far as this run knows. */
export interface Open {
  readonly first: boolean;
  readonly fallback: boolean;
  /** The first one is not only out of quota: it took no mail in this run, or asked for a wait. */
  readonly firstIsOut: boolean;
}

/** How an owner's turn ended with each transport. */
export interface Ends {
  readonly first: TurnEnd;
  readonly fallback: TurnEnd;
}

type SendTurn = MailTurn<SendDeps> & { readonly open: Open };

/** What a step answers: which step comes next, and what that step needs. */
type ClaimLines = { readonly step: 2; readonly failures?: Failures };
type Next = Stop | ClaimLines | Post | Finish | Pass;
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

export async function sendDigest(owner: OwnerLines, deps: SendDeps, log: Log, open: Open): Promise<Ends> {
  try {
    const now = deps.clock.now();
    const settled = await settleTold({ owner, now, deps, log });
    const next = open.fallback ? deps.fallback : undefined;
    const turn = await withClaimedLines({ owner: settled, now, deps, log, open, next });
    const end = await carryOut(await resumeClaim(turn), turn);
    if (end.step === 'stop') return { first: end.end, fallback: 'done' };
    return { first: end.end, fallback: await passOn(end, turn) };
  } catch (error) {
    if (!(error instanceof ClaimLost)) throw error;
    log.info(error.message);
    return { first: 'done', fallback: 'done' };
  }
}

async function carryOut(step: Next, turn: SendTurn): Promise<Stop | Pass> {
  let next = step;
  if (next.step === 2) next = await claimLines(next, turn);
  if (next.step === 3) next = await postDigest(next, turn);
  return next.step === 4 ? await finishDigest(next, turn) : next;
}

/** The fallback's turn with a mail: under the same operation id, in one write of the claim that names the transport. */
async function passOn(passed: Pass, turn: SendTurn): Promise<TurnEnd> {
  const { deps, next } = turn;
  const { from } = passed;
  const second: SendTurn = {
    ...turn,
    deps: { ...deps, ...next, fallback: undefined },
    next: undefined,
    passed: { ...passed, by: deps.transport },
    open: { first: true, fallback: false, firstIsOut: false },
  };
  const step = 'row' in from ? await postAgain(from, second) : ({ step: 2, failures: from } as const);
  // Of its lines none is true any more. Others wait for the first transport.
  if ('row' in from && step.step === 2) return 'done';
  const end = await carryOut(step, second);
  return end.end;
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
async function resumeClaim(turn: SendTurn): Promise<Next> {
  const { owner, deps, open } = turn;
  if (!owner.claim) return CLAIM_LINES;
  const claim = claimOf(owner.owner, owner.claim, deps);
  const { lineIds, operationId } = claim.row;
  // Ended or unreadable: release it; the lines decide again.
  if (lineIds.length === 0) return await release(claim);
  if (!isOpen(claim.row)) return { step: 4, claim };
  if (await mustWait(claim.row, turn)) return DONE;
  const found = await findWithFallback(claim, turn);
  if (found) return found;
  const mayPass = turn.next !== undefined && hadItsHour(claim.row, turn.now);
  if (!open.first && !mayPass) return DONE;
  const { getStatus } = await deps.mailer();
  // Without a status to ask for, only another send can settle it: the mail may be on its way, so no other line goes first.
  // Nor is anything to be asked where the last try has shown that the mail was not taken.
  if (!getStatus || (!open.first && wasNotTaken(claim.row)))
    return (await givenUp(claim, turn)) ?? (await tryAgain(claim, turn));
  const pass = mayPass ? passOf(claim, deps) : undefined;
  // Without quota for the send that may follow, the look would be wasted in each run.
  if (open.first && !(await deps.quota.mayAsk({}, deps.clock.now(), { send: 1, ...STATUS_READS_OF_A_RETRY })))
    return pass ?? QUOTA_SPENT;
  // Looks are paused. A retry needs one before it, but other owners' first mails do not.
  if (!(await deps.quota.mayAsk({ look: 1 }, deps.clock.now()))) return pass ?? DONE;
  const status = await getStatus(operationId);
  if (status.status === 'unknown') return await postpone(claim, 'look', status, turn);
  if (status.status !== 'absent') return await recordAccepted(claim, undefined, turn);
  const end = await givenUp(claim, turn);
  if (end) return end;
  // No service has the mail, so the more urgent line goes first.
  const isFirsts = inUseBy(claim.row.transport, deps) === deps;
  if (!claim.row.oddly && isFirsts && (await isOvertaken(claim.row, turn)))
    return { ...(await release(claim)), failures: claim.row };
  return await tryAgain(claim, turn);
}

/** By the first transport; by the fallback, where the first takes no mail in this run or might only make another repeat. */
async function tryAgain(claim: DigestClaim, turn: SendTurn): Promise<Next> {
  const { open, next, now, deps } = turn;
  const { transport, trouble } = claim.row;
  const isInDoubt = transport === deps.transport && trouble?.cause === 'unknown';
  const passes = !open.first || (isInDoubt && next !== undefined && hadItsHour(claim.row, now));
  return passes ? passOf(claim, deps) : await postAgain(claim, turn);
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
  const via = viaOf(mailer, turn);
  if (claim.row.oddly && !turn.passed) await claim.retry(lineIds, via);
  else await claim.renew(lineIds, via, turn.passed?.trouble);
  const more = all.length - claimed.length + unchecked;
  return { step: 3, claim, lines, more, moreAtLeast: owner.cut };
}

async function release(claim: DigestClaim): Promise<ClaimLines> {
  await claim.release();
  return CLAIM_LINES;
}

function viaOf({ promises }: Mailer, { deps: { transport } }: SendTurn): Via {
  return { transport, promises };
}

/** Step 2: check the most urgent lines again, reserve the quota and claim what is still true. */
async function claimLines({ failures }: ClaimLines, turn: SendTurn): Promise<Stop | Post | Pass> {
  const { owner, now, deps, log, open } = turn;
  const waiting = await linesForToday(turn);
  if (waiting.length === 0) return DONE;
  const before = failures ?? { claimedOn: triedSince(waiting, deps, now), tries: 0 };
  if (!open.first) {
    const why = deps.tally.outage()?.message;
    const mayPass = turn.next && open.firstIsOut && why !== undefined && hadItsHour(before, now);
    return mayPass ? { step: 'pass', from: before, why, end: 'done' } : DONE;
  }
  const { lines, unchecked } = await stillTrue(waiting, turn);
  // Each of these was dropped, so that a repeated turn comes to an end.
  if (lines.length === 0) return waiting.length > 0 && (unchecked > 0 || owner.cut) ? ALL_DROPPED : DONE;
  const mailer = await deps.mailer();
  if (!(await deps.quota.mayAsk(requestsOfSend(mailer), deps.clock.now()))) return QUOTA_SPENT;
  const lineIds = lines.map(({ id }) => id);
  const attempt = Math.max(...lines.map(line => line.attempt));
  const claim = await makeClaim(owner.owner, lineIds, attempt, viaOf(mailer, turn), deps, before);
  if (claim) return { step: 3, claim, lines, more: unchecked, moreAtLeast: owner.cut };
  log.info('Another sender has a digest, or has told some of it.');
  return DONE;
}

/** Step 3: send the mail. The claim is on record, so after a crash the next run continues with the same operation id. */
async function postDigest(
  { claim, lines, more, moreAtLeast }: Post,
  turn: SendTurn,
): Promise<Stop | Finish | Pass> {
  const { deps, log } = turn;
  const digest = digestOf(lines, { more, moreAtLeast }, turn);
  const mailer = await deps.mailer();
  if (!claim.mayPost(viaOf(mailer, turn))) {
    log.warn(`A digest is late: the next run sends it (operation ${claim.row.operationId}).`);
    return DONE;
  }
  const answer = await mailer.send(digest, claim.row.operationId);
  deps.quota.answered(deps.clock.now());
  const finish = await recordAnswer(answer, claim, turn);
  if (finish.step !== 4) return finish;
  const known = lines.flatMap(({ state }) => state ?? []);
  const { operationId, refusal } = claim.row;
  const ended = `${refusal === undefined ? 'accepted' : 'refused'}${turn.passed ? ` by the fallback, ${deps.transport}` : ''}`;
  log.info(`A digest of ${counted(lines.length, 'reminder')} is ${ended} (operation ${operationId}).`);
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
  if (look) await recordLook(look.sent, look.status, { ...turn, now: deps.clock.now() });
  if (refusal === undefined) await tellInUse(claimedOn, turn);
  return { step: 'stop', end: end ?? 'done' };
}
