/** What a mail's recipient sees without signing in: the list of all that they own, or one target as their mails show it. */
import { includesAddress } from '../../core/address';
import { assess } from '../../core/assess';
import { itemOf, type StatusItem } from '../../core/listing';
import { isReplaced } from '../../core/replacement';
import type { LinkSigning, TokenRefused } from '../../core/snooze';
import type { Description, Key } from '../../core/target';
import { readViewLink, type ViewLink, viewToken } from '../../core/view-link';
import { isForOperatorsAlone, type MailPolicy } from '../../core/watched';
import type { Instant } from '../../formats/instant';
import type { CalendarEntry, Clock, Tables } from '../ports';
import { lostRow } from '../targets/lost-row';
import { descriptionOf, type Kinds } from '../targets/parse-target';
import { resolveTarget, successorsOf } from '../targets/successors';
import { firstItems } from './fleet';

export interface MineDeps {
  readonly tables: Pick<Tables, 'registry' | 'expiries' | 'calendar'>;
  readonly clock: Clock;
  readonly kinds: Kinds;
  readonly mail: MailPolicy;
  /** Undefined if no secret is set. Then no link works. */
  readonly links: LinkSigning | undefined;
}

export type Mine = NotShown | OwnList | OwnTarget;

/** Why a link shows nothing. */
export type NotShown =
  | TokenRefused
  | { readonly refused: 'off' | 'removed' | 'notARecipient' }
  | { readonly refused: 'notWatched'; readonly displayName: string };

export interface OwnList {
  readonly asOf: Instant;
  readonly owner: string;
  /** What expires first comes first. `token`: of the link to its page. */
  readonly items: readonly { readonly item: StatusItem; readonly token: string }[];
  /** There are more, or there may be. */
  readonly isCut: boolean;
}

export interface OwnTarget {
  readonly asOf: Instant;
  readonly owner: string;
  readonly description: Description;
  readonly owners: readonly string[];
  /** As reports show it. Undefined where another took its place. */
  readonly item: StatusItem | undefined;
  readonly readOn?: Instant;
  /** Why it can't be read, unless that is a matter of the operators alone. */
  readonly failure?: { readonly since: Instant; readonly message?: string };
  /** Of the link to all that the recipient owns. */
  readonly listToken: string;
}

/** These bound the cost of a page that needs no sign-in. A page of the store has 1,000 rows. */
const MOST_LISTED = 200;
const MOST_LOOKED_AT = 10_000;

export async function showMine(token: string, deps: MineDeps): Promise<Mine> {
  const { links, clock } = deps;
  const now = clock.now();
  if (!links) return { refused: 'off' };
  const link = readViewLink(token, links, now);
  if ('refused' in link) return link;
  const { target } = link;
  return target ? targetOf(link, target, links, deps, now) : listOf(link, links, deps, now);
}

async function listOf(
  { owner, until }: ViewLink,
  links: LinkSigning,
  { tables }: MineDeps,
  now: Instant,
): Promise<OwnList> {
  const looked = { rows: 0 };
  const { items, isCut } = await firstItems(ownEntries(owner, tables, looked), MOST_LISTED, now);
  return {
    asOf: now,
    owner,
    // The links of the list end with its own link.
    items: items.map(item => ({ item, token: viewToken(links, { owner, until, target: keyOf(item) }) })),
    isCut: isCut || looked.rows === MOST_LOOKED_AT,
  };
}

async function* ownEntries(
  owner: string,
  { calendar }: MineDeps['tables'],
  looked: { rows: number },
): AsyncGenerator<CalendarEntry> {
  for await (const entry of calendar.entries({})) {
    looked.rows += 1;
    if (includesAddress(entry.listing.owners, owner)) yield entry;
    if (looked.rows === MOST_LOOKED_AT) return;
  }
}

async function targetOf(
  { owner, until }: ViewLink,
  key: Key,
  links: LinkSigning,
  { tables, kinds, mail }: MineDeps,
  now: Instant,
): Promise<NotShown | OwnTarget> {
  const [found, state] = await Promise.all([tables.registry.row(key), tables.expiries.row(key)]);
  const row = found ?? lostRow(state);
  if (!row || !state) return { refused: 'removed' };
  const parsed = await resolveTarget(row, kinds, successorsOf(row.scope, tables, kinds));
  const { columns, replacement, name } = parsed.watched;
  // Before all else: a former owner gets no information about the target.
  if (!includesAddress([...columns.owners, ...mail.operators], owner)) return { refused: 'notARecipient' };
  if (!columns.enabled) return { refused: 'notWatched', displayName: columns.displayName ?? name };
  const { listing } = assess(parsed.watched, state, undefined, mail, now);
  const { failure, readOn } = state;
  const isHidden = failure && isForOperatorsAlone(failure, mail) && !includesAddress(mail.operators, owner);
  return {
    asOf: now,
    owner,
    description: descriptionOf(parsed),
    owners: columns.owners,
    item: listing && !isReplaced(replacement) ? itemOf({ ...key, listing }, now) : undefined,
    readOn,
    failure: failure && { since: failure.since, ...(!isHidden && { message: failure.message }) },
    listToken: viewToken(links, { owner, until }),
  };
}

function keyOf({ scope, name }: Key): Key {
  return { scope, name };
}
