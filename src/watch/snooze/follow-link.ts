/** Following the link in a mail: it shows one target, and its recipient can snooze that, undo the snooze, or name a replacement. */

import { parseColumns, takenOver } from '../../core/row';
import { type Snooze, snoozeUntil } from '../../core/snooze';
import { type Identity, isWatched, type Key } from '../../core/target';
import { formatInstant } from '../../formats/instant';
import {
  addHistory,
  type Deps,
  findTarget,
  type LinkAction,
  type LinkAnswer,
  type LinkTarget,
  snoozeInForce,
  viewOf,
} from './link';

/** The value of `replacedBy` when the owner did not name a successor. No target can have this name. */
const NOT_NAMED = '(not named)';

/** Changes nothing, since mail scanners follow links, too. */
export async function lookAtLink(token: string, deps: Deps): Promise<LinkAnswer> {
  const target = await findTarget(token, deps);
  return 'refused' in target ? target : { view: viewOf(target, snoozeInForce(target)) };
}

/** Does what the recipient wants, if the link may still act. Doing it twice changes nothing more. */
export async function followLink(token: string, action: LinkAction, deps: Deps): Promise<LinkAnswer> {
  const target = await findTarget(token, deps);
  if ('refused' in target) return target;
  switch (action.act) {
    case 'snooze':
      return snooze(target, action, deps);
    case 'undo':
      return undo(target, deps);
    case 'replace':
      return replaceTarget(target, action.newId, deps);
  }
}

async function snooze(
  target: LinkTarget,
  action: Extract<LinkAction, { act: 'snooze' }>,
  deps: Deps,
): Promise<LinkAnswer> {
  const { link, now } = target;
  const { days, reason } = action;
  const until = snoozeUntil(days, now);
  if (until === undefined) throw new RangeError(`${days} days are not a valid snooze`);
  const current = snoozeInForce(target);
  if (current && formatInstant(current.on) !== action.seen) {
    // The form was sent twice; or another window was faster, with another snooze.
    const same = current.reason === reason && snoozeUntil(days, current.on) === current.until;
    const view = viewOf(target, current);
    return same ? { view, done: 'snoozed' } : { view, changedMeanwhile: true };
  }
  const wanted: Snooze = { about: link.about, until, reason, on: now };
  if (!(await deps.tables.expiries.mergeSnooze(link.owner, link, wanted))) return { refused: 'removed' };
  const note = `by ${link.owner} until ${formatInstant(until)}: ${reason}`;
  await addHistory(target, { type: 'snoozed', on: now, note }, deps);
  return { view: viewOf(target, wanted), done: 'snoozed' };
}

/** Undoes any snooze in force, also one that the recipient has not seen: reminders that come again do no harm. */
async function undo(target: LinkTarget, deps: Deps): Promise<LinkAnswer> {
  const { link, now } = target;
  const answer: LinkAnswer = { view: viewOf(target, undefined), done: 'unsnoozed' };
  if (!snoozeInForce(target)) return answer;
  if (!(await deps.tables.expiries.mergeSnooze(link.owner, link, undefined))) return { refused: 'removed' };
  await addHistory(target, { type: 'unsnoozed', on: now, note: `by ${link.owner}` }, deps);
  return answer;
}

/** @param newId the successor, written as the page shows the id of the old target; it is in the same scope */
async function replaceTarget(target: LinkTarget, newId: string | undefined, deps: Deps): Promise<LinkAnswer> {
  const successor = newId === undefined ? undefined : successorOf(target, newId, deps);
  if (successor && 'fault' in successor) return refuse(target, successor.fault);
  const registered = successor && (await register(successor, target, deps));
  if (registered === 'notWatched')
    return refuse(target, `'${newId}' is registered but not watched: correct its registry row first`);
  // The new row is written first: a crash between the two writes leaves both targets watched.
  const replacedBy = successor?.name ?? NOT_NAMED;
  if (!(await deps.tables.registry.save(target.link, { replacedBy }, '*'))) return { refused: 'removed' };
  const note = `by ${replacedBy}, says ${target.link.owner}`;
  await addHistory(target, { type: 'replaced', on: target.now, note }, deps);
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
