/** Snooze: an owner's limited silence about one target, which ends when its expiry changes (rule 20); and the links for it. */
import { DAY, type Instant } from '../formats/instant';

export interface Snooze {
  /** The expiry it is for; undefined if none was known. */
  readonly about: Instant | undefined;
  readonly until: Instant;
  readonly reason: string;
  readonly on: Instant;
}

/** How links in mails are signed, and where they lead. */
export interface LinkSigning {
  /** The app's origin, without a trailing slash. */
  readonly publicUrl: string;
  readonly secret: string;
  /** The secret before this one: its links are still read, but none is signed with it. */
  readonly previous?: string;
}

export const MOST_SNOOZE_DAYS = 90;
export const LONGEST_REASON = 500;

/** Whether a snooze is in force: it is not over, and it is for the current expiry. */
export function holds(snooze: Snooze | undefined, expiresOn: Instant | undefined, now: Instant): boolean {
  return snooze !== undefined && snooze.until > now && snooze.about === expiresOn;
}

/** @returns the end of a snooze of so many days; undefined unless it is a whole number from 1 to 90. */
export function snoozeUntil(days: number, now: Instant): Instant | undefined {
  return Number.isInteger(days) && days >= 1 && days <= MOST_SNOOZE_DAYS ? now + days * DAY : undefined;
}
