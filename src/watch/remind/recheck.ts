/** The last look before a mail: whether a queued reminder is still true, and what the mail says about it (rule 16). */
import { includesAddress, isSameAddress } from '../../core/address';
import { crossingsFor, remindersFor, snoozeOf, toldTo } from '../../core/assess';
import { type DigestLine, type LastKnown, type Matter, matterOf, type Subject } from '../../core/digest';
import type { Expiry } from '../../core/expiry';
import type { Links } from '../../core/links';
import { decideAll, type Reminder, type Undue } from '../../core/reminder';
import { fixedExpiry, isMinted } from '../../core/standing';
import { isWatched } from '../../core/target';
import { parseThreshold } from '../../core/thresholds';
import { noticeOf } from '../../core/told';
import { audienceOf, type MailPolicy, type Watched } from '../../core/watched';
import type { Instant } from '../../formats/instant';
import type { OutboxLine, Tables } from '../ports';
import { snoozeLinkOf } from '../snooze/token';
import { type Kinds, type ParsedTarget, parseTarget } from '../targets/parse-target';

/** Why a queued reminder is no longer true. */
export type Dropped = 'removed' | 'notWatched' | 'renewed' | 'superseded' | 'notARecipient' | Undue;

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
  readonly kinds: Kinds;
  readonly mail: MailPolicy;
  /** Where it is absent, mails hold no snooze links. */
  readonly links?: Links | undefined;
}

export async function recheck(
  queued: OutboxLine,
  watch: Recheck,
  now: Instant,
): Promise<StillTrue | NoLongerTrue> {
  const { id, reminder } = queued;
  const matter = matterOf(reminder);
  if (matter) return recheckMatter(queued, matter, watch.mail);
  const { registry, expiries } = watch.tables;
  const [row, state] = await Promise.all([registry.row(reminder), expiries.row(reminder)]);
  if (!row || !state) return { id, reminder, because: 'removed' };
  const parsed = parseTarget(row, watch.kinds);
  const { watched } = parsed;
  if (!isWatched(watched.columns)) return { id, reminder, because: 'notWatched' };
  const due = remindersFor(watched, state, crossingsFor(watched, state), watch.mail, now);
  if (due.some(other => isSame(other, reminder)))
    return {
      id,
      line: { ...lineOf(reminder, parsed, state), ...snoozeLinkOf(reminder, state, watch.links, now) },
    };
  return { id, reminder, because: whyDropped(reminder, watched, state, watch.mail, now) };
}

/** What happened to the watcher itself stays true; only who its operators are may have changed. */
function recheckMatter(
  { id, reminder }: OutboxLine,
  matter: Matter,
  mail: MailPolicy,
): StillTrue | NoLongerTrue {
  const { owner, scope, name, since, note = '' } = reminder;
  if (!includesAddress(mail.operators, owner)) {
    return { id, reminder, because: 'notARecipient' };
  }
  const displayName = matter === 'undelivered' ? `Mail to ${name}` : scope;
  const common = { label: 'The watcher itself', where: scope, howToRenew: '' };
  return { id, line: { reminder, displayName, ...common, subject: { is: 'matter', matter, since, note } } };
}

function isSame(a: Reminder, b: Reminder): boolean {
  return isSameAddress(a.owner, b.owner) && a.reason === b.reason && a.about === b.about;
}

function whyDropped(
  reminder: Reminder,
  row: Watched,
  state: Expiry,
  mail: MailPolicy,
  now: Instant,
): Dropped {
  const { owner, about } = reminder;
  const { owners, copies } = audienceOf(row, mail);
  const hears = includesAddress([...owners, ...copies], owner);
  if (!hears) return 'notARecipient';
  if (noticeOf(reminder) === undefined && fixedExpiry(state) !== about) return 'renewed';
  const decisions = decideAll(
    state,
    crossingsFor(row, state),
    toldTo(state, owner),
    snoozeOf(state, owner),
    now,
  );
  const [threshold] = decisions;
  if (noticeOf(reminder) !== undefined || !threshold || threshold.due) return 'superseded';
  return threshold.because;
}

function lineOf(reminder: Reminder, { watched, source, located }: ParsedTarget, state: Expiry): DigestLine {
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

function subjectOf(reminder: Reminder, state: Expiry): Subject {
  const { failure, invalid, recovered, renewed, readOn = reminder.crossedOn } = state;
  const { about, since } = reminder;
  const message = failure?.message ?? '';
  const known = lastKnown(state);
  switch (noticeOf(reminder)) {
    case 'invalid':
      return { is: 'invalid', faults: invalid?.faults ?? [], since: about };
    case 'gone':
      return { is: 'gone', expiresOn: about, since, readOn };
    case 'missing':
      return { is: 'missing', since: about, message, known };
    case 'unreadable':
      return { is: 'unreadable', since: about, message, known };
    case 'readable':
      return { is: 'readable', since: about, readOn: recovered?.on ?? readOn, known };
    case 'renewed':
      return { is: 'renewed', from: renewed?.from ?? about, expiresOn: about, readOn };
    default:
      return {
        is: 'threshold',
        threshold: parseThreshold(reminder.reason) ?? { is: 'lead', ms: about - reminder.crossedOn },
        expiresOn: about,
        readOn,
        ...(failure && { unconfirmed: { since: failure.since, message } }),
      };
  }
}

function lastKnown(state: Expiry): LastKnown {
  const { expiresOn, readOn } = state;
  return {
    minted: isMinted(state),
    ...(expiresOn !== undefined && { expiresOn }),
    ...(readOn !== undefined && { readOn }),
  };
}
