/** Replacement: an owner says that a target is no longer used, and the target that took its place is watched instead. */
import { parseColumns, takenOver } from '../../core/row';
import { type Identity, isWatched, type Key } from '../../core/target';
import { addHistory, type Deps, type LinkAnswer, type LinkTarget, viewOf } from './link';

/** The value of `replacedBy` when the owner did not name a successor. No target can have this name. */
export const NOT_NAMED = '(not named)';

/** @param newId the successor, written as the page shows the id of the old target; it is in the same scope */
export async function replaceTarget(
  target: LinkTarget,
  newId: string | undefined,
  watch: Deps,
): Promise<LinkAnswer> {
  const successor = newId === undefined ? undefined : successorOf(target, newId, watch);
  if (successor && 'fault' in successor) return refuse(target, successor.fault);
  const registered = successor && (await register(successor, target, watch));
  if (registered === 'notWatched')
    return refuse(target, `'${newId}' is registered but not watched: correct its registry row first`);
  // The new row is written first: a crash between the two writes leaves both targets watched.
  const replacedBy = successor?.name ?? NOT_NAMED;
  if (!(await watch.tables.registry.save(target.link, { replacedBy }, '*'))) return { refused: 'removed' };
  const note = `by ${replacedBy}, says ${target.link.owner}`;
  await addHistory(target, { type: 'replaced', on: target.now, note }, watch);
  const { displayName } = viewOf(target, undefined);
  return { replaced: displayName, by: newId, registered: registered === 'created' };
}

function refuse(target: LinkTarget, badNewId: string): LinkAnswer {
  return { view: viewOf(target, undefined), badNewId };
}

/** The table keys of the successor, or what its kind finds wrong with the id. */
function successorOf({ row, parsed }: LinkTarget, newId: string, { kinds }: Deps): Key | { fault: string } {
  const { identity } = row;
  const { source } = parsed;
  if (!identity || !source) return { fault: 'correct the registry row of the old one first' };
  const names = namesIn(newId, identity);
  if (!names) return { fault: `write it like the old one, ${identity.names.join('/')}` };
  const located = source.locate({ ...identity, names });
  if ('fault' in located) return located;
  const key = kinds.spell(located.identity);
  const isItself = key.scope === row.scope && key.name === row.name;
  return isItself ? { fault: 'that is the old one; write the id of the new one' } : key;
}

/** An id of one name may hold slashes; several names are separated by slashes. */
function namesIn(newId: string, { names }: Identity): string[] | undefined {
  const written = names.length === 1 ? [newId] : newId.split('/').map(name => name.trim());
  return written.length === names.length ? written : undefined;
}

async function register(
  key: Key,
  { row }: LinkTarget,
  { tables: { registry } }: Deps,
): Promise<'created' | 'known' | 'notWatched'> {
  if (await registry.save(key, takenOver(row.columns))) return 'created';
  const known = await registry.row(key);
  // Two rows that replace each other would both be silent.
  return known && isWatched(parseColumns(known.columns).columns) ? 'known' : 'notWatched';
}
