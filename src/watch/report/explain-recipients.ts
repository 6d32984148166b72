/** Who hears of a target, what each was told, and every decision for each: taken from the decisions that send, never made anew. */
import { addressKey, includesAddress } from '../../core/address';
import { crossingsFor, remindersFor, snoozeOf, toldTo } from '../../core/assess';
import type { Expiry } from '../../core/expiry';
import { type Decision, decideAll, decideInvalid, type Reminder } from '../../core/reminder';
import { holds } from '../../core/snooze';
import { fixedExpiry } from '../../core/standing';
import { noticeOf } from '../../core/told';
import { audienceOf, type MailPolicy, type Watched } from '../../core/watched';
import type { Instant } from '../../formats/instant';
import { due, type Grounds, silence } from './explain-words';
import type { ExplainedDecision, ExplainedRecipient, Role, Silence, Topic } from './explanation';

/** A target whose row is there, its state as it stands now. */
export interface Case {
  readonly row: Watched;
  readonly state: Expiry;
  readonly mail: MailPolicy;
  readonly now: Instant;
  /** Why nobody is told anything; undefined while that is decided for each. */
  readonly muteness: Silence | undefined;
}

/** What `decideAll` decides, in its order. */
const TOPICS: readonly Topic[] = ['threshold', 'missing', 'unreadable', 'readable', 'renewed'];

export function recipientsOf(of: Case): ExplainedRecipient[] {
  const { row, state, mail, now } = of;
  const { owners, copies } = audienceOf(row, mail);
  const roleOf = (owner: string): Role => (includesAddress(row.columns.owners, owner) ? 'owner' : 'standIn');
  const present = [
    ...owners.map(owner => recipient(owner, roleOf(owner), of)),
    ...copies.map(owner => recipient(owner, 'copy', of)),
  ];
  return [...present, ...formerOf(state, present, now)];
}

/** Those who were told something, or muted it, and are no recipients any more. */
export function formerOf(
  state: Expiry,
  present: readonly Pick<ExplainedRecipient, 'address'>[],
  now: Instant,
): ExplainedRecipient[] {
  const heard = new Set(present.map(({ address }) => addressKey(address)));
  const known = new Set([...state.told.keys(), ...state.snoozes.keys()]);
  return [...known]
    .filter(owner => !heard.has(owner))
    .map(owner => ({ ...recordOf(owner, state, now), role: 'former', decisions: [] }));
}

function recipient(address: string, role: Role, of: Case): ExplainedRecipient {
  return { ...recordOf(address, of.state, of.now), role, decisions: decisionsFor(address, of) };
}

function recordOf(address: string, state: Expiry, now: Instant) {
  const snooze = snoozeOf(state, address);
  return {
    address,
    snooze: snooze && { ...snooze, holds: holds(snooze, fixedExpiry(state), now) },
    told: toldTo(state, address),
  };
}

/** Every topic once, and whatever else is due. */
function decisionsFor(owner: string, of: Case): ExplainedDecision[] {
  const { row, state, mail, now, muteness } = of;
  const crossings = crossingsFor(row, state);
  const told = toldTo(state, owner);
  const snooze = snoozeOf(state, owner);
  const grounds = (topic: Topic): Grounds => ({ topic, state, crossings, told, snooze, now });
  const decided: [Topic, Decision][] = decideAll(state, crossings, told, snooze, now).map(
    (decision, index) => [TOPICS[index] ?? 'threshold', decision],
  );
  if (hears(mail.operators, owner)) decided.push(['invalid', decideInvalid(state, told)]);
  if (muteness !== undefined)
    return decided.map(([topic]) => ({ topic, due: false, ...silence(muteness, grounds(topic)) }));
  const waiting = remindersFor(row, state, crossings, mail, now).filter(other => hears([other.owner], owner));
  const explained = decided.map(([topic, decision]): ExplainedDecision => {
    if (!decision.due) return { topic, due: false, ...silence(decision.because, grounds(topic)) };
    const goesOut = waiting.some(other => isSame(other, decision));
    return goesOut
      ? dueBy(decision, grounds(topic))
      : { topic, due: false, ...silence('ownersAlone', grounds(topic)) };
  });
  const others = waiting.filter(reminder => !decided.some(([, decision]) => isSame(reminder, decision)));
  return [...explained, ...others.map(other => dueBy(other, grounds(noticeOf(other) ?? 'threshold')))];
}

type Due = Pick<Reminder, 'reason' | 'about' | 'crossedOn' | 'since'>;

function dueBy({ reason, about, crossedOn, since }: Due, grounds: Grounds): ExplainedDecision {
  const reminder = { reason, about, crossedOn, since };
  return { topic: grounds.topic, due: true, ...due(reminder, grounds), reminder };
}

function isSame(reminder: Reminder, decision: Decision | Due): boolean {
  return 'reason' in decision && reminder.reason === decision.reason && reminder.about === decision.about;
}

function hears(addresses: readonly string[], owner: string): boolean {
  return includesAddress(addresses, owner);
}
