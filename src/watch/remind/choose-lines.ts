/** Choosing the lines of a mail: the most urgent ones that are still true, at no more cost than one mail. */
import pMap from 'p-map';
import { isSameAddress } from '../../core/address';
import { type Digest, MOST_BYTES, MOST_LINES, urgencyAt } from '../../core/digest';
import { waitsForDailyMail } from '../../core/notices';
import { describeReminder } from '../../core/reminder';
import { viewUrlOf } from '../../core/view-link';
import { DAY } from '../../formats/instant';
import { counted } from '../../formats/when';
import type { Claim, OutboxLine, Tables } from '../ports';
import { addHistory, type ToldDeps, type Turn } from './mark-told';
import { type NoLongerTrue, type RecheckDeps, recheck, type StillTrue } from './recheck';
import { AT_ONCE } from './save-told';

export interface LinesDeps extends ToldDeps, RecheckDeps {
  readonly tables: Tables;
  /** The bytes of the larger part of a mail's body. */
  readonly sizeOf: (digest: Digest) => Promise<number>;
}

type LinesTurn = Turn<LinesDeps>;

/** Lines that are checked for one mail, at most. Where more of them are no longer true, the next run goes on. */
const MOST_CHECKS = 2 * MOST_LINES;
/** Lines that are checked before it is known how large they are: so many always fit, unless their texts are very long. */
const FIRST_CHECKS = 10;
/** For measuring: no mail says more of what follows. */
const LONGEST_FOLLOW = { more: 999_999, moreAtLeast: true } as const;

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
  let room = FIRST_CHECKS;
  while (room > 0 && checked < Math.min(queue.length, MOST_CHECKS)) {
    const next = queue.slice(checked, checked + room);
    checked += next.length;
    for (const one of await pMap(next, line => recheck(line, deps, now), AT_ONCE)) {
      if ('line' in one) lines.push(one);
      else stale.push(one);
    }
    room = await roomAfter(lines, turn);
  }
  await drop(stale, turn);
  const fitting = await fittingOf(lines, turn);
  return { lines: fitting, unchecked: queue.length - checked + lines.length - fitting.length };
}

/** How many more lines the mail can hold, if they are as large as these. */
async function roomAfter(lines: readonly StillTrue[], turn: LinesTurn): Promise<number> {
  if (lines.length === 0) return FIRST_CHECKS;
  const size = await turn.deps.sizeOf(digestOf(lines, LONGEST_FOLLOW, turn));
  const bySize = Math.floor((MOST_BYTES - size) / (size / lines.length));
  return Math.min(bySize, MOST_LINES - lines.length);
}

/** The first lines that a mail can hold. One line always fits: its texts are limited. */
async function fittingOf(lines: StillTrue[], turn: LinesTurn): Promise<StillTrue[]> {
  if (lines.length <= 1) return lines;
  const size = await turn.deps.sizeOf(digestOf(lines, LONGEST_FOLLOW, turn));
  if (size <= MOST_BYTES) return lines;
  const fewer = Math.min(lines.length - 1, Math.ceil((lines.length * MOST_BYTES) / size));
  return fittingOf(lines.slice(0, fewer), turn);
}

/** The mail with these lines. */
export function digestOf(
  lines: readonly StillTrue[],
  follow: Pick<Digest, 'more' | 'moreAtLeast'>,
  { owner: { owner }, now, deps }: LinesTurn,
): Digest {
  const all = lines.map(({ line }) => line);
  const isOwner = all.some(({ recipients }) =>
    recipients.some(one => one.isOwner && isSameAddress(one.address, owner)),
  );
  const listUrl = isOwner ? viewUrlOf(owner, undefined, deps.links, now) : undefined;
  return { owner, lines: all, ...follow, listUrl, asOf: now };
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
