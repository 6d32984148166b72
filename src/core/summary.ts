/** The summary: what expires in the next 60 days, for each owner; for operators the whole fleet, and what can't be read. */
import { DAY, type Instant } from '../formats/instant';
import { addressKey } from './address';
import type { StatusItem } from './listing';

export const SUMMARY_DAYS = 60;

export interface Summary {
  /** What expires first comes first, expired ones included. */
  readonly expiring: readonly SummaryItem[];
  /** For operators: what fails, is invalid or is not verified. */
  readonly failing: readonly SummaryItem[];
  /** How many more there are, for which the mail has no room. */
  readonly left: number;
}

export interface SummaryItem {
  readonly item: StatusItem;
  /** The signed link to a page that shows the target. */
  readonly viewUrl?: string;
}

export function isExpiring({ expiresOn, minted, check }: StatusItem, asOf: Instant): boolean {
  const dated = !minted && check !== 'notVerified' && typeof expiresOn === 'number';
  return dated && expiresOn <= asOf + SUMMARY_DAYS * DAY;
}

export function isTroubled({ check }: StatusItem): boolean {
  return check !== 'ok' && check !== 'pending';
}

/** By address key: what each owner's summary is about. Who has nothing to expire is left out. */
export function byOwner(items: readonly StatusItem[], asOf: Instant): Map<string, StatusItem[]> {
  const owned = new Map<string, StatusItem[]>();
  for (const item of items.filter(one => isExpiring(one, asOf)))
    for (const owner of new Set(item.owners.map(addressKey)))
      owned.set(owner, [...(owned.get(owner) ?? []), item]);
  return owned;
}
