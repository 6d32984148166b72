/** The link in a mail: it shows one target, and its recipient can snooze that, say that it was replaced, and undo both (rule 20). */
import { isReplaced } from '../../core/replacement';
import type { Log } from '../ports';
import type { LinkAction, LinkResult } from './link-answers';
import { type Deps, findTarget, snoozeInForce, viewOf } from './link-target';
import { snooze, undo } from './mute';
import { confirm, replace, stoppedOf, unreplace } from './replace';

/** Changes nothing, since mail scanners follow links, too. */
export async function showLink(token: string, deps: Deps): Promise<LinkResult> {
  const target = await findTarget(token, deps);
  if ('refused' in target) return target;
  if (isReplaced(target.parsed.watched.replacement)) return stoppedOf(target, deps);
  return { view: viewOf(target, snoozeInForce(target)) };
}

/** Does what the recipient wants, if the link may still act. Doing it twice changes nothing more. */
export async function followLink(
  token: string,
  action: LinkAction,
  deps: Deps,
  log: Log,
): Promise<LinkResult> {
  const target = await findTarget(token, deps);
  if ('refused' in target) return target;
  const { replacement } = target.parsed.watched;
  // Without its row nothing can be written there.
  const isAboutRow = action.act !== 'snooze' && action.act !== 'undo';
  if (target.row.lost && isAboutRow) return { refused: 'rowLost' };
  if (action.act === 'unreplace') return unreplace(token, target, deps);
  if (isReplaced(replacement)) {
    const isAsked = action.act === 'confirm' || action.act === 'replaceUnnamed';
    return { ...stoppedOf(target, deps), done: isAsked ? 'already' : undefined };
  }
  switch (action.act) {
    case 'snooze':
      return snooze(target, action, deps);
    case 'undo':
      return undo(target, deps);
    case 'replace':
      return replace(target, action.newId, deps, log);
    case 'replaceUnnamed':
    case 'confirm':
      return confirm(token, target, action, deps, log);
  }
}
