/** Watched rows: a registry row once its key, its kind and its columns are understood, with the policy in force. */
import { includesAddress } from './address';
import type { Key, TargetColumns } from './target';
import type { ThresholdPolicy } from './thresholds';

export interface Watched extends Key {
  /** The kind as the key spells it, even where it is none of ours. */
  readonly kind: string;
  readonly columns: TargetColumns;
  /** Why the row can't be understood, every fault; empty when it can. */
  readonly faults: readonly string[];
  readonly mayMint: boolean;
  readonly policy: ThresholdPolicy;
  readonly checkEveryMs: number;
}

/** Who is told: `owners` (operators stand in where there are none), `operators` for everything, or `none`. */
export interface MailPolicy {
  readonly to: 'owners' | 'operators' | 'none';
  readonly operators: readonly string[];
  /** The scope in hand fails as a whole: its operators hear that in one line, and not target by target. */
  readonly scopeFails?: boolean;
}

/** Who hears of a target: its owners, and operators who get copies of what concerns them, too. */
export interface Audience {
  readonly owners: readonly string[];
  readonly copies: readonly string[];
}

export function audienceOf({ columns }: Watched, mail: MailPolicy): Audience {
  if (mail.to === 'none') return { owners: [], copies: [] };
  if (mail.to === 'operators' || columns.owners.length === 0) return { owners: mail.operators, copies: [] };
  return {
    owners: columns.owners,
    copies: mail.operators.filter(operator => !includesAddress(columns.owners, operator)),
  };
}
