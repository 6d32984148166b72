/** Replacement: a target is watched no more, says its owner, and the one that took its place is watched instead. */

import { type Identity, isWatched, type Key, parseColumns } from '../../core/target';
import type { LinkAnswer } from './link';
import { type LinkTarget, type LinkWatch, remember, viewOf } from './link-target';

/** In `replacedBy` where nobody said what took its place; no name is spelt so. */
export const NOT_NAMED = '(not named)';

/** What a new row takes over from the old one. */
const TAKEN_OVER = ['owners', 'thresholds', 'checkEvery', 'displayName', 'runbook', 'notes'];

/** @param newId what took its place, written as the page shows the old one's id; in the same scope. */
export async function replaceTarget(
  target: LinkTarget,
  newId: string | undefined,
  watch: LinkWatch,
): Promise<LinkAnswer> {
  const successor = newId === undefined ? undefined : successorOf(target, newId, watch);
  if (successor && 'fault' in successor) return refuse(target, successor.fault);
  const registered = successor && (await register(successor, target, watch));
  if (registered === 'notWatched')
    return refuse(target, `'${newId}' is registered, but not watched: mend its registry row first`);
  // The new row first: a crash between the two leaves both watched, never neither.
  const replacedBy = successor?.name ?? NOT_NAMED;
  if (!(await watch.tables.registry.change(target.link, { replacedBy }))) return { refused: 'removed' };
  const note = `by ${replacedBy}, says ${target.link.owner}`;
  await remember(target, { type: 'replaced', on: target.now, note }, watch);
  const { displayName } = viewOf(target, undefined);
  return { replaced: displayName, by: newId, registered: registered === 'created' };
}

function refuse(target: LinkTarget, badNewId: string): LinkAnswer {
  return { view: viewOf(target, undefined), badNewId };
}

/** Its table keys, once its kind finds nothing wrong with it. */
function successorOf(
  { row, parsed }: LinkTarget,
  newId: string,
  { kinds }: LinkWatch,
): Key | { fault: string } {
  const { identity } = row;
  const { source } = parsed;
  if (!identity || !source) return { fault: 'the registry row of the old one must be mended first' };
  const names = namesIn(newId, identity);
  if (!names) return { fault: `write it like the old one, ${identity.names.join('/')}` };
  const located = source.locate({ ...identity, names });
  if ('fault' in located) return located;
  const key = kinds.spell(located.identity);
  const isItself = key.scope === row.scope && key.name === row.name;
  return isItself ? { fault: 'that is the old one; write the id of the new one' } : key;
}

/** A name alone is taken as it stands; several are parted by slashes. */
function namesIn(newId: string, { names }: Identity): string[] | undefined {
  const written = names.length === 1 ? [newId] : newId.split('/').map(name => name.trim());
  return written.length === names.length ? written : undefined;
}

async function register(
  key: Key,
  { row }: LinkTarget,
  { tables: { registry } }: LinkWatch,
): Promise<'created' | 'known' | 'notWatched'> {
  const columns = Object.entries(row.columns).flatMap(([column, value]) =>
    TAKEN_OVER.includes(column) && typeof value === 'string' ? [[column, value] as const] : [],
  );
  if (await registry.create(key, Object.fromEntries(columns))) return 'created';
  const known = await registry.row(key);
  // Two rows that replace each other would both fall silent.
  return known && isWatched(parseColumns(known.columns).columns) ? 'known' : 'notWatched';
}
