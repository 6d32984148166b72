/** Mail outcomes: the closed list of how a digest can end. Digests are counted by it over the life of the installation. */
import { sum, zeros } from './counts';

/**
 * Each digest counts once for how sending it ended: the mail service `accepted` it, `refused` it for good, or it was
 * `givenUp` because it kept failing while other mails were taken. Each accepted one counts once more for how it ended:
 * `delivered`, `undelivered` (bounced, suppressed, dropped), or `unknown` if the service did not say within a day.
 */
export const MAIL_OUTCOMES = [
  'accepted',
  'refused',
  'givenUp',
  'delivered',
  'undelivered',
  'unknown',
] as const;
export type MailOutcome = (typeof MAIL_OUTCOMES)[number];

/** Number of digests by outcome. */
export type MailTotals = Readonly<Record<MailOutcome, number>>;

export const NO_MAILS: MailTotals = zeros(MAIL_OUTCOMES);

export function addMails(a: MailTotals, b: MailTotals): MailTotals {
  return sum(MAIL_OUTCOMES, a, b);
}
