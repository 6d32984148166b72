/** Snooze: an owner's bounded mute of one target, which ends by itself when its expiry changes (rule 20). */
import { DAY, type Instant } from '../formats/instant';

export interface Snooze {
  /** The expiry it is for; undefined where none was known. */
  readonly about: Instant | undefined;
  readonly until: Instant;
  readonly reason: string;
  readonly on: Instant;
}

export const MOST_SNOOZE_DAYS = 90;
export const LONGEST_REASON = 500;

/** Whether a mute holds: not over, and for the very expiry that is in force. */
export function holds(snooze: Snooze | undefined, expiresOn: Instant | undefined, now: Instant): boolean {
  return snooze !== undefined && snooze.until > now && snooze.about === expiresOn;
}

/** @returns until when a snooze of so many days lasts; undefined for what is no whole number from 1 to 90. */
export function snoozeUntil(days: number, now: Instant): Instant | undefined {
  return Number.isInteger(days) && days >= 1 && days <= MOST_SNOOZE_DAYS ? now + days * DAY : undefined;
}
