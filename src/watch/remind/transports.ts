/** The transports of one run: the first, with which every mail is tried, and the fallback, which takes a mail after an hour. */
import { HOUR, type Instant } from '../../formats/instant';
import type { Claim, Mailer, MailPromises, OutboxLine } from '../ports';
import type { MailQuota, MailTally } from './mail-counters';

/** A transport with a quota and counters of its own. */
export interface InUse {
  /** Its name. */
  readonly transport: string;
  readonly quota: MailQuota;
  readonly tally: MailTally;
  /** Opened on first use: most runs send nothing. */
  mailer(): Promise<Mailer>;
}

/** The first transport, and the fallback if one is set. */
export interface Transports extends InUse {
  readonly fallback?: InUse | undefined;
}

/** The transport of one send. */
export interface Via {
  readonly transport: string;
  readonly promises: MailPromises;
}

/** For so long the first transport alone tries a mail. */
export const FIRST_ALONE = HOUR;

/** The transport with this name, if it is still in use; the first one for no name. */
export function inUseBy(name: string | undefined, transports: Transports): InUse | undefined {
  const { fallback } = transports;
  if (name === undefined || name === transports.transport) return transports;
  return name === fallback?.transport ? fallback : undefined;
}

/** Whether the first transport has had its hour with a mail. An instant further ahead comes from a clock that was wrong. */
export function hadItsHour({ claimedOn }: Pick<Claim, 'claimedOn'>, now: Instant): boolean {
  return Math.abs(now - claimedOn) >= FIRST_ALONE;
}

/**
 * Since when a mail of these lines is tried, if it is claimed now. A transport that took no mail was not tried with all
 * that waited, since that could lock an account; they count as tried with the one that was.
 */
export function triedSince(lines: readonly OutboxLine[], { tally }: InUse, now: Instant): Instant {
  const outage = tally.outage();
  if (!outage) return now;
  const waitsSince = Math.min(...lines.map(({ reminder }) => reminder.since));
  return Math.min(now, Math.max(outage.since, waitsSince));
}
