/** Standing and check: two words in every report, one for the target and one for how reading it goes. */
import type { Instant } from '../formats/instant';
import type { Expiry } from './expiry';

export const STANDINGS = ['healthy', 'expiring', 'expired', 'unknown'] as const;
export type Standing = (typeof STANDINGS)[number];

/** `notVerified`: it is said to be replaced and names no successor, so it is not read any more. */
export const CHECKS = ['ok', 'failing', 'invalid', 'pending', 'notVerified'] as const;
export type Check = (typeof CHECKS)[number];

/** What the standing is computed from. The standing itself is never stored: it changes with time alone. */
export interface StandingFacts {
  readonly expiresOn?: Instant | 'never';
  readonly minted: boolean;
  readonly failing: boolean;
  /** Where the widest threshold falls. */
  readonly expiringFrom?: Instant;
}

export function standingOf(facts: StandingFacts, now: Instant): Standing {
  if (facts.minted) return facts.failing ? 'unknown' : 'healthy';
  if (facts.expiresOn === undefined) return 'unknown';
  if (facts.expiresOn === 'never') return 'healthy';
  if (facts.expiresOn <= now) return 'expired';
  return (facts.expiringFrom ?? facts.expiresOn) <= now ? 'expiring' : 'healthy';
}

export function checkOf(expiry: Expiry): Check {
  if (expiry.invalid) return 'invalid';
  if (expiry.failure) return 'failing';
  return expiry.readOn === undefined ? 'pending' : 'ok';
}

/** Whether every read of this target makes a new token, as the evidence of its readings says (rule 7). */
export function isMinted(expiry: Expiry): boolean {
  return expiry.evidence === 'minted';
}

/** Whether its readings have not shown yet what its expiry is worth (rule 7). It stays so while reads fail. */
export function isUndecided(expiry: Expiry): boolean {
  return expiry.expiresOn !== undefined && expiry.evidence !== 'fixed' && expiry.evidence !== 'minted';
}

/** The expiry, if it is known, has a date and does not move with each read. Only such an expiry says something about the future. */
export function fixedExpiry(expiry: Expiry): Instant | undefined {
  return expiry.evidence === 'fixed' && typeof expiry.expiresOn === 'number' ? expiry.expiresOn : undefined;
}

/** The expiry as reports and mails show it: none while it is undecided; that of a minted target says so itself. */
export function shownExpiry(expiry: Expiry): Instant | 'never' | undefined {
  return isUndecided(expiry) ? undefined : expiry.expiresOn;
}
