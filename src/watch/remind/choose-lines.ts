/** Choosing the lines of a mail: the most urgent ones that are still true, at no more cost than one mail. */
import pMap from 'p-map';
import { MOST_LINES, urgencyAt } from '../../core/digest';
import { waitsForDailyMail } from '../../core/notices';
import { describeReminder } from '../../core/reminder';
import { DAY } from '../../formats/instant';
import { counted } from '../../formats/when';
import type { Claim, OutboxLine, Tables } from '../ports';
import { addHistory, type ToldDeps, type Turn } from './mark-told';
import { type NoLongerTrue, type RecheckDeps, recheck, type StillTrue } from './recheck';
import { AT_ONCE } from './save-told';

type LinesTurn = Turn<ToldDeps & RecheckDeps & { readonly tables: Tables }>;

/** Lines that are checked for one mail, at most. Where more of them are no longer true, the next run goes on. */
const MOST_CHECKS = 2 * MOST_LINES;

/** Most notices for the operators are mailed once a day. Until then they wait, and `more` does not count them. */
export async function linesForToday({ owner, now, deps }: LinesTurn): Promise<readonly OutboxLine[]> {
  const daily = ({ reminder }: OutboxLine) => waitsForDailyMail(reminder);
  if (!owner.lines.some(daily)) return owner.lines;
  const last = await deps.tables.mailLedger.operatorNoticesToldOn(owner.owner);
  if (last === undefined || Math.abs(now - last) >= DAY) return owner.lines;
  return owner.lines.filter(line => !daily(line));
}

/** Whether a line is more urgent than all that were claimed: it became due while their digest could not be sent. */
export async function isOvertaken({ lineIds }: Claim, turn: LinesTurn): Promise<boolean> {
  const byUrgency = urgencyAt(turn.now);
  const lines = await linesForToday(turn);
  const claimed = lines.filter(({ id }) => lineIds.includes(id));
  return lines.some(
    ({ id, reminder }) =>
      !lineIds.includes(id) && claimed.every(other => byUrgency(reminder, other.reminder) < 0),
  );
}

/**
 * Checks lines, most urgent first, until there are enough for a mail: a backlog costs no more than one mail. Drops each that is
 * no longer true, with the reason in the history. @returns the true ones, and how many were not checked.
 */
export async function stillTrue(
  waiting: readonly OutboxLine[],
  turn: LinesTurn,
): Promise<{ lines: StillTrue[]; unchecked: number }> {
  const { deps, now } = turn;
  const byUrgency = urgencyAt(now);
  const queue = waiting.toSorted((a, b) => byUrgency(a.reminder, b.reminder));
  const lines: StillTrue[] = [];
  const stale: NoLongerTrue[] = [];
  let checked = 0;
  while (lines.length < MOST_LINES && checked < Math.min(queue.length, MOST_CHECKS)) {
    const next = queue.slice(checked, checked + MOST_LINES - lines.length);
    checked += next.length;
    for (const one of await pMap(next, line => recheck(line, deps, now), AT_ONCE)) {
      if ('line' in one) lines.push(one);
      else stale.push(one);
    }
  }
  await drop(stale, turn);
  return { lines, unchecked: queue.length - checked };
}

async function drop(stale: readonly NoLongerTrue[], turn: LinesTurn): Promise<void> {
  if (stale.length === 0) return;
  const { owner, deps, log } = turn;
  await deps.tables.outbox.drop(
    owner.owner,
    stale.map(({ id }) => id),
  );
  const reasons = stale.map(({ reminder, because }) => ({ ...reminder, because }));
  await addHistory('dropped', reasons, line => `${describeReminder(line)}: ${line.because}`, turn);
  log.info(`${counted(stale.length, 'reminder')} dropped, no longer true.`);
}
