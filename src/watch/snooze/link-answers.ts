/** What the recipient of a mail can ask by its link, and every answer. */
import type { Snooze, TokenRefused } from '../../core/snooze';
import type { Standing } from '../../core/standing';
import type { Description } from '../../core/target';
import type { Instant } from '../../formats/instant';

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
  /** Reads the new one and asks; nothing stops yet. */
  | { readonly act: 'replace'; readonly newId: string }
  /** Stops watching without the new id. `note`: when the new one expires, or why it needs none. */
  | { readonly act: 'replaceUnnamed'; readonly note: string }
  /** Stops watching, as proposed. `name`: of the new one's row. */
  | { readonly act: 'confirm'; readonly name: string; readonly proof: string }
  | { readonly act: 'unreplace' };

export interface Shown {
  readonly view: LinkView;
  /** The target is in this state now. */
  readonly done?: 'snoozed' | 'unsnoozed' | 'watchedAgain';
  /** Nothing was done: the snooze is no longer the one that the recipient saw. */
  readonly changedMeanwhile?: true;
  /** Nothing was done: why it cannot be snoozed for so long. */
  readonly badDays?: string;
  /** Nothing was done: why the id of the replacement can't be used. */
  readonly badNewId?: string;
  /** Nothing was done: how long to wait before the replacement can be read. */
  readonly retryAfterMs?: number;
}

/** The replacement was read. Nothing is stopped before the recipient confirms it. */
export interface Proposed {
  readonly view: LinkView;
  readonly proposed: {
    /** As people write it. */
    readonly id: string;
    readonly name: string;
    readonly expiresOn: Instant | 'never';
    /** It has a registry row already. */
    readonly isRegistered: boolean;
    /** Goes back with the confirmation: it says that this was read a short time ago. */
    readonly proof: string;
  };
}

/** The target is not watched any more, because it was replaced. */
export interface Stopped {
  readonly stopped: string;
  /** The name of the successor; undefined where none was named. */
  readonly by: string | undefined;
  /** Who said so, and what they said in place of a name; undefined where people wrote it into the registry. */
  readonly said?: { readonly by: string; readonly on: Instant; readonly note?: string };
  /** This request did it, or one before it. Absent: nothing was asked. */
  readonly done?: 'now' | 'already' | undefined;
}

export type LinkResult = Refused | Shown | Proposed | Stopped;

/** Why a link does nothing. */
export type Refused =
  | TokenRefused
  | { readonly refused: 'off' | 'removed' | 'rowLost' | 'notARecipient' }
  | { readonly refused: 'notWatched'; readonly displayName: string }
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
  readonly standing: Standing;
  readonly readOn?: Instant;
  readonly failure?: { readonly since: Instant; readonly message: string };
  /** The recipient's own snooze, if one is in force. */
  readonly snooze?: Snooze;
  /** When the recipient first muted this expiry, and how many days a snooze may last now; absent where it was never muted. */
  readonly mute?: { readonly since: Instant; readonly daysLeft: number };
}
