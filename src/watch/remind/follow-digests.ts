/** Following digests: asks the mail service for the status of accepted mails until they have ended, within the quota of status reads. */
import { eventLine } from '../../core/events';
import type { MailOutcome } from '../../core/mail-outcome';
import { DAY, HOUR, type Instant, MINUTE } from '../../formats/instant';
import type { Clock, Log, OperationStatus, OwnerLines, SentDigest, Tables } from '../ports';
import type { Requests } from './mail-counters';
import { markTold, type ToldDeps, type Turn, takeBack, tellUndelivered } from './mark-told';
import { type InUse, inUseBy, type Transports } from './transports';

/** The first look comes with the send or, without one, a minute after it. The next come after 5 minutes, 10, 20, 40 and then every hour. */
const FIRST_LOOK = MINUTE;
const FIRST_GAP = 5 * MINUTE;
const LONGEST_GAP = HOUR;
/** After a day the service no longer knows how a mail ended. */
const LONGEST = DAY;
/** A mail that the service accepted and does not know after this time is not told. */
const UNKNOWN_AFTER = HOUR;
/** For so long after a delivery report, one is expected for each mail. */
const REPORTS_LAST = 90 * DAY;

export interface FollowDeps extends ToldDeps, Transports {
  readonly tables: Tables;
  readonly clock: Clock;
}

/** When the next look is due for a mail that is accepted now. `lookCount` leaves out the look that came with the send. */
export function firstFollow(now: Instant, firstLook: OperationStatus | undefined) {
  return { lookCount: 0, lookOn: now + (firstLook ? gapAfter(0) : FIRST_LOOK) };
}

/** Asks for the status of an owner's mails, while at least `leaving` of a quota is left; undefined: that transport is not asked. */
export async function followDigests(
  owner: OwnerLines,
  deps: FollowDeps,
  log: Log,
  leaving: (by: InUse) => Requests | undefined,
): Promise<void> {
  for (const sent of owner.sent) {
    // While its claim is there, the digest is still being marked as told. That it did not arrive must be recorded later.
    if (sent.operationId === owner.claim?.operationId) continue;
    const now = deps.clock.now();
    if (sent.lookOn > now) continue;
    // 0.1.0 stored no name: it had this one alone.
    const by = inUseBy(sent.transport ?? 'acs', deps);
    if (sent.sentOut) {
      await endFollowing(sent, 'delivered', { owner, now, deps: { ...deps, ...by }, log });
      continue;
    }
    const left = by && leaving(by);
    if (by && !left) continue;
    const { getStatus } = (await by?.mailer()) ?? {};
    const turn = { owner, now, deps: { ...deps, ...by }, log };
    if (!getStatus) {
      // Of a transport that is not in use any more: nobody says how it ended.
      await endFollowing(sent, 'unknown', turn);
      continue;
    }
    if (!(await turn.deps.quota.mayAsk({ look: 1 }, now, left))) continue;
    const status = await getStatus(sent.operationId);
    if (await recordLook(sent, status, turn)) continue;
    const next = { ...sent, lookCount: sent.lookCount + 1, lookOn: now + gapAfter(sent.lookCount) };
    await deps.tables.outbox.saveNextStatusRead(owner.owner, next);
  }
}

/** Two senders may get here. Only the one that deletes the row counts the outcome. */
async function endFollowing(
  { operationId }: SentDigest,
  outcome: MailOutcome,
  { owner, deps }: Turn<FollowDeps>,
): Promise<void> {
  if (await deps.tables.outbox.unfollow(owner.owner, operationId)) deps.tally.count(outcome);
}

/**
 * Records what one look says of an accepted mail. That the service has sent it out is its end only where no report will say
 * what the other side answered. False when another look is needed.
 */
export async function recordLook(
  sent: SentDigest,
  status: OperationStatus,
  turn: Turn<FollowDeps>,
): Promise<boolean> {
  const { owner, now, deps } = turn;
  const isReported = now - (deps.tally.reportedOn() ?? 0) < REPORTS_LAST;
  if (status.status !== 'succeeded' || !isReported) return await recordEnd(sent, status, turn);
  const waiting = { ...sent, sentOut: true, lookOn: sent.on + LONGEST } as const;
  await deps.tables.outbox.saveNextStatusRead(owner.owner, waiting);
  return true;
}

/** Records how an accepted mail ended, if its status is an end. */
export async function recordEnd(
  sent: SentDigest,
  status: OperationStatus,
  turn: Turn<FollowDeps>,
): Promise<boolean> {
  const { now, deps } = turn;
  const outcome = await outcomeOf(sent, status, turn);
  if (outcome) {
    await endFollowing(sent, outcome, turn);
    return true;
  }
  const wait = status.status === 'unknown' ? Math.min(LONGEST, status.retryAfterMs ?? 0) : 0;
  if (wait > 0) await deps.quota.pause('look', now + wait);
  return false;
}

async function outcomeOf(
  sent: SentDigest,
  status: OperationStatus,
  turn: Turn<FollowDeps>,
): Promise<MailOutcome | undefined> {
  const age = turn.now - sent.on;
  switch (status.status) {
    case 'succeeded':
      return 'delivered';
    case 'failed':
      await recordUndelivered(sent, status.message, turn);
      return 'undelivered';
    case 'absent':
      if (age < UNKNOWN_AFTER || age >= LONGEST) break;
      turn.log.warn(`The mail service does not know the mail of ${sent.operationId}.`);
      tellFailed(sent, 'forgotten', turn);
      await takeBack(sent, turn);
      return 'unknown';
  }
  return age >= LONGEST ? 'unknown' : undefined;
}

async function recordUndelivered(sent: SentDigest, message: string, turn: Turn<FollowDeps>): Promise<void> {
  const { operationId, attempt, reminders, on } = sent;
  turn.log.warn(`A digest did not arrive: ${message} (operation ${operationId})`);
  tellFailed(sent, 'undelivered', turn);
  const end = { operationId, attempt, outcome: 'undelivered', why: message } as const;
  await turn.deps.tables.outbox.mark(await markTold(reminders, end, turn));
  await tellUndelivered(reminders, message, on, turn);
}

function tellFailed(
  { operationId, attempt, transport, reminders }: SentDigest,
  outcome: 'undelivered' | 'forgotten',
  { log }: Turn,
): void {
  const mail = { operation: operationId, attempt, transport, reminders: reminders.length };
  log.warn(eventLine('mailFailed', { ...mail, outcome, cause: undefined }));
}

/** A minute less than the full gap, so that the run at the end of the gap is not too early. */
function gapAfter(lookCount: number): number {
  return Math.min(LONGEST_GAP, FIRST_GAP * 2 ** lookCount) - MINUTE;
}
