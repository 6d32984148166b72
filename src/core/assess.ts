/** Assessment: what follows for one target from its row, its state and, if it was read, its reading. The sweep records it. */
import type { Instant } from '../formats/instant';
import { addressKey } from './address';
import { type Expiry, newExpiry, type Updated, withReading } from './expiry';
import type { TargetEvent } from './history';
import type { Listing } from './listing';
import { noticeKindOf } from './notices';
import type { Reading } from './reading';
import {
  type Decision,
  type DecisionContext,
  decide,
  decideAll,
  hasNothingToTell,
  isForCopies,
  type Reminder,
} from './reminder';
import { type NextCheck, nextCheck } from './schedule';
import { holds, mutedSince, type Snooze } from './snooze';
import { countUnreached, type Recipients, standInsOf } from './stand-in';
import {
  type Check,
  checkOf,
  fixedExpiry,
  isMinted,
  isUndecided,
  type Standing,
  shownExpiry,
  standingOf,
} from './standing';
import { isWatched } from './target';
import { type Crossing, crossingsOf, expiringFrom } from './thresholds';
import type { Told } from './told';
import { audienceOf, type MailPolicy, type Watched } from './watched';

export interface Assessment {
  readonly after: Expiry;
  readonly events: readonly TargetEvent[];
  readonly reminders: readonly Reminder[];
  /** Reminders that are still true and reached nobody. */
  readonly unreached: number;
  /** Absent while the target is on no report: disabled. */
  readonly listing: Listing | undefined;
  readonly tally:
    | { readonly standing: Standing; readonly check: Check; readonly minted: boolean }
    | undefined;
}

/** The next read of a target in its current state, also if it was never read. */
export function scheduleOf(row: Watched, state: Expiry, mail: MailPolicy, now: Instant): NextCheck {
  const crossings = crossingsFor(row, state);
  return nextCheckOf(row, state, crossings, remindersFor(row, state, crossings, mail, now));
}

function nextCheckOf(
  row: Watched,
  state: Expiry,
  crossings: readonly Crossing[],
  reminders: readonly Reminder[],
): NextCheck {
  const reminderWaits = reminders.some(reminder => noticeKindOf(reminder) === 'threshold');
  return nextCheck(state, { checkEveryMs: row.checkEveryMs, crossings, reminderWaits });
}

/** What follows for a target whose row exists, after it was read (`reading`) or left unread. */
export function assess(
  row: Watched,
  state: Expiry | undefined,
  reading: Reading | undefined,
  mail: MailPolicy,
  now: Instant,
): Assessment {
  const before = withRow(row, state, now);
  const read = reading && withReading(before.after, reading, now, row.mayMint);
  const { after } = read ?? before;
  const events = [...before.events, ...(read?.events ?? [])];
  if (!isWatched(row.columns))
    return { after, events, reminders: [], unreached: 0, listing: undefined, tally: undefined };
  const crossings = crossingsFor(row, after);
  const reminders = remindersFor(row, after, crossings, mail, now);
  const listing = listingOf(row, after, nextCheckOf(row, after, crossings, reminders).on, now);
  const { check, minted } = listing;
  const unreached = hasNothingToTell(after, crossings, now)
    ? 0
    : countUnreached(recipientsIn(row, after, crossings, mail, now));
  const tally = { standing: standingOf(listing, now), check, minted };
  return { after, events, reminders, unreached, listing, tally };
}

/** A target whose row is gone leaves all reports at once. Its state is kept for a while, so that a re-import sends no mail twice. */
export function assessGone(state: Expiry, now: Instant): Assessment {
  const gone = state.goneSince === undefined;
  const after: Expiry = { ...state, goneSince: state.goneSince ?? now };
  const events: TargetEvent[] = gone ? [{ type: 'gone', on: now, note: 'its registry row was removed' }] : [];
  return { after, events, reminders: [], unreached: 0, listing: undefined, tally: undefined };
}

/** Every reminder that is due now, one for each recipient who was not told; also to operators in the place of owners. */
export function remindersFor(
  row: Watched,
  state: Expiry,
  crossings: readonly Crossing[],
  mail: MailPolicy,
  now: Instant,
): Reminder[] {
  if (hasNothingToTell(state, crossings, now)) return [];
  const { copies } = audienceOf(row, mail);
  const recipients = recipientsIn(row, state, crossings, mail, now);
  const { owners, operators, contextOf } = recipients;
  const remindersTo = (owner: string) =>
    decideAll(contextOf(owner)).flatMap(decision => reminderOf(row, owner, decision));
  return [
    ...operators.flatMap(owner => reminderOf(row, owner, decide('invalid', contextOf(owner)))),
    ...owners.flatMap(remindersTo).filter(reminder => !isInScopesLine(reminder, row, mail)),
    ...copies.flatMap(remindersTo).filter(isForCopies),
    ...standInsOf(recipients),
  ];
}

/** Who is told about a target; nobody while no mail is sent. */
export function recipientsIn(
  row: Watched,
  state: Expiry,
  crossings: readonly Crossing[],
  mail: MailPolicy,
  now: Instant,
): Recipients {
  const { owners } = audienceOf(row, mail);
  const operators = mail.to === 'none' ? [] : mail.operators;
  return { owners, operators, contextOf: owner => contextFor(owner, state, crossings, now) };
}

/** What every decision about a target for one recipient depends on. */
export function contextFor(
  owner: string,
  state: Expiry,
  crossings: readonly Crossing[],
  now: Instant,
): DecisionContext {
  return { state, crossings, told: toldTo(state, owner), snooze: snoozeOf(state, owner), now };
}

/** Operators who stand in for owners are told in one line that a whole scope fails. */
function isInScopesLine(reminder: Reminder, row: Watched, mail: MailPolicy): boolean {
  const standIn = mail.to === 'operators' || row.columns.owners.length === 0;
  return mail.scopeFails === true && standIn && noticeKindOf(reminder) === 'unreadable';
}

/** Where the thresholds in force fall; empty unless the expiry is fixed. */
export function crossingsFor(row: Watched, state: Expiry, expiresOn = fixedExpiry(state)): Crossing[] {
  return expiresOn === undefined
    ? []
    : crossingsOf(row.policy.thresholds, expiresOn, state.lifetimeMs).crossings;
}

export function snoozeOf(state: Expiry, owner: string): Snooze | undefined {
  return state.snoozes.get(addressKey(owner));
}

/** When an owner first muted this expiry (rule 20). A snooze of an earlier version has no mute beside it. */
export function mutedSinceBy(owner: string, state: Expiry): Instant | undefined {
  const mutes = state.mutes?.get(addressKey(owner)) ?? [];
  return mutedSince([...mutes, snoozeOf(state, owner)], fixedExpiry(state));
}

export function toldTo(state: Expiry, owner: string): readonly Told[] {
  return state.told.get(addressKey(owner)) ?? [];
}

function reminderOf(row: Watched, owner: string, decision: Decision): Reminder[] {
  if (!decision.due) return [];
  const { reason, about, crossedOn, since } = decision;
  return [{ scope: row.scope, name: row.name, owner, reason, about, crossedOn, since }];
}

/** The state once its row is taken into account: seen for the first time, back after a removal, understood or not. */
function withRow(row: Watched, state: Expiry | undefined, now: Instant): Updated {
  const events: TargetEvent[] = [];
  if (!state) events.push({ type: 'firstSeen', on: now, note: 'in the registry' });
  const { goneSince, invalid, ...kept } = state ?? newExpiry(row, now);
  if (goneSince !== undefined) events.push({ type: 'returned', on: now, note: 'its registry row is back' });
  const { faults } = row;
  if (faults.length === 0) return { after: kept, events };
  const note = faults.join('; ');
  if (invalid?.faults.join('; ') !== note) events.push({ type: 'invalid', on: now, note });
  return { after: { ...kept, invalid: { faults, since: invalid?.since ?? now } }, events };
}

function listingOf(row: Watched, state: Expiry, nextCheckOn: Instant, now: Instant): Listing {
  const { lifetimeMs, checkedOn, invalid } = state;
  const dated = fixedExpiry(state);
  const failure: Listing['failure'] = invalid
    ? { code: 'invalid', message: invalid.faults.join('; '), since: invalid.since, count: 1 }
    : state.failure;
  return {
    kind: row.kind,
    displayName: row.columns.displayName ?? row.name,
    owners: row.columns.owners,
    minted: isMinted(state),
    failing: state.failure !== undefined,
    check: checkOf(state),
    nextCheckOn,
    undecided: isUndecided(state) || undefined,
    expiresOn: shownExpiry(state),
    expiringFrom: dated === undefined ? undefined : expiringFrom(crossingsFor(row, state, dated), dated),
    lifetimeMs,
    failure,
    checkedOn,
    snoozedUntil: snoozedUntil(state, now),
  };
}

/** The latest end of the owners' snoozes that are in force now. */
function snoozedUntil(state: Expiry, now: Instant): Instant | undefined {
  const ends = [...state.snoozes.values()]
    .filter(snooze => holds(snooze, fixedExpiry(state), now))
    .map(({ until }) => until);
  return ends.length > 0 ? Math.max(...ends) : undefined;
}
