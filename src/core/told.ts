/** What owners were told: kept with the target, so that nothing is told twice and a renewed target starts clean. */
import type { Instant } from './instant';

/** One line of what an owner was told: kept per expiry, so that a renewed target starts clean without a reset. */
export interface Told {
  readonly reason: string;
  readonly about: Instant;
  /** The crossing that was told; it and all wider ones count as done. */
  readonly crossedOn: Instant;
  readonly on: Instant;
  readonly operationId: string;
  readonly outcome: 'accepted' | 'refused';
}

/** The reason of the reminder that a registry row can't be understood. */
export const INVALID = 'invalid';
const MOST_TOLD = 8;

/** What an owner was told with one line more: one entry an expiry, latest first; old ones go, for the column must stay small. */
export function withTold(told: readonly Told[], line: Told): Told[] {
  const alike = told.filter(other => isInvalid(other) === isInvalid(line));
  const others = told.filter(other => isInvalid(other) !== isInvalid(line));
  return [line, ...alike.filter(other => other.about !== line.about).slice(0, MOST_TOLD - 1), ...others];
}

export function isInvalid({ reason }: { readonly reason: string }): boolean {
  return reason === INVALID;
}
