/** Former recipients: whose part of a target's state is no longer needed, so that its row stays small over the years. */
import type { Instant } from '../formats/instant';
import { addressKey } from './address';
import type { Expiry } from './expiry';
import { holds } from './snooze';
import { fixedExpiry } from './standing';

/** A row has 252 columns at most: the sweep's, those of other tools, and up to three of each person who was ever told of it. */
const MOST_COLUMNS = 120;

/** Whether what is recorded of people may soon fill the row. */
export function isCrowded(state: Expiry): boolean {
  return columnsOf(state) > MOST_COLUMNS;
}

/**
 * The people, by lower-case address, who are told of this target no more and of whom nothing is in force. In a crowded row these
 * are all who are told no more: one who comes back hears again what is still due.
 */
export function forgettable(state: Expiry, recipients: readonly string[], now: Instant): string[] {
  const current = new Set(recipients.map(addressKey));
  const known = new Set([...state.told.keys(), ...state.snoozes.keys(), ...(state.mutes?.keys() ?? [])]);
  const former = [...known].filter(owner => !current.has(owner));
  const over = former.filter(owner => !isInForce(owner, state, now));
  return columnsOf(state, new Set(over)) > MOST_COLUMNS ? former : over;
}

function columnsOf({ told, snoozes, mutes }: Expiry, without: ReadonlySet<string> = new Set()): number {
  const owners = [...told.keys(), ...snoozes.keys(), ...(mutes?.keys() ?? [])];
  return owners.filter(owner => !without.has(owner)).length;
}

/** Whether anything of this person is about the current expiry, failure or fault. */
function isInForce(owner: string, state: Expiry, now: Instant): boolean {
  const { expiresOn, failure, recovered, invalid, told, snoozes, mutes } = state;
  const current = [expiresOn, failure?.since, recovered?.since, invalid?.since];
  const expiry = fixedExpiry(state);
  return (
    (told.get(owner) ?? []).some(({ about }) => current.includes(about)) ||
    holds(snoozes.get(owner), expiry, now) ||
    (mutes?.get(owner) ?? []).some(({ about }) => about === expiry)
  );
}
