/** The link in a mail: it shows one target, and its recipient can snooze that, undo the snooze, or name a replacement (rule 20). */
import { addressKey, includesAddress } from '../../core/address';
import { mutedSinceBy, snoozeOf } from '../../core/assess';
import type { Expiry } from '../../core/expiry';
import type { TargetEvent } from '../../core/history';
import { parseColumns, takenOver } from '../../core/row';
import {
  daysLeft,
  holds,
  type LinkSigning,
  MOST_SNOOZE_DAYS,
  type Snooze,
  snoozeUntil,
  withMute,
} from '../../core/snooze';
import { fixedExpiry } from '../../core/standing';
import { type Description, type Identity, isWatched, type Key } from '../../core/target';
import type { MailPolicy, Watched } from '../../core/watched';
import { formatInstant, type Instant } from '../../formats/instant';
import { counted, utcDate } from '../../formats/when';
import type { Clock, RegistryRow, Tables } from '../ports';
import { lostRow } from '../targets/lost-row';
import { descriptionOf, type Kinds, type ParsedTarget, parseTarget } from '../targets/parse-target';
import { type Link, readLink, type TokenRefused } from './token';

interface Deps {
  readonly tables: Pick<Tables, 'registry' | 'expiries' | 'history'>;
  readonly clock: Clock;
  readonly kinds: Kinds;
  readonly mail: MailPolicy;
  /** Undefined if no secret is set. Then no link works. */
  readonly links: LinkSigning | undefined;
}

/** Why a link does nothing. */
export type Refused =
  | TokenRefused
  | { readonly refused: 'off' | 'removed' | 'notARecipient' }
  | { readonly refused: 'notWatched'; readonly displayName: string; readonly replacedBy?: string }
  | {
      readonly refused: 'expiryChanged';
      readonly displayName: string;
      readonly about: Instant | undefined;
      readonly expiresOn: Instant | 'never' | undefined;
    };

/** What the recipient sees of a target. */
export interface LinkView extends Pick<Description, 'displayName' | 'label' | 'where'> {
  readonly asOf: Instant;
  readonly owner: string;
  /** Its id as people write it, such as `shop/web`. The id of a replacement is written the same way. */
  readonly id: string;
  readonly expiresOn: Instant | 'never' | undefined;
  readonly readOn?: Instant;
  readonly failure?: { readonly since: Instant; readonly message: string };
  /** The recipient's own snooze, if one is in force. */
  readonly snooze?: Snooze;
  /** When the recipient first muted this expiry, and how many days a snooze may last now; absent where it was never muted. */
  readonly mute?: { readonly since: Instant; readonly daysLeft: number };
}

/** What the recipient wants to be done. */
export type LinkAction =
  | {
      readonly act: 'snooze';
      readonly days: number;
      readonly reason: string;
      /** When the snooze began that the recipient saw, as 24-character text; '' if they saw none. */
      readonly seen: string;
    }
  | { readonly act: 'undo' }
  | { readonly act: 'replace'; readonly newId: string | undefined };

export interface Shown {
  readonly view: LinkView;
  /** The target is in this state now. */
  readonly done?: 'snoozed' | 'unsnoozed';
  /** Nothing was done: the snooze is no longer the one that the recipient saw. */
  readonly changedMeanwhile?: true;
  /** Nothing was done: why it cannot be snoozed for so long. */
  readonly badDays?: string;
  /** Nothing was done: why the id of the replacement can't be used. */
  readonly badNewId?: string;
}

export interface Replaced {
  readonly replaced: string;
  readonly by: string | undefined;
  /** A registry row was written for the new target; false if there was one already. */
  readonly registered: boolean;
}

export type LinkResult = Refused | Shown | Replaced;

/** The target that a link leads to. */
interface LinkTarget {
  readonly link: Link;
  readonly row: RegistryRow;
  readonly parsed: ParsedTarget;
  readonly state: Expiry;
  /** The instant at which all of it is judged. */
  readonly now: Instant;
}

/** The value of `replacedBy` when the owner did not name a successor. No target can have this name. */
const NOT_NAMED = '(not named)';

/** Changes nothing, since mail scanners follow links, too. */
export async function showLink(token: string, deps: Deps): Promise<LinkResult> {
  const target = await findTarget(token, deps);
  return 'refused' in target ? target : { view: viewOf(target, snoozeInForce(target)) };
}

/** Does what the recipient wants, if the link may still act. Doing it twice changes nothing more. */
export async function followLink(token: string, action: LinkAction, deps: Deps): Promise<LinkResult> {
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
): Promise<LinkResult> {
  const { link, state, now } = target;
  const { days, reason } = action;
  if (snoozeUntil(days, now) === undefined) throw new RangeError(`${days} days are not a valid snooze`);
  const current = snoozeInForce(target);
  if (current && formatInstant(current.on) !== action.seen) {
    // The form was sent twice; or another window was faster, with another snooze.
    const same = current.reason === reason && snoozeUntil(days, current.on) === current.until;
    const view = viewOf(target, current);
    return same ? { view, done: 'snoozed' } : { view, changedMeanwhile: true };
  }
  const since = mutedSinceBy(link.owner, state);
  const until = snoozeUntil(days, now, since);
  if (until === undefined) return { view: viewOf(target, current), badDays: tooLong(now, since) };
  const wanted: Snooze = { about: link.about, until, reason, on: now };
  const mutes = withMute(mutesOf(target), { about: link.about, on: since ?? now });
  if (!(await deps.tables.expiries.mergeSnooze(link.owner, link, wanted, mutes)))
    return { refused: 'removed' };
  const note = `by ${link.owner} until ${formatInstant(until)}: ${reason}`;
  await addHistory(target, { type: 'snoozed', on: now, note }, deps);
  return { view: viewOf(target, wanted, since ?? now), done: 'snoozed' };
}

function mutesOf({ link, state }: LinkTarget) {
  return state.mutes?.get(addressKey(link.owner)) ?? [];
}

function tooLong(now: Instant, since: Instant = now): string {
  const left = daysLeft(now, since);
  const most = left > 0 ? `${counted(left, 'day')} at most` : 'it can be snoozed no longer';
  return `${most}: you first snoozed it on ${utcDate(since)}, and one expiry is snoozed for ${MOST_SNOOZE_DAYS} days in sum`;
}

/** Undoes any snooze in force, also one that the recipient has not seen: reminders that come again do no harm. */
async function undo(target: LinkTarget, deps: Deps): Promise<LinkResult> {
  const { link, now } = target;
  const answer: LinkResult = { view: viewOf(target, undefined), done: 'unsnoozed' };
  if (!snoozeInForce(target)) return answer;
  // A snooze of an earlier version has no mute beside it.
  const since = mutedSinceBy(link.owner, target.state) ?? now;
  const mutes = withMute(mutesOf(target), { about: link.about, on: since });
  if (!(await deps.tables.expiries.mergeSnooze(link.owner, link, undefined, mutes)))
    return { refused: 'removed' };
  await addHistory(target, { type: 'unsnoozed', on: now, note: `by ${link.owner}` }, deps);
  return answer;
}

/** @param newId the successor, written as the page shows the id of the old target; it is in the same scope */
async function replaceTarget(target: LinkTarget, newId: string | undefined, deps: Deps): Promise<LinkResult> {
  if (target.row.lost) return { refused: 'removed' };
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

function refuse(target: LinkTarget, badNewId: string): LinkResult {
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

async function findTarget(token: string, deps: Deps): Promise<LinkTarget | Refused> {
  const now = deps.clock.now();
  if (!deps.links) return { refused: 'off' };
  const link = readLink(token, deps.links, now);
  if ('refused' in link) return link;
  const { registry, expiries } = deps.tables;
  const [found, state] = await Promise.all([registry.row(link), expiries.row(link)]);
  const row = found ?? lostRow(state);
  if (!row || !state) return { refused: 'removed' };
  const parsed = parseTarget(row, deps.kinds);
  const refused = refusalOf(link, parsed.watched, state, deps.mail.operators);
  return refused ?? { link, row, parsed, state, now };
}

/** Why a link may no longer act on its target; undefined if it may. */
function refusalOf(
  link: Link,
  { columns, name }: Watched,
  state: Expiry,
  operators: readonly string[],
): Refused | undefined {
  // This comes first: a former owner gets no information about the target.
  if (!includesAddress([...columns.owners, ...operators], link.owner)) return { refused: 'notARecipient' };
  const { displayName = name, replacedBy } = columns;
  if (!isWatched(columns)) return { refused: 'notWatched', displayName, replacedBy };
  if (fixedExpiry(state) === link.about) return undefined;
  return { refused: 'expiryChanged', displayName, about: link.about, expiresOn: shownExpiry(state) };
}

/** The recipient's own snooze, if one is in force. */
function snoozeInForce({ link, state, now }: LinkTarget): Snooze | undefined {
  const snooze = snoozeOf(state, link.owner);
  return holds(snooze, fixedExpiry(state), now) ? snooze : undefined;
}

/** @param snooze as it is after the action */
function viewOf(
  target: LinkTarget,
  snooze: Snooze | undefined,
  since: Instant | undefined = mutedSinceBy(target.link.owner, target.state),
): LinkView {
  const { link, row, state, now } = target;
  const { displayName, label, where } = descriptionOf(target.parsed);
  const { readOn, failure } = state;
  return {
    asOf: now,
    owner: link.owner,
    displayName,
    label,
    where,
    id: row.identity?.names.join('/') ?? row.name,
    expiresOn: shownExpiry(state),
    readOn,
    failure: failure && { since: failure.since, message: failure.message },
    snooze,
    mute: since === undefined ? undefined : { since, daysLeft: daysLeft(now, since) },
  };
}

/** The expiry, if it is certain: unknown while evidence is undecided, and if each read makes a new token. */
function shownExpiry(state: Expiry): Instant | 'never' | undefined {
  return fixedExpiry(state) ?? (state.expiresOn === 'never' ? 'never' : undefined);
}

async function addHistory({ link }: LinkTarget, event: TargetEvent, { tables }: Deps): Promise<void> {
  await tables.history.add([{ scope: link.scope, name: link.name, event }]);
}
