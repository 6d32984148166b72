/** The check just before a mail: whether a queued reminder is still true, and what the mail says about it (rule 16). */
import { includesAddress } from '../../core/address';
import { crossingsFor, recipientsIn, remindersFor, toldTo } from '../../core/assess';
import { decide, type NotDueReason } from '../../core/decisions';
import type { DigestLine } from '../../core/digest';
import type { Expiry } from '../../core/expiry';
import { FACTS } from '../../core/notice-facts';
import {
  isOperatorNotice,
  NOTICES,
  noticeKindOf,
  type OperatorNotice,
  type TargetNotice,
} from '../../core/notices';
import { recipientStates } from '../../core/recipient-states';
import { isSameReminder, type Reminder } from '../../core/reminder';
import { isReplaced } from '../../core/replacement';
import type { LinkSigning } from '../../core/snooze';
import { isStandInOf, stillTrueFor } from '../../core/stand-in';
import { fixedExpiry } from '../../core/standing';
import { NO_RENEWAL } from '../../core/target';
import { nextAttempt } from '../../core/told';
import { viewUrlOf } from '../../core/view-link';
import { audienceOf, type MailPolicy, type Watched } from '../../core/watched';
import type { Instant } from '../../formats/instant';
import type { OutboxLine, Stored, Tables } from '../ports';
import { snoozeUrlOf } from '../snooze/token';
import { lostRow } from '../targets/lost-row';
import { descriptionOf, type Kinds } from '../targets/parse-target';
import { resolveTarget, successorsOf } from '../targets/successors';

/** Why a queued reminder is no longer true. `unknownReason`: the table holds a reason that this version does not know. */
export type Dropped =
  | 'unknownReason'
  | 'removed'
  | 'notWatched'
  | 'renewed'
  | 'superseded'
  | 'notARecipient'
  | NotDueReason;

export interface StillTrue {
  readonly id: string;
  readonly line: DigestLine;
  /** Which attempt a mail with it is. */
  readonly attempt: number;
  /** Of a line about a target, as it was read for this check. */
  readonly state?: Stored<Expiry>;
}

export interface NoLongerTrue {
  readonly id: string;
  readonly reminder: Reminder;
  readonly because: Dropped;
}

export interface RecheckDeps {
  readonly tables: {
    readonly registry: Pick<Tables['registry'], 'row'>;
    readonly expiries: Pick<Tables['expiries'], 'row'>;
  };
  readonly kinds: Kinds;
  readonly mail: MailPolicy;
  /** Without it, mails have no links that act or show something. */
  readonly links?: LinkSigning;
}

export async function recheck(
  queued: OutboxLine,
  deps: RecheckDeps,
  now: Instant,
): Promise<StillTrue | NoLongerTrue> {
  const { id, reminder } = queued;
  const dropped = (because: Dropped) => ({ id, reminder, because });
  const kind = noticeKindOf(reminder);
  if (kind === undefined) return dropped('unknownReason');
  if (isOperatorNotice(kind)) return recheckOperatorNotice(queued, kind, deps.mail);
  const { registry, expiries } = deps.tables;
  const [found, state] = await Promise.all([registry.row(reminder), expiries.row(reminder)]);
  const row = found ?? lostRow(state);
  if (!row || !state) return dropped('removed');
  const successors = successorsOf(row.scope, deps.tables, deps.kinds);
  const parsed = await resolveTarget(row, deps.kinds, successors);
  const { watched } = parsed;
  if (!watched.columns.enabled) return dropped('notWatched');
  const due = remindersFor(watched, state, crossingsFor(watched, state), deps.mail, now);
  if (!due.some(other => isSameReminder(other, reminder)))
    return dropped(whyDropped(reminder, kind, watched, state, deps.mail, now));
  const notice = FACTS[kind](reminder, state, deps.mail);
  const snoozeUrl = snoozeUrlOf(reminder, state, deps.links, now);
  const attempt = nextAttempt(toldTo(state, reminder.owner), reminder);
  const recipients = recipientStates(reminder, kind, watched, state, deps.mail, now);
  const viewUrl = viewUrlOf(reminder.owner, reminder, deps.links, now);
  const line = { reminder, ...descriptionOf(parsed), notice, recipients, snoozeUrl, viewUrl };
  return { id, line, attempt, state };
}

/** What happened to the watcher itself stays true; only its operators may have changed. */
function recheckOperatorNotice(
  { id, reminder }: OutboxLine,
  is: OperatorNotice,
  mail: MailPolicy,
): StillTrue | NoLongerTrue {
  const { owner, scope, name, since, note = '', attempt = 1 } = reminder;
  if (!includesAddress(mail.operators, owner)) return { id, reminder, because: 'notARecipient' };
  const displayName = is === 'undelivered' ? `Mail to ${name}` : scope;
  const common = {
    label: 'The watcher itself',
    where: scope,
    parts: [],
    renewal: NO_RENEWAL,
    recipients: [],
  };
  return { id, line: { reminder, displayName, ...common, notice: { is, since, note } }, attempt };
}

/** The decision on its topic says why it is not due. If something else is due on that topic, the reminder is superseded. */
function whyDropped(
  reminder: Reminder,
  kind: TargetNotice,
  row: Watched,
  state: Expiry,
  mail: MailPolicy,
  now: Instant,
): Dropped {
  const { owner, about, meantFor } = reminder;
  const { owners, copies } = audienceOf(row, mail);
  const crossings = crossingsFor(row, state);
  const recipients = recipientsIn(row, state, crossings, mail, now);
  const isRecipient =
    meantFor === undefined
      ? includesAddress([...owners, ...copies], owner)
      : isStandInOf(reminder, recipients);
  if (!isRecipient) return 'notARecipient';
  if (isReplaced(row.replacement) && NOTICES[kind].about !== 'replacement') return 'notWatched';
  if (kind === 'threshold' && fixedExpiry(state) !== about) return 'renewed';
  const context = recipients.contextOf(owner);
  const decision =
    meantFor === undefined
      ? decide(NOTICES[kind].topic, context)
      : stillTrueFor(reminder, recipients.contextOf(meantFor));
  if (decision && !decision.due) return decision.because === 'notSo' ? 'superseded' : decision.because;
  // Due for its owner all the same: then this operator has heard it, or the owner has.
  const isSame = decision?.reason === reminder.reason && decision.about === about;
  return meantFor !== undefined && isSame ? 'told' : 'superseded';
}
