/** Links: what the signed link in a mail is bound to, what it shows and asks for, and why it may act no more (rule 20). */
import { includesAddress } from '../../core/address';
import type { Expiry } from '../../core/expiry';
import type { Snooze } from '../../core/snooze';
import { fixedExpiry } from '../../core/standing';
import { isWatched, type Key } from '../../core/target';
import type { Watched } from '../../core/watched';
import type { Instant } from '../../formats/instant';

export interface Link extends Key {
  /** The recipient of the mail it was in. */
  readonly owner: string;
  /** The expiry in force when the mail was written; undefined where none was known. */
  readonly about: Instant | undefined;
  /** From then on it is read no more. */
  readonly until: Instant;
}

/** Why a link does nothing. */
export type Refused =
  | { readonly refused: 'off' | 'unreadable' | 'removed' | 'notARecipient' }
  | { readonly refused: 'over'; readonly until: Instant }
  | { readonly refused: 'notWatched'; readonly displayName: string; readonly replacedBy?: string }
  | {
      readonly refused: 'expiryChanged';
      readonly displayName: string;
      readonly about: Instant | undefined;
      readonly expiresOn: Instant | 'never' | undefined;
    };

/** What its recipient sees of a target. */
export interface LinkView {
  readonly asOf: Instant;
  readonly owner: string;
  readonly displayName: string;
  readonly label: string;
  readonly where: string;
  /** Its names as a person writes them, such as `shop/web`; what took its place is written alike. */
  readonly id: string;
  readonly expiresOn: Instant | 'never' | undefined;
  readonly readOn?: Instant;
  readonly failure?: { readonly since: Instant; readonly message: string };
  /** The recipient's own, if one holds. */
  readonly snooze?: Snooze;
}

/** What its recipient asks for. */
export type Asked =
  | {
      readonly act: 'snooze';
      readonly days: number;
      readonly reason: string;
      /** When the snooze began that the recipient saw, as its 24-character text; '' where they saw none. */
      readonly seen: string;
    }
  | { readonly act: 'undo' }
  | { readonly act: 'replace'; readonly newId: string | undefined };

export interface Shown {
  readonly view: LinkView;
  /** What was asked for is so now. */
  readonly done?: 'snoozed' | 'unsnoozed';
  /** Nothing was done: the snooze is no longer the one that the recipient saw. */
  readonly changedMeanwhile?: true;
  /** Nothing was done: the id of what took its place can't be used. */
  readonly badNewId?: string;
}

export interface Replaced {
  readonly replaced: string;
  readonly by: string | undefined;
  /** A registry row was written for it; else there was one already. */
  readonly registered: boolean;
}

export type LinkAnswer = Refused | Shown | Replaced;

/** Why a link may act no more on its target as it stands now; undefined when it may. */
export function refusalOf(
  link: Link,
  { columns, name }: Watched,
  state: Expiry,
  operators: readonly string[],
): Refused | undefined {
  const hears = includesAddress([...columns.owners, ...operators], link.owner);
  // Asked first: who no longer answers for a target learns nothing about it.
  if (!hears) return { refused: 'notARecipient' };
  const { displayName = name, replacedBy } = columns;
  if (!isWatched(columns))
    return { refused: 'notWatched', displayName, ...(replacedBy !== undefined && { replacedBy }) };
  if (fixedExpiry(state) === link.about) return undefined;
  return { refused: 'expiryChanged', displayName, about: link.about, expiresOn: shownExpiry(state) };
}

/** What can be said of its future: nothing while evidence is undecided, or each read makes a new token. */
export function shownExpiry(state: Expiry): Instant | 'never' | undefined {
  return fixedExpiry(state) ?? (state.expiresOn === 'never' ? 'never' : undefined);
}
