/** The target of a snooze link: what its recipient sees and can do, and why a link does nothing (rule 20). */
import { includesAddress } from '../../core/address';
import { snoozeOf } from '../../core/assess';
import type { Expiry } from '../../core/expiry';
import type { TargetEvent } from '../../core/history';
import { holds, type Links, type Snooze } from '../../core/snooze';
import { fixedExpiry } from '../../core/standing';
import { type Description, isWatched } from '../../core/target';
import type { MailPolicy, Watched } from '../../core/watched';
import type { Instant } from '../../formats/instant';
import type { Clock, RegistryRow, Tables } from '../ports';
import { descriptionOf, type Kinds, type ParsedTarget, parseTarget } from '../targets/parse-target';
import { type Link, readLink, type TokenRefused } from './token';

export interface Deps {
  readonly tables: Pick<Tables, 'registry' | 'expiries' | 'history'>;
  readonly clock: Clock;
  readonly kinds: Kinds;
  readonly mail: MailPolicy;
  /** Undefined if no secret is set. Then no link works. */
  readonly links: Links | undefined;
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
  /** Its names as a person writes them, such as `shop/web`. The id of a replacement is written the same way. */
  readonly id: string;
  readonly expiresOn: Instant | 'never' | undefined;
  readonly readOn?: Instant;
  readonly failure?: { readonly since: Instant; readonly message: string };
  /** The recipient's own snooze, if one is in force. */
  readonly snooze?: Snooze;
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
  /** Nothing was done: why the id of the replacement can't be used. */
  readonly badNewId?: string;
}

export interface Replaced {
  readonly replaced: string;
  readonly by: string | undefined;
  /** A registry row was written for the new target; false if there was one already. */
  readonly registered: boolean;
}

export type LinkAnswer = Refused | Shown | Replaced;

/** The target that a link leads to. */
export interface LinkTarget {
  readonly link: Link;
  readonly row: RegistryRow;
  readonly parsed: ParsedTarget;
  readonly state: Expiry;
  /** The instant at which all of it is judged. */
  readonly now: Instant;
}

export async function findTarget(token: string, deps: Deps): Promise<LinkTarget | Refused> {
  const now = deps.clock.now();
  if (!deps.links) return { refused: 'off' };
  const link = readLink(token, deps.links, now);
  if ('refused' in link) return link;
  const { registry, expiries } = deps.tables;
  const [row, state] = await Promise.all([registry.row(link), expiries.row(link)]);
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
export function snoozeInForce({ link, state, now }: LinkTarget): Snooze | undefined {
  const snooze = snoozeOf(state, link.owner);
  return holds(snooze, fixedExpiry(state), now) ? snooze : undefined;
}

/** @param snooze as it is after the action */
export function viewOf(target: LinkTarget, snooze: Snooze | undefined): LinkView {
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
  };
}

/** The expiry, if it is certain: unknown while evidence is undecided, and if each read makes a new token. */
function shownExpiry(state: Expiry): Instant | 'never' | undefined {
  return fixedExpiry(state) ?? (state.expiresOn === 'never' ? 'never' : undefined);
}

export async function addHistory({ link }: LinkTarget, event: TargetEvent, { tables }: Deps): Promise<void> {
  await tables.history.add([{ scope: link.scope, name: link.name, event }]);
}
