/** Successors: looks up the rows that a row's `replacedBy` leads to, so that one decision says whether its target was replaced. */
import {
  type BadReplacement,
  type Chain,
  type Link,
  nextName,
  replacementFault,
  replacementOf,
} from '../../core/replacement';
import { parseColumns } from '../../core/row';
import type { Key } from '../../core/target';
import type { Registry, RegistryRow } from '../ports';
import {
  type Kinds,
  limitFaults,
  meantKey,
  type ParsedRow,
  type ParsedTarget,
  parseTarget,
} from './parse-target';

/** What a row of the same scope says of its being watched; undefined where there is none of that name. */
export type Successors = (name: string) => Promise<Link | undefined>;

/** Fewer names than this are looked up one by one. For more, two passes over the rows of the scope cost less. */
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

/** Looks up each name by itself: for a few targets. */
export function successorsOf(scope: string, registry: Pick<Registry, 'row'>, kinds: Kinds): Successors {
  return async name => {
    const row = await registry.row({ scope, name });
    return row && linkOf(parseTarget(row, kinds));
  };
}

/** For all targets of a scope: each name is looked up once, and many names cost no more than two passes over its rows. */
export function successorsIn(
  scope: string,
  registry: Pick<Registry, 'row' | 'rows'>,
  kinds: Kinds,
): Successors {
  const one = successorsOf(scope, registry, kinds);
  const known = new Map<string, Link | undefined>();
  let looks = 0;
  return async name => {
    if (known.has(name)) return known.get(name);
    looks += 1;
    if (looks === MOST_LOOKS)
      for (const [other, link] of await named(scope, registry, kinds)) known.set(other, link);
    if (!known.has(name)) known.set(name, await one(name));
    return known.get(name);
  };
}

/** Every row of a scope that another row names, in the memory of those alone. */
async function named(
  scope: string,
  registry: Pick<Registry, 'rows'>,
  kinds: Kinds,
): Promise<Map<string, Link | undefined>> {
  const links = new Map<string, Link | undefined>();
  for await (const row of registry.rows(scope)) {
    const { replacedBy } = parseColumns(row.columns).columns;
    if (replacedBy !== undefined) links.set(replacedBy, undefined);
  }
  for await (const row of registry.rows(scope))
    if (links.has(row.name)) links.set(row.name, linkOf(parseTarget(row, kinds)));
  return links;
}
