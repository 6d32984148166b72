/** Parses a registry row: which kind it is, where its target is read, which policy is in force, and every fault. */
import { parseColumns } from '../../core/row';
import type { Description } from '../../core/target';
import type { ThresholdPolicy } from '../../core/thresholds';
import type { Watched } from '../../core/watched';
import type { Keys, Located, RegistryRow, Source } from '../ports';

/** The policy of a kind, for rows that have none of their own. */
export interface KindPolicy {
  readonly policy: ThresholdPolicy;
  readonly checkEveryMs: number;
}

/** The kinds that this app watches: how each is read, its policy, and the spelling of keys. Both maps go by the kind's name. */
export interface Kinds extends Keys {
  readonly sources: ReadonlyMap<string, Source>;
  readonly policies: ReadonlyMap<string, KindPolicy>;
}

export interface ParsedTarget {
  readonly watched: Watched;
  readonly source: Source | undefined;
  /** Where to read it. Undefined for a key with a fault: then no service is called. */
  readonly located: Located | undefined;
}

const MOST_FAULTS = 10;
const LONGEST_FAULT = 300;

const NO_POLICY: KindPolicy = { policy: { thresholds: [], from: 'built-in' }, checkEveryMs: 0 };

export function parseTarget(row: RegistryRow, kinds: Kinds): ParsedTarget {
  const source = sourceOf(row.scope, kinds);
  const found = locate(row, source, kinds);
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
    checkEveryMs: columns.checkEvery ?? checkEveryMs,
  };
  return { watched, source, located: 'fault' in found ? undefined : found };
}

export function descriptionOf({ watched, source, located }: ParsedTarget): Description {
  const { displayName = watched.name, runbook, notes } = watched.columns;
  const { label = watched.kind, howToRenew = '' } = source ?? {};
  const { where = watched.scope, portalUrl } = located ?? {};
  return { displayName, label, where, portalUrl, runbook, notes, howToRenew };
}

/** A row is untrusted: its recorded faults stay few and short. */
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

function locate(row: RegistryRow, source: Source | undefined, kinds: Kinds): Located | { fault: string } {
  if (!source) {
    const known = [...kinds.sources.keys()].join(' or ');
    return { fault: `PartitionKey: start it with a kind and a colon; the kind is ${known}` };
  }
  if (!row.identity) {
    return {
      fault:
        'key: write each character other than A-Z a-z 0-9 - . _ as ~ and its UTF-8 bytes in upper-case hex, for example ~2F',
    };
  }
  const located = source.locate(row.identity);
  if ('fault' in located) return located;
  const { scope, name } = kinds.spell(located.identity);
  if (scope === row.scope && name === row.name) return located;
  return { fault: `key: write PartitionKey '${scope}' and RowKey '${name}'` };
}
