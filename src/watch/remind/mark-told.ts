/** Marking as told: records the end of a digest with its targets and in their history, and tells the operators of a lost mail. */
import pMap from 'p-map';
import { isSameAddress } from '../../core/address';
import { toldTo } from '../../core/assess';
import type { TargetEvent } from '../../core/history';
import { isAboutWatcher } from '../../core/notices';
import type { Reminder } from '../../core/reminder';
import { type Told, withTold } from '../../core/told';
import type { MailPolicy } from '../../core/watched';
import type { Instant } from '../../formats/instant';
import { counted } from '../../formats/when';
import type { Log, OwnerLines, Tables } from '../ports';

/** At most this many requests to the tables are in flight at once. */
export const AT_ONCE = { concurrency: 16 };

export interface ToldDeps {
  readonly tables: Pick<Tables, 'expiries' | 'history' | 'outbox'>;
  readonly mail: MailPolicy;
}

/** One owner's turn. All its decisions use one instant, so that a line and its days left agree. */
export interface Turn<Deps extends ToldDeps = ToldDeps> {
  readonly owner: OwnerLines;
  readonly now: Instant;
  readonly deps: Deps;
  readonly log: Log;
}

/** Records with each target what its owner was told, and how that ended. */
export async function markTold(
  reminders: readonly Reminder[],
  { operationId, outcome }: Pick<Told, 'operationId' | 'outcome'>,
  { owner, now, deps: { tables } }: Turn,
): Promise<void> {
  const toldOf = ({ reason, about, crossedOn }: Reminder): Told => ({
    reason,
    about,
    crossedOn,
    on: now,
    operationId,
    outcome,
  });
  const told = await pMap(
    byTarget(reminders),
    async ([first, ...others]) => {
      const state = await tables.expiries.row(first);
      if (!state) return [];
      const { scope, name } = first;
      const before = toldTo(state, owner.owner);
      return [{ scope, name, told: [first, ...others].map(toldOf).reduce(withTold, before) }];
    },
    AT_ONCE,
  );
  await tables.expiries.mergeTold(owner.owner, told.flat());
}

/** A mail may have several lines about one target. They are written together, since each write replaces the column. */
function byTarget(reminders: readonly Reminder[]): [Reminder, ...Reminder[]][] {
  const targets = new Map<string, [Reminder, ...Reminder[]]>();
  for (const reminder of reminders.filter(isAboutTarget)) {
    const id = JSON.stringify([reminder.scope, reminder.name]);
    targets.set(id, [reminder, ...(targets.get(id) ?? [])]);
  }
  return [...targets.values()];
}

function isAboutTarget(reminder: Reminder): boolean {
  return !isAboutWatcher(reminder);
}

/**
 * Writes to the history that a mail did not arrive, and tells the operators, except the one whom it did not reach. `about`
 * is when the mail was sent: a repeated call puts the same line again, not a second one.
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
  await deps.tables.outbox.put(
    others.map(operator => ({
      owner: operator,
      scope: 'mail',
      name: owner.owner,
      reason: 'undelivered',
      about,
      crossedOn: about,
      since: now,
      note,
    })),
  );
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
