/** The last look before a mail: whether a queued reminder is still true, and what the mail says about it (rule 16). */
import { crossingsFor, remindersFor } from '../core/assess';
import type { DigestLine } from '../core/digest';
import type { Expiry } from '../core/expiry';
import type { Instant } from '../core/instant';
import type { Reminder } from '../core/reminder';
import { fixedExpiry } from '../core/standing';
import { parseThreshold } from '../core/thresholds';
import { isInvalid } from '../core/told';
import type { MailPolicy, Watched } from '../core/watched';
import type { OutboxLine, Tables } from './ports';
import { type Knowledge, type Understood, understand } from './understand';

/** Why a queued reminder is no longer true. */
export type Dropped = 'gone' | 'disabled' | 'renewed' | 'told' | 'superseded' | 'notARecipient';

export interface StillTrue {
  readonly id: string;
  readonly line: DigestLine;
}

export interface NoLongerTrue {
  readonly id: string;
  readonly reminder: Reminder;
  readonly because: Dropped;
}

export function isTrue(checked: StillTrue | NoLongerTrue): checked is StillTrue {
  return 'line' in checked;
}

export function isDropped(checked: StillTrue | NoLongerTrue): checked is NoLongerTrue {
  return 'because' in checked;
}

export interface Recheck {
  readonly tables: Pick<Tables, 'registry' | 'expiries'>;
  readonly knowledge: Knowledge;
  readonly mail: MailPolicy;
}

export async function recheck(
  queued: OutboxLine,
  watch: Recheck,
  now: Instant,
): Promise<StillTrue | NoLongerTrue> {
  const { id, reminder } = queued;
  const { registry, expiries } = watch.tables;
  const [row, state] = await Promise.all([registry.row(reminder), expiries.row(reminder)]);
  if (!row || !state) return { id, reminder, because: 'gone' };
  const understood = understand(row, watch.knowledge);
  const { watched } = understood;
  if (!watched.columns.enabled) return { id, reminder, because: 'disabled' };
  const due = remindersFor(watched, state, crossingsFor(watched, state), watch.mail, now);
  if (due.some(other => isSame(other, reminder))) return { id, line: lineOf(reminder, understood, state) };
  return { id, reminder, because: whyDropped(reminder, watched, state, watch.mail) };
}

function isSame(a: Reminder, b: Reminder): boolean {
  return a.owner.toLowerCase() === b.owner.toLowerCase() && a.reason === b.reason && a.about === b.about;
}

function whyDropped(reminder: Reminder, row: Watched, state: Expiry, mail: MailPolicy): Dropped {
  if (isInvalid(reminder) ? state.invalid?.since !== reminder.about : fixedExpiry(state) !== reminder.about)
    return 'renewed';
  const told = state.told.get(reminder.owner.toLowerCase()) ?? [];
  if (told.some(line => line.about === reminder.about && line.reason === reminder.reason)) return 'told';
  const known = [...row.columns.owners, ...mail.operators].some(
    owner => owner.toLowerCase() === reminder.owner.toLowerCase(),
  );
  return known ? 'superseded' : 'notARecipient';
}

function lineOf(reminder: Reminder, { watched, source, located }: Understood, state: Expiry): DigestLine {
  const { displayName = watched.name, runbook, notes } = watched.columns;
  return {
    reminder,
    displayName,
    label: source?.label ?? watched.kind,
    where: located?.where ?? watched.scope,
    howToRenew: source?.howToRenew ?? '',
    subject: subjectOf(reminder, state),
    ...(located && { portalUrl: located.portalUrl }),
    ...(runbook && { runbook }),
    ...(notes && { notes }),
  };
}

function subjectOf(reminder: Reminder, state: Expiry): DigestLine['subject'] {
  const { failure, invalid, readOn } = state;
  if (isInvalid(reminder)) return { is: 'invalid', faults: invalid?.faults ?? [], since: reminder.about };
  return {
    is: 'threshold',
    threshold: parseThreshold(reminder.reason) ?? { is: 'lead', ms: reminder.about - reminder.crossedOn },
    expiresOn: reminder.about,
    readOn: readOn ?? reminder.crossedOn,
    ...(failure && { unconfirmed: { since: failure.since, message: failure.message } }),
  };
}
