/** Snooze: an owner's limited silence about one target, which ends when its expiry changes (rule 20); and the links for it. */
import { DAY, type Instant } from '../formats/instant';

export interface Snooze {
  /** The expiry it is for; undefined if none was known. */
  readonly about: Instant | undefined;
  readonly until: Instant;
  readonly reason: string;
  readonly on: Instant;
}

/** When an owner first muted a target for one expiry. It stays when the snooze is undone or over. */
export interface FirstMute {
  readonly about: Instant | undefined;
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

/** A link works this long after its mail. The longest snooze is 90 days, and undoing it must work until its end. */
export const LINK_LASTS = 120 * DAY;

/** Why a token gives no link. */
export type TokenRefused =
  | { readonly refused: 'unreadable' }
  | { readonly refused: 'over'; readonly until: Instant };

export const MOST_SNOOZE_DAYS = 90;
export const LONGEST_REASON = 500;

/** Whether a snooze is in force: it is not over, and it is for the current expiry. */
export function holds(snooze: Snooze | undefined, expiresOn: Instant | undefined, now: Instant): boolean {
  return snooze !== undefined && snooze.until > now && snooze.about === expiresOn;
}

/** A target whose expiry moves back and forth is remembered for so many expiries. */
const MOST_MUTES = 8;

/** The instant of the first mute for this expiry; undefined while there was none. */
export function mutedSince(
  mutes: readonly (FirstMute | undefined)[],
  about: Instant | undefined,
): Instant | undefined {
  const instants = mutes.flatMap(mute => (mute && mute.about === about ? [mute.on] : []));
  return instants.length > 0 ? Math.min(...instants) : undefined;
}

/** The mutes with one for this expiry, latest first. The first one for an expiry stays. */
export function withMute(mutes: readonly FirstMute[], { about, on }: FirstMute): readonly FirstMute[] {
  const others = mutes.filter(mute => mute.about !== about);
  const first = mutedSince(mutes, about) ?? on;
  return [{ about, on: first }, ...others].slice(0, MOST_MUTES);
}

/** How many whole days a snooze may last from now: 90 in sum from the first mute, however often it is undone and set again. */
export function daysLeft(now: Instant, since: Instant = now): number {
  return Math.max(0, Math.floor((since + MOST_SNOOZE_DAYS * DAY - now) / DAY));
}

/** @returns the end of a snooze of so many days; undefined unless it is a whole number from 1 to those that are left. */
export function snoozeUntil(days: number, now: Instant, since: Instant = now): Instant | undefined {
  return Number.isInteger(days) && days >= 1 && days <= daysLeft(now, since) ? now + days * DAY : undefined;
}
