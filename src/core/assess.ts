/** Assessment: what follows for one target from its row, its state and, if it was read, its reading. The sweep records it. */
import { type Instant, MINUTE } from '../formats/instant';
import { addressKey } from './address';
import {
  type Decision,
  type DecisionContext,
  decideAll,
  decideForOperators,
  hasNothingToTell,
} from './decisions';
import { type Expiry, newExpiry, type Updated, withReading } from './expiry';
import type { TargetEvent } from './history';
import type { Listing } from './listing';
import { noticeKindOf } from './notices';
import type { Reading } from './reading';
import { isForCopies, type Reminder } from './reminder';
import { NOT_NAMED } from './replacement';
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
import { type Crossing, crossingsOf, expiringFrom } from './thresholds';
import type { Told } from './told';
import {
  audienceOf,
  isForOperatorsAlone,
  isReported,
  isWatched,
  type MailPolicy,
  type Watched,
} from './watched';

const LOST_NOTE = 'its registry row vanished together with many others, and the API did not delete it';
/** The API deletes a row within this time after it said so, or not at all: each of its two storage calls ends within 30 s. */
const LONGEST_DELETE = 2 * MINUTE;

export interface Assessment {
  readonly after: Expiry;
  readonly events: readonly TargetEvent[];
  readonly reminders: readonly Reminder[];
  /** Reminders that are still true and reached nobody. */
  readonly unreached: number;
  /** Absent while the target is on no report: disabled, or replaced by a watched one. */
  readonly listing: Listing | undefined;
  /** Absent while it is not watched: it does not count. */
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
  if (!isWatched(row)) return { ...assessUnwatched(row, after, mail, now), events };
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

/** A disabled target is silent. Of a replaced one is told that it was replaced; it is listed where nobody can verify that. */
function assessUnwatched(row: Watched, after: Expiry, mail: MailPolicy, now: Instant) {
  const reminders = row.columns.enabled ? remindersFor(row, after, [], mail, now) : [];
  const listing = isReported(row) ? unverifiedListing(row, after, now) : undefined;
  return { after, reminders, unreached: 0, listing, tally: undefined };
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
  const due = (owner: string, decisions: readonly Decision[]) =>
    decisions.flatMap(decision => reminderOf(row, owner, decision));
  const remindersTo = (owner: string) => due(owner, decideAll(contextOf(owner)));
  return [
    ...operators.flatMap(owner => due(owner, decideForOperators(contextOf(owner)))),
    ...owners.flatMap(remindersTo).filter(reminder => !isInScopesLine(reminder, state, mail)),
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
  return { owners, operators, contextOf: owner => contextFor(owner, row, state, crossings, now) };
}

/** What every decision about a target for one recipient depends on. */
export function contextFor(
  owner: string,
  { replacement }: Watched,
  state: Expiry,
  crossings: readonly Crossing[],
  now: Instant,
): DecisionContext {
  const [told, snooze] = [toldTo(state, owner), snoozeOf(state, owner)];
  return { owner, replacement, state, crossings, told, snooze, now };
}

/** What the operators are told about the scope is told to no one about a single target. */
function isInScopesLine(reminder: Reminder, { failure }: Expiry, mail: MailPolicy): boolean {
  return (
    noticeKindOf(reminder) === 'unreadable' && failure !== undefined && isForOperatorsAlone(failure, mail)
  );
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
  const {
    goneSince,
    invalid,
    rowLost,
    deleteAskedOn = 0,
    unverifiedSince,
    ...others
  } = state ?? newExpiry(row, now);
  const { faults, lost } = row;
  if (lost && !rowLost) events.push({ type: 'rowLost', on: now, note: LOST_NOTE });
  else if (goneSince !== undefined || (rowLost && !lost))
    events.push({ type: 'returned', on: now, note: 'its registry row is back' });
  const isBeingDeleted = goneSince === undefined && now - deleteAskedOn < LONGEST_DELETE;
  const kept: Expiry = {
    ...others,
    ...(row.replacement.is === 'notVerified' && { unverifiedSince: unverifiedSince ?? now }),
    ...(lost && { rowLost: lost }),
    ...(isBeingDeleted && { deleteAskedOn }),
  };
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
    rowLostSince: state.rowLost?.since,
    snoozedUntil: snoozedUntil(state, now),
  };
}

/** It has no date: what is known of its expiry must warn nobody. */
function unverifiedListing(row: Watched, state: Expiry, now: Instant): Listing {
  const { saidReplaced: said, unverifiedSince = now, checkedOn } = state;
  const isSaid = said?.to === NOT_NAMED && !said.undone;
  const who = isSaid ? ` by ${said.by}, who named no successor (${said.note ?? 'without a reason'})` : '';
  const message = `replaced, not verified: it is not watched any more, as said${who || ' in its registry row, which names no successor'}. Write the name of the new target into replacedBy, or clear it to watch this one again`;
  return {
    kind: row.kind,
    displayName: row.columns.displayName ?? row.name,
    owners: row.columns.owners,
    minted: false,
    failing: false,
    check: 'notVerified',
    failure: { code: 'notVerified', message, since: isSaid ? said.on : unverifiedSince, count: 1 },
    checkedOn,
    rowLostSince: state.rowLost?.since,
  };
}

/** The latest end of the owners' snoozes that are in force now. */
function snoozedUntil(state: Expiry, now: Instant): Instant | undefined {
  const ends = [...state.snoozes.values()]
    .filter(snooze => holds(snooze, fixedExpiry(state), now))
    .map(({ until }) => until);
  return ends.length > 0 ? Math.max(...ends) : undefined;
}
