/** The target that a link leads to: found, judged by what the link may do, and shown to its recipient. */
import { includesAddress } from '../../core/address';
import { assess, mutedSinceBy, snoozeOf } from '../../core/assess';
import type { Expiry } from '../../core/expiry';
import type { TargetEvent } from '../../core/history';
import { daysLeft, holds, type LinkSigning, type Snooze } from '../../core/snooze';
import { fixedExpiry, type Standing, standingOf } from '../../core/standing';
import type { Key } from '../../core/target';
import type { MailPolicy, Watched } from '../../core/watched';
import type { Instant } from '../../formats/instant';
import type { Clock, RegistryRow, Tables } from '../ports';
import { lostRow } from '../targets/lost-row';
import { descriptionOf, type Kinds, type ParsedTarget } from '../targets/parse-target';
import { resolveTarget, successorsOf } from '../targets/successors';
import type { LinkView, Refused } from './link-answers';
import { type Link, readLink } from './token';

export interface Deps {
  readonly tables: Tables;
  readonly clock: Clock;
  readonly kinds: Kinds;
  readonly mail: MailPolicy;
  /** Undefined if no secret is set. Then no link works. */
  readonly links: LinkSigning | undefined;
}

/** A target as one recipient sees it. */
export interface OwnTarget {
  readonly link: Link;
  /** Without an etag it is only remembered: the row itself is lost. */
  readonly row: RegistryRow & { readonly etag?: string };
  readonly parsed: ParsedTarget;
  readonly state: Expiry;
  readonly mail: MailPolicy;
  /** The instant at which all of it is judged. */
  readonly now: Instant;
}

/** The target that a link leads to. */
export interface LinkTarget extends OwnTarget {
  readonly links: LinkSigning;
}

/** Also one that was replaced: that can be undone. */
export async function findTarget(token: string, deps: Deps): Promise<LinkTarget | Refused> {
  const { links, clock, kinds } = deps;
  const now = clock.now();
  if (!links) return { refused: 'off' };
  const link = readLink(token, links, now);
  if ('refused' in link) return link;
  const { registry, expiries } = deps.tables;
  const [found, state] = await Promise.all([registry.row(link), expiries.row(link)]);
  const row = found ?? lostRow(state);
  if (!row || !state) return { refused: 'removed' };
  const parsed = await resolveTarget(row, kinds, successorsOf(row.scope, deps.tables, kinds));
  const refused = refusalOf(link, parsed.watched, state, deps.mail.operators);
  return refused ?? { link, links, row, parsed, state, mail: deps.mail, now };
}

/** Why a link may no longer act on its target; undefined if it may. */
function refusalOf(
  link: Link,
  { columns, name, lost }: Watched,
  state: Expiry,
  operators: readonly string[],
): Refused | undefined {
  // Of a lost row whose target was on no report not even the owners are known.
  if (lost && !columns.enabled) return { refused: 'rowLost' };
  // Before all else: a former owner gets no information about the target.
  if (!includesAddress([...columns.owners, ...operators], link.owner)) return { refused: 'notARecipient' };
  const { displayName = name } = columns;
  if (!columns.enabled) return { refused: 'notWatched', displayName };
  if (fixedExpiry(state) === link.about) return undefined;
  return { refused: 'expiryChanged', displayName, about: link.about, expiresOn: shownExpiry(state) };
}

/** The recipient's own snooze, if one is in force. */
export function snoozeInForce({ link, state, now }: OwnTarget): Snooze | undefined {
  const snooze = snoozeOf(state, link.owner);
  return holds(snooze, fixedExpiry(state), now) ? snooze : undefined;
}

/** @param snooze as it is after the action */
export function viewOf(
  target: OwnTarget,
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
    id: readableId(row),
    expiresOn: shownExpiry(state),
    standing: standingNow(target),
    readOn,
    failure: failure && { since: failure.since, message: failure.message },
    snooze,
    mute: since === undefined ? undefined : { since, daysLeft: daysLeft(now, since) },
  };
}

/** As reports say it. */
function standingNow({ parsed, state, mail, now }: OwnTarget): Standing {
  const { listing } = assess(parsed.watched, state, undefined, mail, now);
  return listing ? standingOf(listing, now) : 'unknown';
}

/** The expiry, if it is certain: unknown while evidence is undecided, and if each read makes a new token. */
function shownExpiry(state: Expiry): Instant | 'never' | undefined {
  return fixedExpiry(state) ?? (state.expiresOn === 'never' ? 'never' : undefined);
}

/** An id as people write it, such as `shop/web`. */
export function readableId({ identity, name }: Pick<RegistryRow, 'identity' | 'name'>): string {
  return identity?.names.join('/') ?? name;
}

export async function addHistory(
  key: Key,
  event: TargetEvent,
  { tables }: Pick<Deps, 'tables'>,
): Promise<void> {
  await tables.history.add([{ scope: key.scope, name: key.name, event }]);
}
