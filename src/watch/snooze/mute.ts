/** Snoozing and undoing it: the reminders of one recipient about one target (rule 20), by the link in a mail or by an operator. */
import { addressKey } from '../../core/address';
import { mutedSinceBy } from '../../core/assess';
import { daysLeft, MOST_SNOOZE_DAYS, type Snooze, snoozeUntil, withMute } from '../../core/snooze';
import { formatInstant, type Instant } from '../../formats/instant';
import { counted, utcDate } from '../../formats/when';
import type { LinkAction, LinkResult, Proposed, Stopped } from './link-answers';
import { addHistory, type Deps, type OwnTarget, snoozeInForce, viewOf } from './link-target';

/** Nothing else of the app is needed, so an operator needs no link. */
type MuteDeps = Pick<Deps, 'tables'>;
type MuteResult = Exclude<LinkResult, Proposed | Stopped>;

/** @param who did it, as the history says */
export async function snooze(
  target: OwnTarget,
  action: Extract<LinkAction, { act: 'snooze' }>,
  deps: MuteDeps,
  who = `by ${target.link.owner}`,
): Promise<MuteResult> {
  const { link, state, now } = target;
  const { days, reason } = action;
  if (snoozeUntil(days, now) === undefined) throw new RangeError(`${days} days are not a valid snooze`);
  const current = snoozeInForce(target);
  if (current && formatInstant(current.on) !== action.seen) {
    // The form was sent twice; or another window was faster, with another snooze.
    const same = current.reason === reason && snoozeUntil(days, current.on) === current.until;
    const view = viewOf(target, current);
    return same ? { view, done: 'snoozed' } : { view, changedMeanwhile: true };
  }
  const since = mutedSinceBy(link.owner, state);
  const until = snoozeUntil(days, now, since);
  if (until === undefined) return { view: viewOf(target, current), badDays: tooLong(now, since) };
  const wanted: Snooze = { about: link.about, until, reason, on: now };
  const mutes = withMute(mutesOf(target), { about: link.about, on: since ?? now });
  if (!(await deps.tables.expiries.mergeSnooze(link.owner, link, wanted, mutes)))
    return { refused: 'removed' };
  const note = `${who} until ${formatInstant(until)}: ${reason}`;
  await addHistory(link, { type: 'snoozed', on: now, note }, deps);
  return { view: viewOf(target, wanted, since ?? now), done: 'snoozed' };
}

function mutesOf({ link, state }: OwnTarget) {
  return state.mutes?.get(addressKey(link.owner)) ?? [];
}

function tooLong(now: Instant, since: Instant = now): string {
  const left = daysLeft(now, since);
  const most = left > 0 ? `${counted(left, 'day')} at most` : 'it can be snoozed no longer';
  return `${most}: it was first snoozed on ${utcDate(since)}, and one expiry is snoozed for ${MOST_SNOOZE_DAYS} days in sum`;
}

/** Undoes any snooze in force, also one that the recipient has not seen: reminders that come again do no harm. */
export async function undo(
  target: OwnTarget,
  deps: MuteDeps,
  who = `by ${target.link.owner}`,
): Promise<MuteResult> {
  const { link, now } = target;
  const answer: MuteResult = { view: viewOf(target, undefined), done: 'unsnoozed' };
  if (!snoozeInForce(target)) return answer;
  // A snooze of an earlier version has no mute beside it.
  const since = mutedSinceBy(link.owner, target.state) ?? now;
  const mutes = withMute(mutesOf(target), { about: link.about, on: since });
  if (!(await deps.tables.expiries.mergeSnooze(link.owner, link, undefined, mutes)))
    return { refused: 'removed' };
  await addHistory(link, { type: 'unsnoozed', on: now, note: who }, deps);
  return answer;
}
