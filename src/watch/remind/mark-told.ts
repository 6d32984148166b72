/** Marking as told: records the end of a digest with its targets and in their history, and tells the operators of a lost mail. */
import pMap from 'p-map';
import { isSameAddress } from '../../core/address';
import { crossingsFor, remindersFor } from '../../core/assess';
import type { TargetEvent } from '../../core/history';
import { isSameReminder, type Reminder } from '../../core/reminder';
import { MOST_ATTEMPTS, type Told, takenBack, withTold } from '../../core/told';
import type { Instant } from '../../formats/instant';
import { counted } from '../../formats/when';
import type { Log, OwnerLines, SentDigest, Tables, ToldLine } from '../ports';
import { lostRow } from '../targets/lost-row';
import { resolveTarget, successorsOf } from '../targets/successors';
import { AT_ONCE, byTarget, isAboutTarget, type SaveDeps, saveTold, type ToldChange } from './save-told';

export interface ToldDeps extends SaveDeps {
  readonly tables: Pick<Tables, 'registry' | 'expiries' | 'history' | 'outbox'>;
}

/** One owner's turn. All its decisions use one instant, so that a line and its days left agree. */
export interface Turn<Deps extends ToldDeps = ToldDeps> {
  readonly owner: OwnerLines;
  readonly now: Instant;
  readonly deps: Deps;
  readonly log: Log;
}

/** How the mail ended. */
type MailEnd = Pick<Told, 'operationId' | 'outcome' | 'attempt' | 'why'>;

/** Why a mail is given up that the service took more than once and does not have. */
export const BEHAVES_ODDLY = `the mail service behaves oddly: it took the mail ${MOST_ATTEMPTS} times and does not know it afterwards; look at the mail resource`;

/** Records with each target what its owner was told, and how that ended. @returns the lines whose targets can't hold that now */
export async function markTold(
  reminders: readonly Reminder[],
  end: MailEnd,
  { owner, now, deps, log }: Turn,
  known?: ToldChange['known'],
): Promise<ToldLine[]> {
  const toldOf = (reminder: Reminder) => entryOf(reminder, end, now);
  const change: ToldChange['change'] = (told, lines) => lines.map(toldOf).reduce(withTold, told);
  const untold = await saveTold({ owner: owner.owner, reminders, change, known, now }, deps);
  warnOf(untold, log);
  return untold.map(reminder => ({ reminder, told: toldOf(reminder) }));
}

function entryOf({ reason, about, crossedOn, meantFor }: Reminder, end: MailEnd, on: Instant): Told {
  const attempt = end.attempt === 1 ? undefined : end.attempt;
  return { reason, about, crossedOn, on, meantFor, ...end, attempt };
}

function warnOf(untold: readonly Reminder[], log: Log): void {
  for (const reminder of untold)
    log.warn(
      `That ${describeTarget(reminder)} was told could not be recorded; its line keeps that until it can.`,
    );
}

function describeTarget({ name, reason }: Reminder): string {
  return `'${name}' (${reason})`;
}

/** Lines that were mailed while their targets could not hold that: tries it again. @returns the owner's other lines */
export async function settleTold({ owner, now, deps, log }: Turn): Promise<OwnerLines> {
  const told = owner.lines.flatMap(line => (line.told ? [{ ...line, told: line.told }] : []));
  if (told.length === 0) return owner;
  const entriesOf = (reminders: readonly Reminder[]) =>
    told.filter(({ reminder }) => reminders.includes(reminder)).map(line => line.told);
  const reminders = told.map(({ reminder }) => reminder);
  const change: ToldChange['change'] = (before, lines) => entriesOf(lines).reduce(withTold, before);
  const untold = await saveTold({ owner: owner.owner, reminders, change, now }, deps);
  warnOf(untold, log);
  const settled = told.filter(({ reminder }) => !untold.includes(reminder));
  await deps.tables.outbox.drop(
    owner.owner,
    settled.map(({ id }) => id),
  );
  return { ...owner, lines: owner.lines.filter(line => !line.told) };
}

/**
 * Takes back what a mail told that the service accepted and does not know. Its lines go out again under the next attempt; after
 * the last one, the operators get them.
 */
export async function takeBack(sent: SentDigest, turn: Turn): Promise<void> {
  const { operationId, attempt, reminders, on } = sent;
  const { owner, now, deps } = turn;
  const back = (told: readonly Told[]) => takenBack(told, operationId, BEHAVES_ODDLY);
  const untold = await saveTold({ owner: owner.owner, reminders, change: back, now }, deps);
  await deps.tables.outbox.mark(
    untold.flatMap(reminder =>
      back([entryOf(reminder, { operationId, outcome: 'accepted', attempt }, now)]).map(told => ({
        reminder,
        told,
      })),
    ),
  );
  if (attempt >= MOST_ATTEMPTS) return await tellUndelivered(reminders, BEHAVES_ODDLY, on, turn);
  const note = `The mail service took the mail to ${owner.owner} and does not know it; what is still true is sent again (attempt ${attempt + 1} of ${MOST_ATTEMPTS}).`;
  await addHistory('undelivered', reminders, () => note, turn);
  const notices = reminders.filter(reminder => !isAboutTarget(reminder));
  const again = notices.map(notice => ({ ...notice, attempt: attempt + 1 }));
  await deps.tables.outbox.put([...again, ...(await dueAgain(reminders, turn))]);
}

/**
 * Writes to the history that a mail did not arrive, and tells the operators: the reminders themselves in the place of their owner,
 * and that the mail did not arrive, except the one whom it did not reach. `about` is when the mail was sent: a repeated call puts
 * the same lines again, not others.
 */
export async function tellUndelivered(
  reminders: readonly Reminder[],
  message: string,
  about: Instant,
  turn: Turn,
): Promise<void> {
  const { owner, now, deps } = turn;
  const note = `The mail to ${owner.owner} with ${counted(reminders.length, 'reminder')} did not arrive: ${message}`;
  await addHistory('undelivered', reminders, () => note, turn);
  // A lost mail about the watcher is not reported: operators who can't be reached would cause mails to each other without end.
  if (!reminders.some(isAboutTarget)) return;
  const others = deps.mail.operators.filter(operator => !isSameAddress(operator, owner.owner));
  const line = { scope: 'mail', name: owner.owner, reason: 'undelivered', about, crossedOn: about, note };
  const notices = others.map(operator => ({ owner: operator, ...line, since: now }));
  await deps.tables.outbox.put([...(await dueAgain(reminders, turn)), ...notices]);
}

/** What is due again of a mail that was lost: to its owner, or to operators in the owner's place. The next sweep would put the same. */
async function dueAgain(reminders: readonly Reminder[], { now, deps }: Turn): Promise<Reminder[]> {
  const { registry, expiries } = deps.tables;
  const lines = await pMap(
    byTarget(reminders),
    async lost => {
      const [found, state] = await Promise.all([registry.row(lost[0]), expiries.row(lost[0])]);
      const row = found ?? lostRow(state);
      if (!row || !state) return [];
      const successors = successorsOf(row.scope, deps.tables, deps.kinds);
      const { watched } = await resolveTarget(row, deps.kinds, successors);
      if (!watched.columns.enabled) return [];
      const due = remindersFor(watched, state, crossingsFor(watched, state), deps.mail, now);
      return due.filter(reminder => lost.some(one => isAgain(reminder, one)));
    },
    AT_ONCE,
  );
  return lines.flat();
}

function isAgain(due: Reminder, lost: Reminder): boolean {
  if (due.meantFor === undefined) return isSameReminder(due, lost);
  return due.reason === lost.reason && due.about === lost.about;
}

/** Writes one event for each reminder about a target. A reminder about the watcher itself has no history. */
export async function addHistory<R extends Reminder>(
  type: 'told' | 'refused' | 'dropped' | 'undelivered',
  reminders: readonly R[],
  noteOf: (reminder: R) => string,
  { now, deps: { tables } }: Turn,
): Promise<void> {
  await tables.history.add(
    reminders.filter(isAboutTarget).map(reminder => {
      const event: TargetEvent = { type, on: now, note: noteOf(reminder) };
      return { scope: reminder.scope, name: reminder.name, event };
    }),
  );
}
