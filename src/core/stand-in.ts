/** Stand-ins: what did not arrive at its owner goes to every operator once, by the owner's name. What reached nobody is counted. */
import { includesAddress, isSameAddress } from './address';
import { type Decision, type DecisionContext, decide } from './decisions';
import { isForOperators, isOperatorNotice, NOTICES, noticeKindOf } from './notices';
import type { Reminder } from './reminder';
import { holds } from './snooze';
import { fixedExpiry } from './standing';
import { didNotArrive, isToldOf } from './told';

/** Who is told about a target, and what is known of each of them. */
export interface Recipients {
  readonly owners: readonly string[];
  readonly operators: readonly string[];
  contextOf(address: string): DecisionContext;
}

/** Where an operator stands with a reminder that an owner did not get. */
type Place = 'open' | 'served' | 'lost';

/** Every reminder that is still true and did not arrive, for each operator who did not hear of it. */
export function standInsOf(recipients: Recipients): Reminder[] {
  return lostReminders(recipients).flatMap(lost =>
    othersThan(lost.owner, recipients)
      .filter(operator => placeOf(lost, recipients.contextOf(operator)) === 'open')
      .map(operator => ({ ...lost, owner: operator, meantFor: lost.owner })),
  );
}

/** How many reminders are still true and arrived neither at their owner nor at an operator, and wait for none. */
export function countUnreached(recipients: Recipients): number {
  const { operators, contextOf } = recipients;
  const unreached = lostReminders(recipients).filter(lost =>
    othersThan(lost.owner, recipients).every(operator => placeOf(lost, contextOf(operator)) === 'lost'),
  );
  // Every operator is told of a row that can't be understood, so none stands in for another.
  const isLost = (operator: string) => lostBy(operator, contextOf(operator)).some(isForOperators);
  return unreached.length + Number(operators.length > 0 && operators.every(isLost));
}

/** What its owner would be told now without the mail that did not arrive. Undefined for what is not about a target. */
export function stillTrueFor({ reason, about }: Reminder, owner: DecisionContext): Decision | undefined {
  const kind = noticeKindOf({ reason });
  if (kind === undefined || isOperatorNotice(kind)) return undefined;
  const told = owner.told.filter(entry => !isToldOf(entry, { reason, about }));
  return decide(NOTICES[kind].topic, { ...owner, told });
}

function lostReminders({ owners, contextOf }: Recipients): Reminder[] {
  return owners.flatMap(owner => lostBy(owner, contextOf(owner))).filter(lost => !isForOperators(lost));
}

/** The reminders of one recipient that did not arrive and are still true. */
function lostBy(owner: string, context: DecisionContext): Reminder[] {
  return context.told.flatMap((entry): Reminder[] => {
    if (!didNotArrive(entry) || entry.meantFor !== undefined) return [];
    const { scope, name } = context.state;
    const { reason, about, crossedOn, on: since, why: note } = entry;
    const lost = { scope, name, owner, reason, about, crossedOn, since, note };
    const decision = stillTrueFor(lost, context);
    return decision?.due && isToldOf(entry, decision) ? [lost] : [];
  });
}

function othersThan(owner: string, { operators }: Recipients): readonly string[] {
  return operators.filter(operator => !isSameAddress(operator, owner));
}

/** An operator is tried once for each reminder of each owner, so that no two of them write to each other without end. */
function placeOf(lost: Reminder, { told, snooze, state, now }: DecisionContext): Place {
  const entry = told.find(line => isToldOf(line, { ...lost, meantFor: lost.owner }));
  if (entry && didNotArrive(entry)) return 'lost';
  if (entry?.outcome === 'accepted') return 'served';
  const kind = noticeKindOf(lost);
  const isMuted = kind !== undefined && NOTICES[kind].snoozable && holds(snooze, fixedExpiry(state), now);
  return isMuted ? 'served' : 'open';
}

/** Whether an operator may still hear this in the place of its owner. */
export function isStandInOf({ owner, meantFor }: Reminder, { owners, operators }: Recipients): boolean {
  return meantFor !== undefined && includesAddress(operators, owner) && includesAddress(owners, meantFor);
}
