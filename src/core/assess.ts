/** Assessment: what follows for one target from its row, its state and, if it was read, its reading. The sweep only carries it out. */
import { type Expiry, learn, newExpiry } from './expiry';
import type { TargetEvent } from './history';
import type { Instant } from './instant';
import type { Reading } from './reading';
import { type Decision, decideInvalid, decideThreshold, type Reminder } from './reminder';
import { type NextCheck, nextCheck } from './schedule';
import {
  type Check,
  checkOf,
  datedExpiry,
  fixedExpiry,
  isMinted,
  type Standing,
  standingOf,
} from './standing';
import { type Crossing, crossingsOf, expiringFrom } from './thresholds';
import { isInvalid } from './told';
import { type MailPolicy, recipientsOf, type Watched } from './watched';

/** What a report shows of a target: the content of its calendar row. */
export interface Listing {
  readonly kind: string;
  readonly displayName: string;
  readonly owners: readonly string[];
  readonly expiresOn?: Instant | 'never';
  readonly expiringFrom?: Instant;
  readonly lifetimeMs?: number;
  readonly minted: boolean;
  readonly failing: boolean;
  readonly check: Check;
  readonly failure?: {
    readonly code: string;
    readonly message: string;
    readonly since: Instant;
    readonly count: number;
  };
  readonly checkedOn?: Instant;
  readonly nextCheckOn?: Instant;
}

export interface Assessment {
  readonly after: Expiry;
  readonly events: readonly TargetEvent[];
  readonly reminders: readonly Reminder[];
  /** Absent while the target is on no report: disabled. */
  readonly listing: Listing | undefined;
  readonly tally:
    | { readonly standing: Standing; readonly check: Check; readonly minted: boolean }
    | undefined;
}

/** The next read of a target as it stands, never-read ones included. */
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
  const reminderWaits = reminders.some(reminder => !isInvalid(reminder));
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
  const met = meet(row, state, now);
  const learnt = reading ? learn(met.expiry, reading, now, row.mayMint) : { after: met.expiry, events: [] };
  const after = learnt.after;
  const events = [...met.events, ...learnt.events];
  if (!row.columns.enabled) return { after, events, reminders: [], listing: undefined, tally: undefined };
  const crossings = crossingsFor(row, after);
  const reminders = remindersFor(row, after, crossings, mail, now);
  const listing = listingOf(row, after, nextCheckOf(row, after, crossings, reminders).on);
  const { check, minted } = listing;
  return { after, events, reminders, listing, tally: { standing: standingOf(listing, now), check, minted } };
}

/** A target whose row is gone: off all reports at once, its state kept a while so that a re-import mails nobody twice. */
export function assessGone(state: Expiry, now: Instant): Assessment {
  const gone = state.goneSince === undefined;
  const after: Expiry = { ...state, goneSince: state.goneSince ?? now };
  const events: TargetEvent[] = gone ? [{ type: 'gone', on: now, note: 'its registry row was removed' }] : [];
  return { after, events, reminders: [], listing: undefined, tally: undefined };
}

/** Every reminder that is due now, one for each recipient who was not told. */
export function remindersFor(
  row: Watched,
  state: Expiry,
  crossings: readonly Crossing[],
  mail: MailPolicy,
  now: Instant,
): Reminder[] {
  // Decided first as for somebody who was told nothing: most targets have nothing to tell to anybody.
  const threshold = decideThreshold(state, crossings, [], now);
  if (mail.to === 'none' || (!threshold.due && !state.invalid)) return [];
  const operators = state.invalid ? mail.operators : [];
  const invalid = operators.map(owner => ({ owner, decision: decideInvalid(state, toldTo(state, owner)) }));
  const recipients = threshold.due ? recipientsOf(row, mail, threshold.about - threshold.crossedOn) : [];
  const due = recipients.map(owner => ({
    owner,
    decision: decideThreshold(state, crossings, toldTo(state, owner), now),
  }));
  return [...invalid, ...due].flatMap(({ owner, decision }) => reminderOf(row, owner, decision));
}

/** Where the thresholds in force fall; none unless the expiry says something about the future. */
export function crossingsFor(row: Watched, state: Expiry, expiresOn = fixedExpiry(state)): Crossing[] {
  return expiresOn === undefined
    ? []
    : crossingsOf(row.policy.thresholds, expiresOn, state.lifetimeMs).crossings;
}

export function toldTo(state: Expiry, owner: string) {
  return state.told.get(owner.toLowerCase()) ?? [];
}

function reminderOf(row: Watched, owner: string, decision: Decision): Reminder[] {
  if (!decision.due) return [];
  const { reason, about, crossedOn, since } = decision;
  return [{ scope: row.scope, name: row.name, owner, reason, about, crossedOn, since }];
}

/** The state as the row makes it: seen for the first time, returned after a removal, understood or not. */
function meet(
  row: Watched,
  state: Expiry | undefined,
  now: Instant,
): { expiry: Expiry; events: TargetEvent[] } {
  const events: TargetEvent[] = [];
  if (!state) events.push({ type: 'firstSeen', on: now, note: 'in the registry' });
  const { goneSince, invalid, ...kept } = state ?? newExpiry(row, now);
  if (goneSince !== undefined) events.push({ type: 'returned', on: now, note: 'its registry row is back' });
  const { faults } = row;
  if (faults.length === 0) return { expiry: kept, events };
  const note = faults.join('; ');
  if (invalid?.faults.join('; ') !== note) events.push({ type: 'invalid', on: now, note });
  return { expiry: { ...kept, invalid: { faults, since: invalid?.since ?? now } }, events };
}

function listingOf(row: Watched, state: Expiry, nextCheckOn: Instant): Listing {
  const { expiresOn, lifetimeMs, checkedOn, invalid } = state;
  const dated = datedExpiry(state);
  const failure = invalid
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
    ...(expiresOn !== undefined && { expiresOn }),
    ...(dated !== undefined && { expiringFrom: expiringFrom(crossingsFor(row, state, dated), dated) }),
    ...(lifetimeMs !== undefined && { lifetimeMs }),
    ...(failure && { failure }),
    ...(checkedOn !== undefined && { checkedOn }),
  };
}
