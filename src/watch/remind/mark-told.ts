/** Telling: what an accepted or refused digest leaves behind with its targets, its owner and the operators. */
import { isSameAddress } from '../../core/address';
import { toldTo } from '../../core/assess';
import type { TargetEvent } from '../../core/history';
import { isAboutWatcher, isForOperators } from '../../core/notices';
import { describeReminder, type Reminder } from '../../core/reminder';
import { type Told, withTold } from '../../core/told';
import type { Instant } from '../../formats/instant';
import type { Claim, HeldClaim, OwnerLines, Tables } from '../ports';
import { finishClaim } from './claim';
import type { SendDigest } from './send-digest';

const AT_ONCE = 16;

interface Telling {
  readonly owner: OwnerLines;
  readonly now: Instant;
  readonly watch: Pick<SendDigest, 'mail' | 'clock'> & { readonly tables: Tables };
}

/** Step 4: every target remembers what its owner was told; only then do the lines go, and the claim with them. */
export async function tell(
  claim: HeldClaim,
  outcome: 'accepted' | 'refused',
  telling: Telling,
): Promise<void> {
  const { owner, now, watch } = telling;
  const reminders = remindersOf(claim, owner);
  await rememberTold(reminders, claim.operationId, outcome, telling);
  if (reminders.some(isForOperators)) await watch.tables.mailLedger.saveMattersToldOn(owner.owner, now);
  await finishClaim(claim, telling);
  const type = outcome === 'accepted' ? 'told' : 'refused';
  const note = (reminder: Reminder) => `${describeReminder(reminder)}, operation ${claim.operationId}`;
  await remember(
    reminders.map(reminder => ({ reminder, type, note: note(reminder) })),
    now,
    watch,
  );
}

/** What a claim's mail says, of what is still in the outbox. */
export function remindersOf({ lineIds }: Claim, { lines }: OwnerLines): Reminder[] {
  return lines.filter(({ id }) => lineIds.includes(id)).map(({ reminder }) => reminder);
}

/** Writes what an owner was told to each target, with how that ended. */
export async function rememberTold(
  reminders: readonly Reminder[],
  operationId: string,
  outcome: Told['outcome'],
  { owner, now, watch }: Telling,
): Promise<void> {
  const lineOf = ({ reason, about, crossedOn }: Reminder): Told => ({
    reason,
    about,
    crossedOn,
    on: now,
    operationId,
    outcome,
  });
  const told = await inChunks(byTarget(reminders), async ([first, ...others]) => {
    const state = await watch.tables.expiries.row(first);
    if (!state) return [];
    const { scope, name } = first;
    const before = toldTo(state, owner.owner);
    return [{ scope, name, told: [first, ...others].map(lineOf).reduce(withTold, before) }];
  });
  await watch.tables.expiries.mergeTold(owner.owner, told.flat());
}

/** A mail may say several things of one target: they are written together, since each write replaces the column. */
function byTarget(reminders: readonly Reminder[]): [Reminder, ...Reminder[]][] {
  const targets = new Map<string, [Reminder, ...Reminder[]]>();
  for (const reminder of reminders.filter(isOfTarget)) {
    const id = JSON.stringify([reminder.scope, reminder.name]);
    targets.set(id, [reminder, ...(targets.get(id) ?? [])]);
  }
  return [...targets.values()];
}

function isOfTarget(reminder: Reminder): boolean {
  return !isAboutWatcher(reminder);
}

/**
 * A mail that did not arrive is on record with its targets, and told to the operators, but never to whom it did not
 * reach. `about`, since when it was under way, makes it one line however often this is repeated.
 */
export async function tellUndelivered(
  reminders: readonly Reminder[],
  message: string,
  about: Instant,
  { owner, now, watch }: Telling,
): Promise<void> {
  const note = `The mail to ${owner.owner} with ${reminders.length} reminders did not arrive: ${message}`;
  await remember(
    reminders.map(reminder => ({ reminder, type: 'undelivered', note })),
    now,
    watch,
  );
  // A lost mail about lost mails would go round among operators who are all out of reach.
  if (!reminders.some(isOfTarget)) return;
  const others = watch.mail.operators.filter(operator => !isSameAddress(operator, owner.owner));
  await watch.tables.outbox.put(
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

type Remembered = { reminder: Reminder; type: 'told' | 'refused' | 'dropped' | 'undelivered'; note: string };

/** History is of targets; what operators are told of the watcher itself has none. */
export async function remember(
  what: readonly Remembered[],
  on: Instant,
  { tables }: { readonly tables: Pick<Tables, 'history'> },
): Promise<void> {
  const aboutTargets = what.filter(({ reminder }) => isOfTarget(reminder));
  const events = aboutTargets.map(({ reminder: { scope, name }, type, note }) => {
    const event: TargetEvent = { type, on, note };
    return { scope, name, event };
  });
  await tables.history.add(events);
}

export async function inChunks<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  for (let start = 0; start < items.length; start += AT_ONCE) {
    results.push(...(await Promise.all(items.slice(start, start + AT_ONCE).map(work))));
  }
  return results;
}
