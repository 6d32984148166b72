/** Understanding a registry row: which kind it is, where its target lives, what policy holds, and everything wrong with it. */
import { type Identity, type Key, parseColumns } from '../../core/target';
import type { ThresholdPolicy } from '../../core/thresholds';
import type { Watched } from '../../core/watched';
import type { Located, RegistryRow, Source } from '../ports';

/** What holds for a kind where a row says nothing else. */
export interface KindPolicy {
  readonly policy: ThresholdPolicy;
  readonly checkEveryMs: number;
}

export interface Kinds {
  readonly sources: ReadonlyMap<string, Source>;
  readonly policies: ReadonlyMap<string, KindPolicy>;
  spell(identity: Identity): Key;
}

export interface ParsedTarget {
  readonly watched: Watched;
  readonly source: Source | undefined;
  /** Where to read it; absent while its key can't be understood, so that nothing off the rules is ever contacted. */
  readonly located: Located | undefined;
}

const MOST_FAULTS = 10;
const LONGEST_FAULT = 300;

const NO_POLICY: KindPolicy = { policy: { thresholds: [], from: 'built-in' }, checkEveryMs: 0 };

export function parseTarget(row: RegistryRow, kinds: Kinds): ParsedTarget {
  const source = sourceOf(row.scope, kinds);
  const found = find(row, source, kinds);
  const { columns, faults } = parseColumns(row.columns);
  const { policy, checkEveryMs } = kinds.policies.get(source?.kind ?? '') ?? NO_POLICY;
  const watched: Watched = {
    scope: row.scope,
    name: row.name,
    kind: kindOf(row.scope),
    columns,
    faults: limitFaults('fault' in found ? [found.fault, ...faults] : faults),
    mayMint: source?.mayMint ?? false,
    policy: columns.thresholds ? { thresholds: columns.thresholds, from: 'row' } : policy,
    checkEveryMs: columns.checkEveryMs ?? checkEveryMs,
  };
  return { watched, source, located: 'fault' in found ? undefined : found };
}

/** A row is untrusted: however much is wrong with it, what is recorded of that stays small. */
export function limitFaults(faults: readonly string[]): string[] {
  const shown = faults.slice(0, MOST_FAULTS).map(fault => fault.slice(0, LONGEST_FAULT));
  const more = faults.length - shown.length;
  return more > 0 ? [...shown, `and ${more} more faults`] : shown;
}

export function sourceOf(scope: string, kinds: Kinds): Source | undefined {
  return kinds.sources.get(kindOf(scope));
}

function kindOf(scope: string): string {
  return scope.split(':', 1)[0] ?? '';
}

function find(row: RegistryRow, source: Source | undefined, kinds: Kinds): Located | { fault: string } {
  if (!source) {
    const known = [...kinds.sources.keys()].join(' or ');
    return { fault: `PartitionKey: it starts with a kind and a colon, and the kind is ${known}` };
  }
  if (!row.identity) {
    return {
      fault:
        'key: characters other than A-Z a-z 0-9 - . _ are written as ~ and their UTF-8 bytes in upper-case hex, such as ~2F',
    };
  }
  const located = source.locate(row.identity);
  if ('fault' in located) return located;
  const { scope, name } = kinds.spell(located.identity);
  if (scope === row.scope && name === row.name) return located;
  return { fault: `key: its one spelling is PartitionKey '${scope}' and RowKey '${name}'` };
}
