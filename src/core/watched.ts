/** Watched rows: a registry row once its key, its kind and its columns are understood, with the policy in force. */
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
}

/** Who must hear of a threshold of a target; from the expiry on operators get a copy, since owners leave (rule 14). */
export function recipientsOf(row: Watched, mail: MailPolicy, leadMs: number): readonly string[] {
  if (mail.to === 'none') return [];
  if (mail.to === 'operators' || row.columns.owners.length === 0) return mail.operators;
  return leadMs <= 0 ? distinct([...row.columns.owners, ...mail.operators]) : row.columns.owners;
}

function distinct(addresses: readonly string[]): string[] {
  return [
    ...new Map(addresses.toReversed().map(address => [address.toLowerCase(), address])).values(),
  ].toReversed();
}
