/** Whether the targets of a scope can be read, which its sweep stores, so that `health` need not look at every target. */
import type { ScopeReads } from './scope-reads';

/** `some`: a service answered about a target. `none`: every target that was tried fails. `signIn`: the watcher can't sign in. */
export const READABILITIES = ['some', 'none', 'signIn'] as const;
export type Readability = (typeof READABILITIES)[number];

/**
 * Undefined where nothing was tried.
 * @param signInFails whether the last read of this sweep failed because there was no sign-in; undefined where it read nothing
 */
export function readabilityOf(
  { answered, failing }: Pick<ScopeReads, 'answered' | 'failing'>,
  signInFails: boolean | undefined,
  before: Readability | undefined,
): Readability | undefined {
  if (answered + failing === 0) return undefined;
  if (signInFails ?? before === 'signIn') return 'signIn';
  return answered > 0 ? 'some' : 'none';
}
