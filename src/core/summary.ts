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

export interface Owned {
  readonly owner: string;
  readonly items: StatusItem[];
}

/** By address key: what each owner's summary is about. Who owns nothing that expires is left out. */
export function byOwner(items: readonly StatusItem[], asOf: Instant): ReadonlyMap<string, Owned> {
  const owned = new Map<string, Owned>();
  for (const item of items.filter(one => isExpiring(one, asOf)))
    for (const [key, owner] of new Map(item.owners.map(address => [addressKey(address), address]))) {
      const one = owned.get(key) ?? { owner, items: [] };
      one.items.push(item);
      owned.set(key, one);
    }
  return owned;
}
