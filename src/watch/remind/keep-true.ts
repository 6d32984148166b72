/** Keeping what is true: each queued reminder is looked at again just before a mail; a drop leaves its reason in the history. */
import { byUrgency } from '../../core/digest';
import { describeReminder } from '../../core/reminder';
import type { Instant } from '../../formats/instant';
import type { Log, OutboxLine, OwnerLines } from '../ports';
import { inChunks, remember } from './mark-told';
import { isDropped, isTrue, recheck, type StillTrue } from './recheck';
import type { SendDigest } from './send-digest';

/** @returns those still true, most urgent first. */
export async function keepTrue(
  lines: readonly OutboxLine[],
  turn: { readonly owner: OwnerLines; readonly now: Instant; readonly watch: SendDigest; readonly log: Log },
): Promise<StillTrue[]> {
  const { owner, now, watch, log } = turn;
  const checked = await inChunks(lines, line => recheck(line, watch, now));
  const dropped = checked.filter(isDropped);
  if (dropped.length > 0) {
    await watch.tables.outbox.drop(
      owner.owner,
      dropped.map(({ id }) => id),
    );
    const note = (line: (typeof dropped)[number]) => `${describeReminder(line.reminder)}: ${line.because}`;
    await remember(
      dropped.map(line => ({ reminder: line.reminder, type: 'dropped', note: note(line) })),
      now,
      watch,
    );
    log.info(`${owner.owner}: ${dropped.length} reminders are no longer true and were dropped.`);
  }
  return checked.filter(isTrue).sort((a, b) => byUrgency(a.line.reminder, b.line.reminder));
}
