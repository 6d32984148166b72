/** A parsed registry row with the policy in force: whether its target is watched, and who is told about it. */
import { includesAddress } from './address';
import type { Failure, RowLost } from './expiry';
import { isReplaced, type Replacement } from './replacement';
import type { TargetColumns } from './row';
import type { Key } from './target';
import type { ThresholdPolicy } from './thresholds';

export interface Watched extends Key {
  /** As the key spells it; the watcher may not know this kind. */
  readonly kind: string;
  readonly columns: TargetColumns;
  /** Whether another target took its place. */
  readonly replacement: Replacement;
  /** Every fault of the row; empty for a good one. */
  readonly faults: readonly string[];
  readonly mayMint: boolean;
  readonly policy: ThresholdPolicy;
  readonly checkEveryMs: number;
  /** The row is lost: what holds of it is what is remembered. */
  readonly lost?: RowLost;
}

/** Who is told: `owners` (the operators where a target has none), `operators` about everything, or `none`. */
export interface MailPolicy {
  readonly to: 'owners' | 'operators' | 'none';
  readonly operators: readonly string[];
  /** The whole scope can't be read: its operators are told so, once for all its targets. */
  readonly scopeFails?: boolean;
}

/** Whether a target is read and told about: not while it is disabled, and not after another took its place. */
export function isWatched({ columns, replacement }: Pick<Watched, 'columns' | 'replacement'>): boolean {
  return columns.enabled && !isReplaced(replacement);
}

/** Whether reports list a target: also one that is said to be replaced and names no successor, so that people see it. */
export function isReported(watched: Pick<Watched, 'columns' | 'replacement'>): boolean {
  return watched.columns.enabled && watched.replacement.is !== 'replaced';
}

/** Who is told about a target: its owners, and the operators who get copies. */
export function audienceOf(
  { columns }: Watched,
  mail: MailPolicy,
): { owners: readonly string[]; copies: readonly string[] } {
  if (mail.to === 'none') return { owners: [], copies: [] };
  if (mail.to === 'operators' || columns.owners.length === 0) return { owners: mail.operators, copies: [] };
  return {
    owners: columns.owners,
    copies: mail.operators.filter(operator => !includesAddress(columns.owners, operator)),
  };
}

/**
 * Whether a failure is one that only an operator can mend. The operators hear of it for the whole scope (rule 14), so no one hears
 * of it for each target. Without operators the owners do: silence would be the worse fault.
 */
export function isForOperatorsAlone({ code }: Pick<Failure, 'code'>, mail: MailPolicy): boolean {
  return mail.operators.length > 0 && (code === 'notAllowed' || mail.scopeFails === true);
}
