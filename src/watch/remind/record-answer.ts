/** Records what an answer to a mail means: the digest is accepted, or never sent, or tried again later (docs/design.md, One owner's digest). */
import { eventLine } from '../../core/events';
import type { Reminder } from '../../core/reminder';
import type { Instant } from '../../formats/instant';
import type {
  DelayCause,
  MailFault,
  OperationStatus,
  OwnerLines,
  Quota,
  SendOutcome,
  SentDigest,
  Tables,
} from '../ports';
import { type DigestClaim, LONGEST_WAIT } from './claim';
import { type FollowDeps, firstFollow } from './follow-digests';
import type { Turn } from './mark-told';
import type { ToldChange } from './save-told';
import { isFaultOfThisMail, isOurs, troubleAfter } from './tries';

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

type AnswerTurn = Turn<FollowDeps & { readonly tables: Tables }>;
type Unsettled = Extract<SendOutcome, { outcome: 'unsettled' }>;

export const DONE: Stop = { step: 'stop', end: 'done' };
const ABSENT: OperationStatus = { status: 'absent' };

/** Where there is a status, a refusal is not final before the operation was looked up: the service may have the mail all the same. */
export async function recordAnswer(
  answer: SendOutcome,
  claim: DigestClaim,
  turn: AnswerTurn,
): Promise<Stop | Finish> {
  const { now, deps } = turn;
  if (answer.outcome === 'unsettled') return await postpone(claim, 'send', answer, turn);
  let look = answer.outcome === 'accepted' ? answer.firstLook : undefined;
  if (answer.outcome === 'refused') {
    const { getStatus } = await deps.mailer();
    // The look that was reserved with the send.
    look = (await getStatus?.(claim.row.operationId)) ?? ABSENT;
    deps.quota.answered(deps.clock.now());
    if (look.status === 'unknown') return await postpone(claim, 'look', look, turn);
    if (look.status === 'absent') return await recordRefused(claim, 'refused', answer.message, turn);
  }
  const finish = await recordAccepted(claim, look, turn);
  deps.tally.noteAccepted(now);
  return { ...finish, end: 'answered' };
}

/** The mail is tried again later under the same operation id. A wait that the service asks for holds for all such requests. */
export async function postpone(
  claim: DigestClaim,
  asked: Quota,
  { cause, message, retryAfterMs = 0, oddly }: Omit<Unsettled, 'outcome'>,
  { now, deps, log }: AnswerTurn,
): Promise<Stop> {
  const wait = Math.min(LONGEST_WAIT, retryAfterMs);
  if (wait > 0) await deps.quota.pause(asked, now + wait);
  const acceptedOn = deps.tally.acceptedOn();
  const end = endOf(claim, cause, acceptedOn);
  if (isOurs(cause) && end === 'ours') await recordFault(cause, message, now, deps);
  const trouble = troubleAfter(claim.row, cause, now, acceptedOn);
  await claim.postpone(now, wait, { trouble, ...(oddly && { oddly }) });
  log.warn(`A digest waits: ${message} (operation ${claim.row.operationId})`);
  log.warn(eventLine('mailFailed', { ...mailOf(claim), outcome: 'waits', cause }));
  return { step: 'stop', end };
}

function endOf({ row }: DigestClaim, cause: DelayCause, acceptedOn: Instant | undefined): TurnEnd {
  if (isOurs(cause)) return isFaultOfThisMail(row, acceptedOn) ? 'answered' : 'ours';
  return cause === 'recipient' ? 'answered' : 'unanswered';
}

/** Health shows it at once; the operators are told when it is over. */
async function recordFault(
  why: MailFault,
  message: string,
  now: Instant,
  { tables, tally }: AnswerTurn['deps'],
): Promise<void> {
  const fault = { on: now, since: tally.fault()?.since ?? now, why, message };
  await tables.mailLedger.saveFault(fault);
  tally.noteFault(fault);
}

/** This is recorded before anything else. Only one sender can record it, and that one counts it. */
export async function recordAccepted(
  claim: DigestClaim,
  firstLook: OperationStatus | undefined,
  { owner, now, deps, log }: AnswerTurn,
): Promise<Finish> {
  const { operationId, attempt } = claim.row;
  const { getStatus } = await deps.mailer();
  const reminders = remindersOf(claim, owner);
  const sent = { operationId, attempt, on: now, reminders, ...firstFollow(now, firstLook) };
  await claim.accept(getStatus && sent);
  deps.tally.count('accepted');
  log.info(eventLine('mailSent', mailOf(claim)));
  // Nobody will say how it ended.
  if (!getStatus) deps.tally.count('unknown');
  return { step: 4, claim, look: firstLook && { sent, status: firstLook } };
}

/** The same for a mail that is not sent and will not be sent. */
export async function recordRefused(
  claim: DigestClaim,
  outcome: 'refused' | 'givenUp',
  refusal: string,
  { deps, log }: AnswerTurn,
): Promise<Finish> {
  await claim.refuse(refusal);
  deps.tally.count(outcome);
  log.warn(eventLine('mailFailed', { ...mailOf(claim), outcome, cause: undefined }));
  return { step: 4, claim, end: 'answered' };
}

/** What events say of a mail: its operation finds it in the history of its targets, which has the names. */
function mailOf({ row: { operationId, attempt, lineIds } }: DigestClaim) {
  return { operation: operationId, attempt, reminders: lineIds.length };
}

/** The reminders in the claim's mail that are still in the outbox. */
export function remindersOf({ row }: DigestClaim, { lines }: OwnerLines): Reminder[] {
  return lines.filter(({ id }) => row.lineIds.includes(id)).map(({ reminder }) => reminder);
}
