/** Reminders: one thing that one owner must be told about one target. */
import { formatInstant, type Instant } from '../formats/instant';
import { isSameAddress } from './address';
import { NOTICES, noticeKindOf } from './notices';
import type { Key } from './target';

/** One thing an owner must be told about one target. Identity: owner, target, `about` and `reason` (rule 11). */
export interface Reminder extends Key {
  readonly owner: string;
  /** The canonical text of a threshold, or a notice. */
  readonly reason: string;
  /** The instant it is about: the expiry; for `renewed` the new one; for other notices the start of what they report. */
  readonly about: Instant;
  /** Where its threshold fell. Telling it counts as done for every wider one. */
  readonly crossedOn: Instant;
  /** Since when the owner could have been told. */
  readonly since: Instant;
  /** Of a notice about the watcher: what happened, in words. Of one that is `meantFor` somebody else: why it did not arrive. */
  readonly note?: string;
  /** The owner whom it did not reach; `owner` is an operator who hears it in that owner's place. */
  readonly meantFor?: string;
  /** Of a notice about the watcher: which attempt its next mail is, where it is not the first. */
  readonly attempt?: number;
}

/** Whether operators get a copy of what its owners are told (rule 14). */
export function isForCopies(reminder: Pick<Reminder, 'reason' | 'about' | 'crossedOn'>): boolean {
  const kind = noticeKindOf(reminder);
  const audience = kind && NOTICES[kind].audience;
  if (audience === 'ownersAndCopiesFromExpiry') return reminder.crossedOn >= reminder.about;
  return audience === 'ownersAndCopies';
}

/** Whether two reminders about one target are the same. */
export function isSameReminder(
  a: Pick<Reminder, 'owner' | 'reason' | 'about' | 'meantFor'>,
  b: Pick<Reminder, 'owner' | 'reason' | 'about' | 'meantFor'>,
): boolean {
  const isForSame = isSameAddress(a.meantFor ?? '', b.meantFor ?? '');
  return isForSame && isSameAddress(a.owner, b.owner) && a.reason === b.reason && a.about === b.about;
}

/** The identity of a reminder within its owner's outbox, in words for logs and history. */
export function describeReminder(reminder: Reminder): string {
  const { reason, about, owner, meantFor } = reminder;
  const inPlace = meantFor === undefined ? '' : ` in the place of ${meantFor}`;
  return `${reason} of ${formatInstant(about)} to ${owner}${inPlace}`;
}
