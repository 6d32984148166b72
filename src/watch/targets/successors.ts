/** Successors: looks up the rows that a row's `replacedBy` leads to, so that one decision says whether its target was replaced. */
import type { Expiry } from '../../core/expiry';
import {
  type BadReplacement,
  type Chain,
  type Link,
  NOT_NAMED,
  nextName,
  replacementFault,
  replacementOf,
} from '../../core/replacement';
import { parseColumns } from '../../core/row';
import type { Key } from '../../core/target';
import type { RegistryRow, Tables } from '../ports';
import {
  type Kinds,
  limitFaults,
  meantKey,
  type ParsedRow,
  type ParsedTarget,
  parseTarget,
} from './parse-target';

/** What a row of the same scope says of its being watched; undefined where no target of that name is registered. */
export type Successors = (name: string) => Promise<Link | undefined>;

/** Fewer names than this are looked up one by one. For more, passes over the rows of the scope cost less. */
const MOST_LOOKS = 5;

/** A row of the registry, and whether its target was replaced: every report, sweep and mail goes by this. */
export async function resolveTarget(
  row: RegistryRow,
  kinds: Kinds,
  successors: Successors,
): Promise<ParsedTarget> {
  const parsed = parseTarget(row, kinds);
  const replacement = replacementOf(await chainFrom(linkOf(parsed), successors));
  const { watched } = parsed;
  if (replacement.is !== 'bad') return { ...parsed, watched: { ...watched, replacement } };
  const faults = limitFaults([faultWords(row, replacement, kinds), ...watched.faults]);
  return { ...parsed, watched: { ...watched, replacement, faults } };
}

/** With the right spelling where a person wrote a target in another way, such as by its whole resource id. */
export function faultWords({ scope, name }: Key, bad: BadReplacement, kinds: Kinds): string {
  const meant = bad.because === 'notRegistered' ? meantKey({ scope, name: bad.last }, kinds) : undefined;
  if (!meant || (meant.scope === scope && meant.name === bad.last)) return replacementFault(bad);
  if (meant.scope !== scope) return replacementFault({ ...bad, because: 'elsewhere' });
  if (meant.name === name && bad.last === bad.named) return replacementFault({ ...bad, because: 'itself' });
  return replacementFault(bad, meant.name);
}

/** The rows from one to the end of its chain. */
export async function chainFrom(row: Link, successors: Successors): Promise<Chain> {
  let chain: Chain = [row];
  for (let name = nextName(chain); name !== undefined; name = nextName(chain))
    chain = [...chain, await successors(name)];
  return chain;
}

export function linkOf({ watched, located }: Pick<ParsedRow, 'watched' | 'located'>): Link {
  const { name, columns } = watched;
  const { enabled, replacedBy } = columns;
  return { name, enabled, replacedBy, canBeRead: located !== undefined };
}

interface RowTables {
  readonly registry: Pick<Tables['registry'], 'row'>;
  readonly expiries: Pick<Tables['expiries'], 'row'>;
}

interface ScopeTables {
  readonly registry: Pick<Tables['registry'], 'row' | 'rows'>;
  readonly expiries: Pick<Tables['expiries'], 'row' | 'rows'>;
}

/** Looks up each name by itself: for a few targets. */
export function successorsOf(scope: string, { registry, expiries }: RowTables, kinds: Kinds): Successors {
  return async name => {
    const row = await registry.row({ scope, name });
    if (row) return linkOf(parseTarget(row, kinds));
    const state = await expiries.row({ scope, name });
    return state && linkWithoutRow(state, kinds);
  };
}

/**
 * A row that has vanished may be lost. Until a sweep has found that it was removed, or while it is lost, its target still takes
 * another's place: else a lost row would bring back the reminders of all that it replaced.
 */
function linkWithoutRow(state: Expiry, kinds: Kinds): Link | undefined {
  const { scope, name, goneSince, deleteAskedOn, unverifiedSince, calendarKeys, saidReplaced } = state;
  if (goneSince !== undefined || deleteAskedOn !== undefined) return undefined;
  const { located } = parseTarget({ scope, name, identity: kinds.takeApart(state), columns: {} }, kinds);
  const enabled = calendarKeys.join('') !== '';
  // What is on no report was replaced itself, or is disabled. What a person said on the page of a mail is all that is recorded.
  const said = enabled || saidReplaced?.undone ? undefined : saidReplaced?.to;
  const replacedBy = unverifiedSince === undefined ? said : NOT_NAMED;
  return { name, enabled, replacedBy, canBeRead: located !== undefined };
}

/** For all targets of a scope: each name is looked up once, and many names cost no more than three passes over its rows. */
export function successorsIn(scope: string, tables: ScopeTables, kinds: Kinds): Successors {
  const one = successorsOf(scope, tables, kinds);
  const known = new Map<string, Link | undefined>();
  let looks = 0;
  return async name => {
    if (known.has(name)) return known.get(name);
    looks += 1;
    if (looks === MOST_LOOKS)
      for (const [other, link] of await named(scope, tables, kinds)) known.set(other, link);
    if (!known.has(name)) known.set(name, await one(name));
    return known.get(name);
  };
}

/** Every row of a scope that another row names, in the memory of those alone. */
async function named(
  scope: string,
  { registry, expiries }: ScopeTables,
  kinds: Kinds,
): Promise<Map<string, Link | undefined>> {
  const links = new Map<string, Link | undefined>();
  for await (const row of registry.rows(scope)) {
    const { replacedBy } = parseColumns(row.columns).columns;
    if (replacedBy !== undefined) links.set(replacedBy, undefined);
  }
  for await (const row of registry.rows(scope))
    if (links.has(row.name)) links.set(row.name, linkOf(parseTarget(row, kinds)));
  if ([...links.values()].every(link => link)) return links;
  for await (const state of expiries.rows(scope))
    if (links.has(state.name) && !links.get(state.name)) links.set(state.name, linkWithoutRow(state, kinds));
  return links;
}
