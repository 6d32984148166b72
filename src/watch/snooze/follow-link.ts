/** Following the link in a mail: it shows one target, and its recipient can snooze that, undo the snooze, or name a replacement. */

import { type Snooze, snoozeUntil } from '../../core/snooze';
import { formatInstant, type Instant } from '../../formats/instant';
import {
  addHistory,
  type Deps,
  findTarget,
  type LinkAction,
  type LinkAnswer,
  type LinkTarget,
  snoozeInForce,
  viewOf,
} from './link';
import { replaceTarget } from './replace-target';

export type { LinkAction, LinkAnswer } from './link';

/** Changes nothing: mail scanners follow links, too. */
export async function lookAtLink(token: string, deps: Deps): Promise<LinkAnswer> {
  const target = await findTarget(token, deps);
  return 'refused' in target ? target : { view: viewOf(target, snoozeInForce(target)) };
}

/** Does what the recipient wants, if the link may still act. Doing it twice changes nothing more. */
export async function followLink(token: string, action: LinkAction, deps: Deps): Promise<LinkAnswer> {
  const target = await findTarget(token, deps);
  if ('refused' in target) return target;
  switch (action.act) {
    case 'snooze':
      return snooze(target, action, deps);
    case 'undo':
      return undo(target, deps);
    case 'replace':
      return replaceTarget(target, action.newId, deps);
  }
}

async function snooze(
  target: LinkTarget,
  action: Extract<LinkAction, { act: 'snooze' }>,
  deps: Deps,
): Promise<LinkAnswer> {
  const { link, now } = target;
  const { days, reason } = action;
  const until = snoozeUntil(days, now);
  if (until === undefined) throw new RangeError(`${days} days are not a valid snooze`);
  const current = snoozeInForce(target);
  if (current && formatInstant(current.on) !== action.seen) {
    // The form was sent twice; or another window was faster, with another snooze.
    const same = current.reason === reason && snoozeUntil(days, current.on) === current.until;
    const view = viewOf(target, current);
    return same ? { view, done: 'snoozed' } : { view, changedMeanwhile: true };
  }
  const wanted: Snooze = { about: link.about, until, reason, on: now };
  if (!(await deps.tables.expiries.mergeSnooze(link.owner, link, wanted))) return { refused: 'removed' };
  await addHistory(target, { type: 'snoozed', on: now, note: noteOf(link.owner, until, reason) }, deps);
  return { view: viewOf(target, wanted), done: 'snoozed' };
}

/** Undoes any snooze in force, also one that the recipient has not seen: it is never wrong to hear of a target again. */
async function undo(target: LinkTarget, deps: Deps): Promise<LinkAnswer> {
  const { link, now } = target;
  const answer: LinkAnswer = { view: viewOf(target, undefined), done: 'unsnoozed' };
  if (!snoozeInForce(target)) return answer;
  if (!(await deps.tables.expiries.mergeSnooze(link.owner, link, undefined))) return { refused: 'removed' };
  await addHistory(target, { type: 'unsnoozed', on: now, note: `by ${link.owner}` }, deps);
  return answer;
}

function noteOf(owner: string, until: Instant, reason: string): string {
  return `by ${owner} until ${formatInstant(until)}: ${reason}`;
}
