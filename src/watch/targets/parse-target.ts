/** Parses a registry row: which kind it is, where its target is read, which policy is in force, and every fault. */
import { parseColumns } from '../../core/row';
import { type Description, type Identity, type Key, NO_RENEWAL } from '../../core/target';
import type { ThresholdPolicy } from '../../core/thresholds';
import type { Watched } from '../../core/watched';
import { foreignIn, invisibleIn, withoutInvisible } from '../../formats/invisible';
import { counted } from '../../formats/when';
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

/** What a row says by itself. Whether its target was replaced is for other rows to say (`resolveTarget`). */
export interface ParsedRow extends Omit<ParsedTarget, 'watched'> {
  readonly watched: Omit<Watched, 'replacement'>;
}

const MOST_FAULTS = 10;
const LONGEST_FAULT = 300;
/** It has room for keys, which people copy. */
const LONGEST_KEY_FAULT = 1_500;
const KEY_FAULT = 'key: ';
const WITH_KEYS = [KEY_FAULT, 'replacedBy: '];

const NO_POLICY: KindPolicy = { policy: { thresholds: [], from: 'built-in' }, checkEveryMs: 0 };

export function parseTarget(given: RegistryRow, kinds: Kinds): ParsedRow {
  // What is remembered of a lost row has no identity yet.
  const row = given.lost ? { ...given, identity: kinds.takeApart(given) } : given;
  const source = sourceOf(row.scope, kinds);
  const found = locate(row, source, kinds);
  const { columns, faults } = parseColumns(row.columns);
  const { policy, checkEveryMs } = kinds.policies.get(source?.kind ?? '') ?? NO_POLICY;
  const watched: ParsedRow['watched'] = {
    scope: row.scope,
    name: row.name,
    kind: kindOf(row.scope),
    columns,
    faults: limitFaults('fault' in found ? [found.fault, ...faults] : faults),
    mayMint: source?.mayMint ?? false,
    policy: columns.thresholds ? { thresholds: columns.thresholds, from: 'row' } : policy,
    checkEveryMs: columns.checkEvery ?? checkEveryMs,
    ...(row.lost && { lost: row.lost }),
  };
  return { watched, source, located: 'fault' in found ? undefined : found };
}

export function descriptionOf({ watched, source, located }: ParsedRow): Description {
  const { displayName = watched.name, runbook, notes } = watched.columns;
  const { label = watched.kind, renewalKeepsName } = source ?? {};
  const { where = watched.scope, parts = [], portalUrl, renewal = NO_RENEWAL } = located ?? {};
  return { displayName, label, where, parts, portalUrl, runbook, notes, renewal, renewalKeepsName };
}

/** A row is untrusted: its recorded faults stay few and short. */
export function limitFaults(faults: readonly string[]): string[] {
  const shown = faults.slice(0, MOST_FAULTS).map(fault => {
    const hasKeys = WITH_KEYS.some(start => fault.startsWith(start));
    return fault.slice(0, hasKeys ? LONGEST_KEY_FAULT : LONGEST_FAULT);
  });
  const more = faults.length - shown.length;
  return more > 0 ? [...shown, `and ${counted(more, 'more fault')}`] : shown;
}

export function sourceOf(scope: string, kinds: Kinds): Source | undefined {
  return kinds.sources.get(kindOf(scope));
}

function kindOf(scope: string): string {
  return scope.split(':', 1)[0] ?? '';
}

/** Only a key in its one spelling is read. The right spelling of any other is part of its fault, where it can be guessed. */
function locate(row: RegistryRow, source: Source | undefined, kinds: Kinds): Located | { fault: string } {
  const found = row.identity && source?.locate(row.identity);
  const located = found && 'identity' in found ? found : undefined;
  if (located && isSameKey(kinds.spell(located.identity), row)) return located;
  const right = located?.identity ?? guessed(row, source, kinds);
  return {
    fault: `${right ? rightKey(right, kinds) : keyFault(found, source, kinds)}${unseenWords(row)}`,
  };
}

function rightKey(identity: Identity, kinds: Kinds): string {
  const { scope, name } = kinds.spell(identity);
  return `${KEY_FAULT}write PartitionKey '${scope}' and RowKey '${name}'`;
}

function keyFault(found: { fault: string } | Located | undefined, source: Source | undefined, kinds: Kinds) {
  if (found && 'fault' in found) return found.fault;
  if (source)
    return `${KEY_FAULT}write each character other than A-Z a-z 0-9 - . _ as ~ and its UTF-8 bytes in upper-case hex, for example ~2F`;
  const known = [...kinds.sources.keys()].join(' or ');
  return `PartitionKey: start it with a kind and a colon; the kind is ${known}`;
}

/** The keys in their one spelling that a person may mean by these; undefined where they can't be guessed. */
export function meantKey(key: Key, kinds: Kinds): Key | undefined {
  const identity = guessed(key, sourceOf(key.scope, kinds), kinds);
  return identity && kinds.spell(identity);
}

/** The one identity that a person may mean by a key that names none. */
function guessed(row: Key, source: Source | undefined, kinds: Kinds): Identity | undefined {
  const text = kinds.readable(row);
  const [scope, name] = [inAscii(withoutInvisible(text.scope)), withoutInvisible(text.name)];
  const named = source ?? [...kinds.sources.values()].find(({ kind }) => startsWith(scope, `${kind}:`));
  const place = named && startsWith(scope, `${named.kind}:`) ? scope.slice(named.kind.length + 1) : scope;
  const found = (named ? [named] : [...kinds.sources.values()]).flatMap(one => {
    const located = one.locate(one.guess(place, name));
    return 'fault' in located ? [] : [located.identity];
  });
  return found.length === 1 ? found[0] : undefined;
}

function startsWith(text: string, start: string): boolean {
  return text.slice(0, start.length).toLowerCase() === start.toLowerCase();
}

function isSameKey(a: Key, b: Key): boolean {
  return a.scope === b.scope && a.name === b.name;
}

/** What looks like ASCII, such as a colon of full width or a longer hyphen, in ASCII. */
function inAscii(text: string): string {
  return text.normalize('NFKC').replace(/[\p{Pd}\u2212]/gu, '-');
}

/** What nobody sees in a key. A right PartitionKey is plain ASCII; a name may have letters of any script. */
function unseenWords({ scope, name }: Key): string {
  const invisible = invisibleIn(scope);
  const parts = [
    ['PartitionKey', 'invisible characters', invisible],
    ['PartitionKey', 'characters beside plain ASCII', invisible === '' ? foreignIn(scope) : ''],
    ['RowKey', 'invisible characters', invisibleIn(name)],
  ].filter(([, , found]) => found !== '');
  return parts.map(([part, what, found]) => `; the ${part} holds ${what} (${found})`).join('');
}
