/** A digest's failed tries: when the next one comes, and when there is none. Pure. */
import { DAY, HOUR, type Instant, MINUTE } from '../../formats/instant';
import type { Claim, DelayCause, MailFault, Trouble } from '../ports';

/** A digest that could not be sent is tried again after 4 minutes (the next run), 9, 19, 39 and at last every hour. */
const FIRST_GAP = 5 * MINUTE;
const LONGEST_GAP = HOUR;
/** Not longer, so that mails go out soon after a fault of our own is mended. */
const LONGEST_GAP_OF_OURS = 20 * MINUTE;
/** After this many tries, which take about three hours, the mail itself may be the cause. */
const MOST_FAILURES = 6;
/** Not sooner, where more urgent lines hurried them. */
const LEAST_FAILING = 2 * HOUR;
/** For so long the recipient's side may put a mail off. */
const LONGEST_PATIENCE = 2 * DAY;

export function isOurs(cause: DelayCause | undefined): cause is MailFault {
  return cause === 'signIn' || cause === 'ours';
}

/** A digest and how its tries by one transport failed. */
export type Tried = Pick<Claim, 'claimedOn' | 'trouble'>;

/** The tries of a claim after one more failed. `acceptedOn`: when the service last took any mail. */
export function troubleAfter(
  { claimedOn, trouble }: Tried,
  cause: DelayCause,
  now: Instant,
  acceptedOn: Instant = 0,
): Trouble {
  const before: Omit<Trouble, 'cause'> = trouble ?? { on: claimedOn, failures: 0 };
  const after = { ...before, on: now, cause };
  if (isOurs(cause)) return isFaultOfThisMail({ trouble }, acceptedOn) ? { ...after, alone: true } : after;
  if (cause === 'recipient') return { ...after, putOffSince: before.putOffSince ?? now };
  const othersTaken = before.othersTaken || acceptedOn >= before.on;
  return { ...after, failures: before.failures + 1, ...(othersTaken && { othersTaken }) };
}

/** How long the next try waits. A minute less than the full gap, so that the run at its end is not too early. */
export function gapAfter(tries: number, cause: DelayCause | undefined): number {
  const longest = isOurs(cause) ? LONGEST_GAP_OF_OURS : LONGEST_GAP;
  return Math.min(longest, FIRST_GAP * 2 ** tries) - MINUTE;
}

/** Why there is no other try; undefined while there is one. Faults of our own never end a mail. */
export function givenUpFor({ claimedOn, trouble }: Tried, now: Instant): string | undefined {
  if (!trouble) return undefined;
  const { on, cause, failures, othersTaken, putOffSince } = trouble;
  if (cause === 'recipient' && putOffSince !== undefined && on - putOffSince >= LONGEST_PATIENCE)
    return "the recipient's mail server has put it off for two days";
  if (othersTaken && failures >= MOST_FAILURES && now - claimedOn >= LEAST_FAILING)
    return 'the mail service fails on this mail and takes others';
  return undefined;
}

/** Whether a fault of our own that a mail meets now is this mail's alone: it met one before, and others were taken since. */
export function isFaultOfThisMail(
  { trouble }: Pick<Claim, 'trouble'>,
  acceptedOn: Instant | undefined,
): boolean {
  if (!trouble) return false;
  return trouble.alone === true || (isOurs(trouble.cause) && (acceptedOn ?? 0) > trouble.on);
}
