/** Replacing by the link in a mail: reads the new target, asks, and only then stops watching the old one; and undoes that (docs/design.md, One replacement). */
import type { SaidReplaced } from '../../core/expiry';
import { isReplaced, NOT_NAMED, replacementOf } from '../../core/replacement';
import { takenOver } from '../../core/row';
import type { Identity, Key } from '../../core/target';
import { counted, moment } from '../../formats/when';
import type { Located, Log, Source } from '../ports';
import { readNow, type Throttled } from '../sweep/check-now';
import { meantKey } from '../targets/parse-target';
import { chainFrom, faultWords, linkOf, successorsOf } from '../targets/successors';
import type { LinkAction, LinkResult, Proposed, Refused, Shown, Stopped } from './link-answers';
import {
  addHistory,
  type Deps,
  findTarget,
  type LinkTarget,
  readableId,
  snoozeInForce,
  viewOf,
} from './link-target';
import { isProof, proofOf } from './token';

type Confirmation = Extract<LinkAction, { act: 'confirm' | 'replaceUnnamed' }>;

/** The new target, ready to be read. */
interface Successor extends Key {
  readonly source: Source;
  readonly located: Located;
}

/** The old target: its row as it is judged. */
type Old = Pick<LinkTarget, 'row' | 'parsed' | 'now'>;

/** The new target as it was read. */
export type ReadSuccessor =
  | Omit<Proposed['proposed'], 'proof'>
  | { readonly fault: string; readonly retryAfterMs?: number };

/** Reads the new target. A read that fails says why. */
export async function readSuccessor(
  target: Old,
  newId: string,
  deps: Deps,
  log: Log,
): Promise<ReadSuccessor> {
  const successor = await successorOf(target, newId, deps);
  if ('fault' in successor) return successor;
  const { name, located } = successor;
  const known = await deps.tables.registry.row(successor);
  const fault = known && (await faultOf(target, name, deps));
  if (fault !== undefined) return { fault };
  const reading = await readNow(successor, deps, log);
  if ('refused' in reading) return throttledFault(reading);
  if (reading.outcome === 'failed')
    return { fault: `it could not be read: ${reading.message.replace(/\.$/, '')}` };
  const expiresOn = reading.outcome === 'expires' ? reading.expiresOn : 'never';
  if (expiresOn !== 'never' && expiresOn <= target.now)
    return { fault: `it expired on ${moment(expiresOn)}; write the id of the one that is used now` };
  return { id: located.identity.names.join('/'), name, expiresOn, isRegistered: known !== undefined };
}

/** Reads the new target and asks. A read that fails stops nothing, and says why. */
export async function replace(target: LinkTarget, newId: string, deps: Deps, log: Log): Promise<LinkResult> {
  const read = await readSuccessor(target, newId, deps, log);
  if ('fault' in read) return { ...refuse(target, read.fault), retryAfterMs: read.retryAfterMs };
  const proof = proofOf(target.links, subjectOf(target, read.name), deps.clock.now());
  return proposal(target, { ...read, proof });
}

/** Stops watching. A confirmation of anything but the last reading is asked again. */
export async function confirm(
  token: string,
  target: LinkTarget,
  action: Confirmation,
  deps: Deps,
  log: Log,
): Promise<LinkResult> {
  const { registry, expiries } = deps.tables;
  const { link, row, now } = target;
  const name = action.act === 'confirm' ? action.name : NOT_NAMED;
  if (action.act === 'confirm') {
    if (!isProof(action.proof, target.links, subjectOf(target, name), now))
      return await replace(target, idOf(link.scope, name, deps), deps, log);
    // The new row is written first: a crash between the two writes leaves both targets watched.
    await registry.save({ scope: link.scope, name }, takenOver(row.columns));
    const fault = await faultOf(target, name, deps);
    if (fault !== undefined) return refuse(target, fault);
  }
  const note = action.act === 'replaceUnnamed' ? action.note : undefined;
  const said: SaidReplaced = { by: link.owner, on: now, to: name, note };
  // Before the row says so, so that a crash in between leaves nobody untold.
  if (!(await expiries.mergeReplaced(link, said))) return { refused: 'removed' };
  // Of presses at the same time only one finds the row as it was read.
  if ((await registry.save(link, { replacedBy: name }, row.etag ?? '*')) === undefined)
    return await lookAgain(token, deps);
  // A press that came too late may have said something else.
  await expiries.mergeReplaced(link, said);
  await addHistory(link, { type: 'replaced', on: now, note: historyNote(said) }, deps);
  if (name !== NOT_NAMED) {
    const replaces = `'${readableId(row)}', says ${link.owner}`;
    await addHistory({ scope: link.scope, name }, { type: 'replaces', on: now, note: replaces }, deps);
  }
  return { ...stopped(target, name, said, deps), done: 'now' };
}

/** Watches the old target again. The new one stays registered. */
export async function unreplace(token: string, target: LinkTarget, deps: Deps): Promise<LinkResult> {
  const { registry, expiries } = deps.tables;
  const { link, row, parsed, state, now } = target;
  if (!isReplaced(parsed.watched.replacement)) return watchedAgain(target);
  const { saidReplaced: said } = state;
  // Before the row says so, as when it was replaced.
  if (said) await expiries.mergeReplaced(link, { ...said, undone: { by: link.owner, on: now } });
  if ((await registry.save(link, { replacedBy: '' }, row.etag ?? '*')) === undefined) {
    const again = await findTarget(token, deps);
    if ('refused' in again) return again;
    return isReplaced(again.parsed.watched.replacement) ? stoppedOf(again, deps) : watchedAgain(again);
  }
  const note = `by ${link.owner}; it was replaced by ${parsed.watched.columns.replacedBy}`;
  await addHistory(link, { type: 'watchedAgain', on: now, note }, deps);
  return watchedAgain(target);
}

function watchedAgain(target: LinkTarget): Shown {
  return { view: viewOf(target, snoozeInForce(target)), done: 'watchedAgain' };
}

/** What a replaced target's page shows. */
export function stoppedOf(target: LinkTarget, deps: Deps): Stopped {
  const { replacedBy = NOT_NAMED } = target.parsed.watched.columns;
  const { saidReplaced: said } = target.state;
  const isSaid = said?.to === replacedBy && !said.undone;
  return stopped(target, replacedBy, isSaid ? said : undefined, deps);
}

function stopped(target: LinkTarget, name: string, said: SaidReplaced | undefined, deps: Deps): Stopped {
  const { scope } = target.row;
  const { displayName = target.row.name } = target.parsed.watched.columns;
  const isNamed = name !== NOT_NAMED && target.parsed.watched.replacement.is !== 'notVerified';
  return {
    stopped: displayName,
    by: isNamed ? idOf(scope, name, deps) : undefined,
    said: said && { by: said.by, on: said.on, note: said.note },
  };
}

/** The id of a target in the same scope, as people write it. */
function idOf(scope: string, name: string, { kinds }: Deps): string {
  return readableId({ name, identity: kinds.takeApart({ scope, name }) });
}

/** Another press or another writer was faster. Nothing was done by this one. */
async function lookAgain(token: string, deps: Deps): Promise<LinkResult> {
  const target: LinkTarget | Refused = await findTarget(token, deps);
  if ('refused' in target) return target;
  if (isReplaced(target.parsed.watched.replacement)) return { ...stoppedOf(target, deps), done: 'already' };
  return refuse(target, 'its registry row was changed at the same time; send the form again');
}

function historyNote({ by, to, note }: SaidReplaced): string {
  return note === undefined ? `by ${to}, says ${by}` : `replaced, not verified, says ${by}: ${note}`;
}

function proposal(target: LinkTarget, proposed: Proposed['proposed']): Proposed {
  return { view: viewOf(target, snoozeInForce(target)), proposed };
}

function refuse(target: LinkTarget, badNewId: string): Shown {
  return { view: viewOf(target, snoozeInForce(target)), badNewId };
}

function throttledFault({ by, retryAfterMs }: Throttled) {
  const seconds = Math.max(1, Math.ceil(retryAfterMs / 1_000));
  const why =
    by === 'scope'
      ? 'the service allows no request for it now'
      : 'checks may use half of the pace of their scope, and that is used up';
  return { fault: `${why}; try again in ${counted(seconds, 'second')}`, retryAfterMs };
}

/** Why a registered target can't take this one's place; undefined if it can. */
async function faultOf(target: Old, name: string, { tables, kinds }: Deps): Promise<string | undefined> {
  const successors = successorsOf(target.row.scope, tables, kinds);
  const chain = await chainFrom({ ...linkOf(target.parsed), replacedBy: name }, successors);
  const replacement = replacementOf(chain);
  if (replacement.is === 'bad') return withoutColumn(faultWords(target.row, replacement, kinds));
  const [, direct, further] = chain;
  if (further) return `it is not watched any more: ${direct?.replacedBy} replaced it; write the id of that`;
  return undefined;
}

/** The fault without the column's name, and without what holds for rows that people write. */
function withoutColumn(fault: string): string {
  return `it is not watched: ${fault.replace(/^replacedBy: /, '').replace(/; .*$/, '')}; correct its registry row first`;
}

/** The successor by the id that a person typed: like the old one, as its row is called, or as a whole resource id or URL. */
async function successorOf(
  target: Old,
  newId: string,
  { kinds, tables }: Deps,
): Promise<Successor | { readonly fault: string }> {
  const { row, parsed } = target;
  const { identity, scope } = row;
  const { source } = parsed;
  if (!identity || !source) return { fault: 'correct the registry row of the old one first' };
  const registered = await tables.registry.row({ scope, name: newId });
  const meant = meantKey({ scope, name: newId }, kinds);
  const names = registered?.identity?.names ?? namesIn(newId, identity) ?? meantNames(meant, scope, kinds);
  if (!names && meant && meant.scope !== scope)
    return {
      fault: 'it is of another scope, so it can’t take the place of the old one; register it by itself',
    };
  if (!names) return { fault: `write it like the old one, ${readableId(row)}` };
  const located = source.locate({ ...identity, names });
  if ('fault' in located) return located;
  const key = kinds.spell(located.identity);
  if (key.name === row.name) return { fault: 'that is the old one; write the id of the new one' };
  return { ...key, source, located };
}

/** An id of one name may hold slashes, but is no URL; several names are separated by slashes. */
function namesIn(newId: string, { names }: Identity): readonly string[] | undefined {
  if (/^https?:\/\//i.test(newId)) return undefined;
  const written = names.length === 1 ? [newId] : newId.split('/').map(name => name.trim());
  return written.length === names.length ? written : undefined;
}

function meantNames(
  meant: Key | undefined,
  scope: string,
  kinds: Deps['kinds'],
): readonly string[] | undefined {
  return meant?.scope === scope ? kinds.takeApart(meant)?.names : undefined;
}

/** What a confirmation is about: it holds for one link, one successor and one version of the row. */
function subjectOf({ link, row }: LinkTarget, name: string): readonly string[] {
  return [link.scope, link.name, link.owner, name, row.etag ?? ''];
}
