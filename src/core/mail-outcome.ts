/** Mail outcomes: the closed list of what becomes of digests, by which they are counted over the life of the installation. */

/**
 * How sending a digest ended, each digest once: `accepted` by the mail service, `refused` by it for good, or `givenUp` since
 * it fails on this mail and takes others. And how an accepted one ended, each once more: `delivered`, `undelivered` (bounced,
 * suppressed, dropped), or `unknown` when the service did not say within a day.
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

/** Digests by what became of them. */
export type MailTotals = Readonly<Record<MailOutcome, number>>;

export const NO_MAILS: MailTotals = {
  accepted: 0,
  refused: 0,
  givenUp: 0,
  delivered: 0,
  undelivered: 0,
  unknown: 0,
};
