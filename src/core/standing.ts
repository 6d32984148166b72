/** Standing and check: the two words in which every report says how a target is and how reading it goes. */

import type { Instant } from '../formats/instant';
import type { Expiry } from './expiry';

export const STANDINGS = ['healthy', 'expiring', 'expired', 'unknown'] as const;
export type Standing = (typeof STANDINGS)[number];

export const CHECKS = ['ok', 'failing', 'invalid', 'pending'] as const;
export type Check = (typeof CHECKS)[number];

/** What standing is computed from; it is never stored as truth, since time alone changes it. */
export interface StandingFacts {
  readonly expiresOn?: Instant | 'never';
  readonly minted: boolean;
  readonly failing: boolean;
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

/** Whether every read of this target makes a new token, by the evidence of its readings (rule 7). */
export function isMinted(expiry: Expiry): boolean {
  return expiry.evidence === 'minted';
}

/** Whether its expiry says something about the future: it is known, dated and does not move with each read. */
export function fixedExpiry(expiry: Expiry): Instant | undefined {
  return expiry.evidence === 'fixed' ? datedExpiry(expiry) : undefined;
}

/** The expiry by which reports order a target: known, dated and not minted; evidence may still be undecided. */
export function datedExpiry(expiry: Expiry): Instant | undefined {
  return isMinted(expiry) || typeof expiry.expiresOn !== 'number' ? undefined : expiry.expiresOn;
}
