/** Records what an answer to a mail means: the digest is accepted, or never sent, or tried again later (docs/design.md, One owner's digest). */
import { eventLine } from '../../core/events';
import type { Reminder } from '../../core/reminder';
import type { Instant } from '../../formats/instant';
import type {
  DelayCause,
  OperationStatus,
  OwnerLines,
  Quota,
  RefusalCause,
  SendOutcome,
  SentDigest,
  Trouble,
} from '../ports';
import { type DigestClaim, type Failures, LONGEST_WAIT } from './claim';
import { type FollowDeps, firstFollow } from './follow-digests';
import type { Turn } from './mark-told';
import { recordFault } from './own-faults';
import type { ToldChange } from './save-told';
import { FIRST_ALONE, hadItsHour, type InUse } from './transports';
import { gapAfter, isFaultOfThisMail, isOurs, type Tried, troubleAfter } from './tries';

/**
 * How an owner's turn ended. `done`: the service was not asked; `answered`: it said something about this one mail;
 * `unanswered`: it is out of reach or busy. After `quotaSpent` and `ours`, a fault of our own, no other owner is tried in this run.
 * `allDropped`: no line that was checked is true, and others wait.
 */
export type TurnEnd = 'done' | 'answered' | 'unanswered' | 'ours' | 'quotaSpent' | 'allDropped';

export type Stop = { readonly step: 'stop'; readonly end: TurnEnd };
export type Finish = {
  readonly step: 4;
  /** On record as accepted or refused. */
  readonly claim: DigestClaim;
  /** The states of its targets, if they were read in this run. */
  readonly known?: ToldChange['known'];
  readonly look?: { readonly sent: SentDigest; readonly status: OperationStatus };
  /** `done` if it is not set. */
  readonly end?: TurnEnd;
};

/** The first transport does not take the mail, and the fallback may. */
export type Pass = {
  readonly step: 'pass';
  /** The mail; without a claim, how long it waited for one. */
  readonly from: DigestClaim | Failures;
  /** Why the first one does not take it. */
  readonly why: string;
  /** How its try by the first one ended and failed; `done` without a try. */
  readonly end: TurnEnd;
  readonly trouble?: Trouble;
  /** It never takes this mail, also when it takes others. */
  readonly never?: true;
};

/** One owner's turn with one transport. */
export type MailTurn<Deps extends FollowDeps = FollowDeps> = Turn<Deps> & {
  /** The fallback, while it takes mails and this turn is the first transport's. */
  readonly next?: InUse | undefined;
  /** What was passed to the fallback, whose turn this is. */
  readonly passed?: Pass & { readonly by: string };
};

type Unsettled = Extract<SendOutcome, { outcome: 'unsettled' }>;

export const DONE: Stop = { step: 'stop', end: 'done' };
const ABSENT: OperationStatus = { status: 'absent' };

/** Where there is a status, a refusal is not final before the operation was looked up: the service may have the mail all the same. */
export async function recordAnswer(
  answer: SendOutcome,
  claim: DigestClaim,
  turn: MailTurn,
): Promise<Stop | Finish | Pass> {
  const { now, deps } = turn;
  if (answer.outcome === 'unsettled') return await postpone(claim, 'send', answer, turn);
  let look = answer.outcome === 'accepted' ? answer.firstLook : undefined;
  if (answer.outcome === 'refused') {
    const { getStatus } = await deps.mailer();
    // The look that was reserved with the send.
    look = (await getStatus?.(claim.row.operationId)) ?? ABSENT;
    deps.quota.answered(deps.clock.now());
    if (look.status === 'unknown') return await postpone(claim, 'look', look, turn);
    if (look.status === 'absent') return await refuseOrPass(claim, answer, turn);
  }
  const finish = await recordAccepted(claim, look, turn);
  deps.tally.noteAccepted(now);
  return { ...finish, end: 'answered' };
}

/** What one transport refuses for its content or size, the other may take. An unknown recipient is unknown to both. */
async function refuseOrPass(
  claim: DigestClaim,
  { cause, message }: Extract<SendOutcome, { outcome: 'refused' }>,
  turn: MailTurn,
): Promise<Stop | Finish | Pass> {
  const { now, next, passed, deps } = turn;
  const isLast = passed ? passed.never : !deps.fallback;
  if (cause === 'recipient' || isLast) return await recordRefused(claim, 'refused', message, turn);
  tellNotTaken(claim, { outcome: next ? 'passed' : 'waits', cause, message }, turn);
  if (next) return { step: 'pass', from: claim, why: message, end: 'answered', never: true };
  await claim.postpone(now, 0, { transport: undefined });
  return { step: 'stop', end: 'answered' };
}

/**
 * The mail is tried again later under the same operation id, or passed to the fallback when the first transport had its hour.
 * A wait that the service asks for holds for all such requests.
 */
export async function postpone(
  claim: DigestClaim,
  asked: Quota,
  { cause, message, retryAfterMs = 0, oddly }: Omit<Unsettled, 'outcome'>,
  turn: MailTurn,
): Promise<Stop | Pass> {
  const { now, deps, next, passed } = turn;
  const wait = Math.min(LONGEST_WAIT, retryAfterMs);
  if (wait > 0) await deps.quota.pause(asked, now + wait);
  const acceptedOn = deps.tally.acceptedOn();
  const before = triedBy(turn, claim);
  const end = endOf(before, cause, acceptedOn);
  if (isOurs(cause) && end === 'ours') await recordFault(cause, message, now, deps);
  if (deps.fallback && asked === 'send' && end !== 'answered') deps.tally.noteFailed(now, message);
  const trouble = troubleAfter(before, cause, now, acceptedOn);
  const mayBeThere = asked === 'look' || cause === 'unknown' || oddly;
  const mustBeAsked = asked === 'send' && mayBeThere && (await deps.mailer()).getStatus !== undefined;
  const passes = next !== undefined && !mustBeAsked && hadItsHour(claim.row, now);
  tellNotTaken(claim, { outcome: passes ? 'passed' : 'waits', cause, message }, turn);
  if (passes) return { step: 'pass', from: claim, why: message, end, trouble };
  const after = { transport: mayBeThere ? claim.row.transport : undefined, ...(oddly && { oddly }) };
  // The fallback's wait must not hold back the first one. Its quota is paused.
  if (passed) await claim.postpone(now, 0, { ...after, fallbackTrouble: trouble });
  else await claim.postpone(now, wait, { ...after, trouble }, latestTry(claim, turn));
  return { step: 'stop', end };
}

/** Where there is a fallback: when it may take the mail, or the next run where the first transport is asked before that. */
function latestTry({ row }: DigestClaim, { now, deps, next }: MailTurn): Instant | undefined {
  if (!deps.fallback) return undefined;
  if (!hadItsHour(row, now)) return row.claimedOn + FIRST_ALONE;
  return next && now + gapAfter(0, undefined);
}

/** The digest with its failures by the transport of this turn. */
function triedBy({ passed }: MailTurn, { row }: DigestClaim): Tried {
  return passed ? { claimedOn: row.claimedOn, trouble: row.fallbackTrouble } : row;
}

function endOf(before: Tried, cause: DelayCause, acceptedOn: Instant | undefined): TurnEnd {
  if (isOurs(cause)) return isFaultOfThisMail(before, acceptedOn) ? 'answered' : 'ours';
  return cause === 'recipient' ? 'answered' : 'unanswered';
}

/** This is recorded before anything else. Only one sender can record it, and that one counts it. */
export async function recordAccepted(
  claim: DigestClaim,
  firstLook: OperationStatus | undefined,
  { owner, now, deps, log }: MailTurn,
): Promise<Finish> {
  const { operationId, attempt } = claim.row;
  const { transport } = deps;
  const { getStatus } = await deps.mailer();
  const reminders = remindersOf(claim, owner);
  const sent = { operationId, attempt, transport, on: now, reminders, ...firstFollow(now, firstLook) };
  await claim.accept(getStatus && sent);
  deps.tally.count('accepted');
  log.info(eventLine('mailSent', mailOf(claim, deps)));
  // Nobody will say how it ended.
  if (!getStatus) deps.tally.count('unknown');
  return { step: 4, claim, look: firstLook && { sent, status: firstLook } };
}

/** The same for a mail that is not sent and will not be sent. */
export async function recordRefused(
  claim: DigestClaim,
  outcome: 'refused' | 'givenUp',
  refusal: string,
  { deps, log }: MailTurn,
): Promise<Finish> {
  await claim.refuse(refusal);
  deps.tally.count(outcome);
  log.warn(eventLine('mailFailed', { ...mailOf(claim, deps), outcome, cause: undefined }));
  return { step: 4, claim, end: 'answered' };
}

interface NotTaken {
  /** `passed`: the fallback takes it now. */
  readonly outcome: 'waits' | 'passed';
  readonly cause: DelayCause | RefusalCause;
  readonly message: string;
}

function tellNotTaken(
  claim: DigestClaim,
  { outcome, cause, message }: NotTaken,
  { deps, log }: MailTurn,
): void {
  const what = outcome === 'waits' ? 'waits' : 'passes to the fallback';
  log.warn(`A digest ${what}: ${message} (operation ${claim.row.operationId})`);
  log.warn(eventLine('mailFailed', { ...mailOf(claim, deps), outcome, cause }));
}

/** What events say of a mail: its operation finds it in the history of its targets, which has the names. */
function mailOf(
  { row: { operationId, attempt, lineIds } }: DigestClaim,
  { transport }: Pick<InUse, 'transport'>,
) {
  return { operation: operationId, attempt, transport, reminders: lineIds.length };
}

/** The reminders in the claim's mail that are still in the outbox. */
export function remindersOf({ row }: DigestClaim, { lines }: OwnerLines): Reminder[] {
  return lines.filter(({ id }) => row.lineIds.includes(id)).map(({ reminder }) => reminder);
}
