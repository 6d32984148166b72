/** The target that a link leads to: found, and still what the mail spoke of; or why the link does nothing. */
import { snoozeOf } from '../../core/assess';
import type { Expiry } from '../../core/expiry';
import type { TargetEvent } from '../../core/history';
import type { Links } from '../../core/links';
import { holds, type Snooze } from '../../core/snooze';
import { fixedExpiry } from '../../core/standing';
import type { MailPolicy } from '../../core/watched';
import type { Instant } from '../../formats/instant';
import type { Clock, RegistryRow, Tables } from '../ports';
import { type Kinds, type ParsedTarget, parseTarget } from '../targets/parse-target';
import { type Link, type LinkView, type Refused, refusalOf, shownExpiry } from './link';
import { readLink } from './token';

export interface LinkWatch {
  readonly tables: Pick<Tables, 'registry' | 'expiries' | 'history'>;
  readonly clock: Clock;
  readonly kinds: Kinds;
  readonly mail: MailPolicy;
  /** Undefined while no secret is set: then no link leads anywhere. */
  readonly links: Links | undefined;
}

export interface LinkTarget {
  readonly link: Link;
  readonly row: RegistryRow;
  readonly parsed: ParsedTarget;
  readonly state: Expiry;
  /** The one instant at which all of it is judged. */
  readonly now: Instant;
}

export async function findTarget(token: string, watch: LinkWatch): Promise<LinkTarget | Refused> {
  const now = watch.clock.now();
  if (!watch.links) return { refused: 'off' };
  const link = readLink(token, watch.links, now);
  if ('refused' in link) return link;
  const { registry, expiries } = watch.tables;
  const [row, state] = await Promise.all([registry.row(link), expiries.row(link)]);
  if (!row || !state) return { refused: 'removed' };
  const parsed = parseTarget(row, watch.kinds);
  const refused = refusalOf(link, parsed.watched, state, watch.mail.operators);
  return refused ?? { link, row, parsed, state, now };
}

/** The recipient's own snooze, if one holds. */
export function snoozeInForce({ link, state, now }: LinkTarget): Snooze | undefined {
  const snooze = snoozeOf(state, link.owner);
  return holds(snooze, fixedExpiry(state), now) ? snooze : undefined;
}

/** What the recipient sees; `snooze` as it is after what was done. */
export function viewOf(target: LinkTarget, snooze: Snooze | undefined): LinkView {
  const { link, row, state, now } = target;
  const { watched, source, located } = target.parsed;
  const { readOn, failure } = state;
  return {
    asOf: now,
    owner: link.owner,
    displayName: watched.columns.displayName ?? watched.name,
    label: source?.label ?? watched.kind,
    where: located?.where ?? watched.scope,
    id: row.identity?.names.join('/') ?? row.name,
    expiresOn: shownExpiry(state),
    ...(readOn !== undefined && { readOn }),
    ...(failure && { failure: { since: failure.since, message: failure.message } }),
    ...(snooze && { snooze }),
  };
}

export async function remember(
  { link: { scope, name } }: LinkTarget,
  event: TargetEvent,
  watch: LinkWatch,
): Promise<void> {
  await watch.tables.history.add([{ scope, name, event }]);
}
