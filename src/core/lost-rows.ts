/** Lost rows: when registry rows that vanish are taken for an accident and not for removals, and how long their targets are kept. */
import { DAY, type Instant } from '../formats/instant';
import type { Expiry } from './expiry';

/** What a removal is judged by: of some targets, how many were watched at the last sweep, and how many rows vanished since. */
export interface RowTally {
  readonly watched: number;
  readonly vanished: number;
}

export const NO_ROWS: RowTally = { watched: 0, vanished: 0 };

const LEAST_VANISHED = 10;
/** A target whose row is lost stays on the reports this long, unless the row comes back or an operator confirms the removal. */
export const KEPT_WITHOUT_ROW = DAY;

/** Whether so many rows vanished at once that it may be a lost table or a slip of a script. */
export function isBulk({ watched, vanished }: RowTally): boolean {
  return vanished >= LEAST_VANISHED && vanished > watched / 2;
}

/** What the judgement needs of a recorded target. */
export type Mark = Pick<Expiry, 'scope' | 'name' | 'goneSince' | 'deleteAskedOn'> & {
  readonly isListed: boolean;
  readonly isLost: boolean;
};

/** The tally with one target more. What was removed since `tick` counts as if it were still there, but not what was lost before. */
export function withMark(tally: RowTally, mark: Mark, hasRow: boolean, tick: Instant): RowTally {
  const { goneSince, isListed, isLost, deleteAskedOn } = mark;
  const isWatched = goneSince === undefined ? isListed : goneSince >= tick && !isLost;
  if (!isWatched) return tally;
  const isVanished = !hasRow && deleteAskedOn === undefined;
  return { watched: tally.watched + 1, vanished: tally.vanished + Number(isVanished) };
}

/** Whether a target whose row is lost since an instant is removed now. A confirmation that lies ahead is of a clock that was wrong. */
export function mayGo(since: Instant, confirmedOn: Instant | undefined, now: Instant): boolean {
  const isConfirmed = confirmedOn !== undefined && since <= confirmedOn && confirmedOn <= now;
  return now - since >= KEPT_WITHOUT_ROW || isConfirmed;
}
