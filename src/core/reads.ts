/** How the reads of a scope's targets go, which its sweep stores, so that `health` need not look at every target. */
import type { Counts } from './counts';

/** `some`: a service answered about a target. `none`: every target fails or has a bad row. `signIn`: the watcher can't sign in. */
export const SCOPE_READS = ['some', 'none', 'signIn'] as const;
export type ScopeReads = (typeof SCOPE_READS)[number];

/** What a sweep saw of the reads of its scope. */
export interface ReadsSeen {
  readonly counts: Counts;
  /** Targets that are not found: their service answers. */
  readonly missing: number;
  /** Whether the last read failed because there was no sign-in; undefined where nothing was read. */
  readonly signInFails: boolean | undefined;
}

/** Undefined where nothing was to be read, or was not tried yet. */
export function readsOf(
  { counts, missing, signInFails }: ReadsSeen,
  before: ScopeReads | undefined,
): ScopeReads | undefined {
  if (signInFails ?? before === 'signIn') return counts.total > 0 ? 'signIn' : undefined;
  const { total, failing, invalid, pending } = counts;
  if (total - failing - invalid - pending + missing > 0) return 'some';
  return failing + invalid > 0 ? 'none' : undefined;
}
