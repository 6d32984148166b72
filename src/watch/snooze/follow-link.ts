/** Snooze: what the link in a mail shows, and what its recipient can do with it: mute one target for a while, and undo that. */

import { type Snooze, snoozeUntil } from '../../core/snooze';
import { formatInstant, type Instant } from '../../formats/instant';
import type { Asked, LinkAnswer } from './link';
import { findTarget, type LinkTarget, type LinkWatch, remember, snoozeInForce, viewOf } from './link-target';
import { replaceTarget } from './replace-target';

export type { Asked, LinkAnswer } from './link';

/** Changes nothing, however often it is asked: mail scanners follow links. */
export async function lookAtLink(token: string, watch: LinkWatch): Promise<LinkAnswer> {
  const target = await findTarget(token, watch);
  return 'refused' in target ? target : { view: viewOf(target, snoozeInForce(target)) };
}

/** Does what the recipient asks, if the link may still act. The same again changes nothing more. */
export async function followLink(token: string, asked: Asked, watch: LinkWatch): Promise<LinkAnswer> {
  const target = await findTarget(token, watch);
  if ('refused' in target) return target;
  switch (asked.act) {
    case 'snooze':
      return snooze(target, asked, watch);
    case 'undo':
      return undo(target, watch);
    case 'replace':
      return replaceTarget(target, asked.newId, watch);
  }
}

async function snooze(
  target: LinkTarget,
  asked: Extract<Asked, { act: 'snooze' }>,
  watch: LinkWatch,
): Promise<LinkAnswer> {
  const { link, now } = target;
  const { days, reason } = asked;
  const until = snoozeUntil(days, now);
  if (until === undefined) throw new RangeError(`${days} days are no snooze`);
  const current = snoozeInForce(target);
  if (current && formatInstant(current.on) !== asked.seen) {
    // The form was sent twice, or another window was faster with something else.
    const same = current.reason === reason && snoozeUntil(days, current.on) === current.until;
    const view = viewOf(target, current);
    return same ? { view, done: 'snoozed' } : { view, changedMeanwhile: true };
  }
  const wanted: Snooze = { about: link.about, until, reason, on: now };
  if (!(await watch.tables.expiries.mergeSnooze(link.owner, link, wanted))) return { refused: 'removed' };
  await remember(target, { type: 'snoozed', on: now, note: noteOf(link.owner, until, reason) }, watch);
  return { view: viewOf(target, wanted), done: 'snoozed' };
}

/** Undoes whichever snooze holds: to hear of a target again is never wrong. */
async function undo(target: LinkTarget, watch: LinkWatch): Promise<LinkAnswer> {
  const { link, now } = target;
  const answer: LinkAnswer = { view: viewOf(target, undefined), done: 'unsnoozed' };
  if (!snoozeInForce(target)) return answer;
  if (!(await watch.tables.expiries.mergeSnooze(link.owner, link, undefined))) return { refused: 'removed' };
  await remember(target, { type: 'unsnoozed', on: now, note: `by ${link.owner}` }, watch);
  return answer;
}

function noteOf(owner: string, until: Instant, reason: string): string {
  return `by ${owner} until ${formatInstant(until)}: ${reason}`;
}
