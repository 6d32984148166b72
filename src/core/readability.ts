/** Whether the targets of a scope can be read, which its sweep stores, so that `health` need not look at every target. */
import type { Expiry } from './expiry';

/** `some`: a service answered about a target. `none`: every target that was tried fails. `signIn`: the watcher can't sign in. */
export const READABILITIES = ['some', 'none', 'signIn'] as const;
export type Readability = (typeof READABILITIES)[number];

/** How the last reads of the watched targets of a scope went; a target that was never tried counts in neither. */
export interface LastReads {
  /** They succeeded, or the target was not found: its service answers. */
  readonly answered: number;
  readonly failed: number;
}

export const NO_LAST_READS: LastReads = { answered: 0, failed: 0 };

/** The last reads with those of one target more. A row with faults may be read all the same. */
export function withLastRead({ answered, failed }: LastReads, { failure, readOn }: Expiry): LastReads {
  if (failure)
    return failure.code === 'missing' ? { answered: answered + 1, failed } : { answered, failed: failed + 1 };
  return readOn === undefined ? { answered, failed } : { answered: answered + 1, failed };
}

/**
 * Undefined where nothing was tried.
 * @param signInFails whether the last read of this sweep failed because there was no sign-in; undefined where it read nothing
 */
export function readabilityOf(
  { answered, failed }: LastReads,
  signInFails: boolean | undefined,
  before: Readability | undefined,
): Readability | undefined {
  if (answered + failed === 0) return undefined;
  if (signInFails ?? before === 'signIn') return 'signIn';
  return answered > 0 ? 'some' : 'none';
}
