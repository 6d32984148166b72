/** The sweep before this one, as the rows of the scopes show it: whether it came to its end, for the ping and for `health`. */
import { pauseEnd } from '../../core/pace';
import { HOUR, type Instant, MINUTE } from '../../formats/instant';
import type { ScopeRow } from '../ports';

/**
 * `complete`: each scope has finished a sweep since the tick before, or is being swept. `failed`: one has finished none for too
 * long. `late`: neither, such as while messages wait in the queue.
 */
export type LastSweep = 'complete' | 'late' | 'failed';

/** A lease that ends later than this comes from a clock that was wrong, or from an editor: no scope waits until then. */
const FURTHEST_AHEAD = HOUR;
const PERIODS = 3;
const GRACE = 30 * MINUTE;
/** Ticks come a little early or late. */
const JITTER = MINUTE;

/**
 * A large scope may take longer than the time between two ticks, which is no fault: it counts while a sweep has it. A sweep of it
 * that never ends is `failed` all the same.
 */
export function lastSweep(scopes: readonly ScopeRow[], sweepPeriodMs: number, now: Instant): LastSweep {
  if (scopes.some(row => isOverdue(row, now - longestGapOf(sweepPeriodMs)))) return 'failed';
  const since = now - sweepPeriodMs - JITTER;
  const isOver = (row: ScopeRow) =>
    Math.max(row.finishedOn ?? 0, row.pace ? pauseEnd(row.pace, now) : 0) >= since || isHeld(row, now);
  return scopes.every(isOver) ? 'complete' : 'late';
}

/** A scope that has finished no sweep for longer than this is overdue. */
export function longestGapOf(sweepPeriodMs: number): number {
  return PERIODS * sweepPeriodMs + GRACE;
}

/** A pause that the service asked for is not the watcher's delay. */
export function isOverdue({ finishedOn, seenOn, pace }: ScopeRow, before: Instant): boolean {
  const since = finishedOn ?? seenOn;
  return since !== undefined && Math.max(since, pace?.pausedUntil ?? 0) < before;
}

/** Whether a lease is in force. */
export function isHeld(row: ScopeRow | undefined, now: Instant): boolean {
  const left = (row?.leaseUntil ?? now) - now;
  return left > 0 && left <= FURTHEST_AHEAD;
}
