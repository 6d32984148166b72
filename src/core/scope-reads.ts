/** How reading a scope goes, counted target by target: its operators hear at once of what only they can mend. */
import type { Instant } from '../formats/instant';
import { cut } from '../formats/text';
import type { Expiry } from './expiry';

export interface ScopeReads {
  /** Targets whose last read succeeded, or failed in a way that shows that the scope can be read: missing, or busy. */
  readonly answered: number;
  /** When a read succeeded last. */
  readonly readOn?: Instant;
  /** All other targets that were tried. */
  readonly failing: number;
  /** Of those: they failed only just now, and one more look decides. */
  readonly failedOnce: number;
  /** Of those: the last two reads were refused, and only an operator can mend that. */
  readonly refused: number;
  readonly reasons: readonly Reason[];
}

/** One sentence on why reads fail, the targets of which it is true, and the names of the first of them. */
export interface Reason {
  readonly message: string;
  readonly refused: boolean;
  readonly count: number;
  readonly names: readonly string[];
}

export const NO_READS: ScopeReads = { answered: 0, failing: 0, failedOnce: 0, refused: 0, reasons: [] };

/** Two alike in a row, as with what is missing, or more of any kind: one failed read says little. */
const LEAST_ALIKE = 2;
const LEAST_FAILURES = 3;
const MOST_REASONS = 5;
const MOST_NAMES = 3;
const LONGEST_NAME = 80;

/** The reads of a scope with one target more. */
export function withReadsOf(reads: ScopeReads, state: Expiry): ScopeReads {
  const { failure, readOn } = state;
  const seen = { ...reads, readOn: later(reads.readOn, readOn) };
  if (!failure) return readOn === undefined ? reads : { ...seen, answered: seen.answered + 1 };
  if (failure.code === 'missing' || failure.busy) return { ...seen, answered: seen.answered + 1 };
  const isSure = failure.sameCodeCount >= LEAST_ALIKE;
  const refused = failure.code === 'notAllowed' && isSure;
  return {
    ...seen,
    failing: seen.failing + 1,
    failedOnce: seen.failedOnce + Number(!isSure && failure.count < LEAST_FAILURES),
    refused: seen.refused + Number(refused),
    reasons: withReason(seen.reasons, failure.message, refused, state.name),
  };
}

function withReason(reasons: readonly Reason[], message: string, refused: boolean, name: string): Reason[] {
  const isSame = (reason: Reason) => reason.message === message && reason.refused === refused;
  const { count = 0, names = [] } = reasons.find(isSame) ?? {};
  if (count === 0 && reasons.length === MOST_REASONS) return [...reasons];
  const more = names.length < MOST_NAMES ? [...names, cut(name, LONGEST_NAME)] : names;
  const counted = { message, refused, count: count + 1, names: more };
  return count === 0 ? [...reasons, counted] : reasons.map(reason => (isSame(reason) ? counted : reason));
}

function later(a: Instant | undefined, b: Instant | undefined): Instant | undefined {
  return a === undefined || b === undefined ? (a ?? b) : Math.max(a, b);
}
