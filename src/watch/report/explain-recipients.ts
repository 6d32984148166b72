/** The recipients of a target, what each was told, and every decision for each. The same decisions send mails. */
import { addressKey, includesAddress } from '../../core/address';
import { contextFor, crossingsFor, remindersFor, snoozeOf, toldTo } from '../../core/assess';
import { type DueDecision, decideAll, decideForOperators } from '../../core/decisions';
import type { Expiry } from '../../core/expiry';
import type { Topic } from '../../core/notices';
import { isSameReminder, type Reminder } from '../../core/reminder';
import { holds, type Snooze } from '../../core/snooze';
import { fixedExpiry } from '../../core/standing';
import type { Told } from '../../core/told';
import { audienceOf, isForOperatorsAlone, type MailPolicy, type Watched } from '../../core/watched';
import type { Instant } from '../../formats/instant';
import { type Because, due, type NoMailReason, noMail } from './explain-sentences';

/** A target that is in the registry, its current state, and what decides who is told. */
export interface ExplainInput {
  readonly row: Watched;
  readonly state: Expiry;
  readonly mail: MailPolicy;
  readonly now: Instant;
  /** Why no one is told anything; undefined while that is decided for each recipient. */
  readonly whyNoRecipients: NoMailReason | undefined;
}

/** `standIn`: an operator in the owners' place. `copy`: an operator beside them. `former`: was told something before, and is not a recipient now. */
export type Role = 'owner' | 'standIn' | 'copy' | 'former';

export interface ExplainedRecipient {
  readonly address: string;
  readonly role: Role;
  readonly snooze: (Snooze & { readonly holds: boolean }) | undefined;
  /** Latest first. */
  readonly told: readonly Told[];
  readonly decisions: readonly ExplainedDecision[];
}

export type ExplainedDecision = { readonly topic: Topic } & (
  | (Because<'due'> & {
      readonly due: true;
      readonly reminder: Pick<Reminder, 'reason' | 'about' | 'crossedOn' | 'since'>;
    })
  | (Because<NoMailReason> & { readonly due: false })
);

export function recipientsOf(input: ExplainInput): ExplainedRecipient[] {
  const { row, state, mail, now } = input;
  const { owners, copies } = audienceOf(row, mail);
  const recipient = (address: string, role: Role) => ({
    ...recordOf(address, state, now),
    role,
    decisions: decisionsFor(address, input),
  });
  const roleOf = (owner: string): Role => (includesAddress(row.columns.owners, owner) ? 'owner' : 'standIn');
  const present = [
    ...owners.map(owner => recipient(owner, roleOf(owner))),
    ...copies.map(owner => recipient(owner, 'copy')),
  ];
  return [...present, ...formerOf(state, present, now)];
}

/** People who were told something or snoozed it, and are not recipients now. */
export function formerOf(
  state: Expiry,
  present: readonly Pick<ExplainedRecipient, 'address'>[],
  now: Instant,
): ExplainedRecipient[] {
  const current = new Set(present.map(({ address }) => addressKey(address)));
  const known = new Set([...state.told.keys(), ...state.snoozes.keys()]);
  return [...known]
    .filter(owner => !current.has(owner))
    .map(owner => ({ ...recordOf(owner, state, now), role: 'former', decisions: [] }));
}

function recordOf(address: string, state: Expiry, now: Instant) {
  const snooze = snoozeOf(state, address);
  return {
    address,
    snooze: snooze && { ...snooze, holds: holds(snooze, fixedExpiry(state), now) },
    told: toldTo(state, address),
  };
}

/** One decision for each topic. */
function decisionsFor(owner: string, input: ExplainInput) {
  const { row, state, mail, now, whyNoRecipients } = input;
  const crossings = crossingsFor(row, state);
  const context = contextFor(owner, row, state, crossings, now);
  const decisions = decideAll(context);
  if (includesAddress(mail.operators, owner)) decisions.push(...decideForOperators(context));
  const reminders = remindersFor(row, state, crossings, mail, now);
  return decisions.map((decision): ExplainedDecision => {
    const { topic } = decision;
    const notDue = (code: NoMailReason) =>
      ({ topic, due: false, ...noMail(code, context, decision) }) as const;
    if (whyNoRecipients !== undefined) return notDue(whyNoRecipients);
    if (!decision.due) return notDue(decision.because);
    return reminders.some(reminder => isSameReminder(reminder, { owner, ...decision }))
      ? explainDue(decision, state)
      : notDue(isOperatorsMatter(decision, input) ? 'operatorsTold' : 'ownersAlone');
  });
}

function isOperatorsMatter({ notice }: DueDecision, { state, mail }: ExplainInput): boolean {
  const { failure } = state;
  return notice === 'unreadable' && failure !== undefined && isForOperatorsAlone(failure, mail);
}

function explainDue(decision: DueDecision, state: Expiry): ExplainedDecision {
  const { topic, reason, about, crossedOn, since } = decision;
  return { topic, due: true, ...due(decision, state), reminder: { reason, about, crossedOn, since } };
}
