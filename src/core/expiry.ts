/** The expiry of a target: its recorded, current state, and how one reading changes it (rules 4, 7, 8). */
import type { Instant } from '../formats/instant';
import { counted } from '../formats/when';
import type { TargetEvent } from './history';
import type { FailedReading, FailureCode, Reading } from './reading';
import type { FirstMute, Snooze } from './snooze';
import type { Key } from './target';
import type { Told } from './told';

/**
 * What the readings of a target that may mint have shown so far. `first`: there was only one. `fixed`: the last one
 * repeated the expiry. `moved`: the last one moved it. `minted`: the last two each moved it.
 * Any other target is always `fixed`.
 */
export type Evidence = 'first' | 'fixed' | 'moved' | 'minted';

/** A run of failed reads without a success between them. */
export interface Failure {
  /** Code and message of the last failed read. */
  readonly code: FailureCode;
  readonly message: string;
  readonly since: Instant;
  /** Failed reads in this run. */
  readonly count: number;
  /** How many of the last failed reads in a row had this code. */
  readonly sameCodeCount: number;
  /** The last failed read found the service busy with a change of the target. */
  readonly busy?: true;
}

/** That a person said on the page of a mail that it was replaced. */
export interface SaidReplaced {
  readonly by: string;
  readonly on: Instant;
  /** What `replacedBy` of its row became. */
  readonly to: string;
  /** What they said where they named no successor. */
  readonly note?: string;
  readonly undone?: { readonly by: string; readonly on: Instant };
}

/** Since when a registry row is lost, and what the last report showed of it, by which its target is watched until it goes. */
export interface RowLost {
  readonly since: Instant;
  readonly displayName: string;
  readonly owners: readonly string[];
}

/** Instants and lengths are in milliseconds. A property that is absent or undefined is not known or does not apply. */
export interface Expiry extends Key {
  readonly firstSeenOn: Instant;
  /** The last attempt to read, successful or not. */
  readonly checkedOn?: Instant;
  /** The last reading that succeeded. */
  readonly readOn?: Instant;
  /** The last known one; `never` for a target that does not expire. */
  readonly expiresOn?: Instant | 'never';
  readonly evidence?: Evidence;
  /** Known after a seen renewal, and of minted targets. */
  readonly lifetimeMs?: number;
  /** While the evidence is `moved`: the fixed expiry before the move, and when the move was first seen. */
  readonly movedFrom?: Instant;
  readonly movedOn?: Instant;
  readonly failure?: Failure;
  /** The failure that ended last: when it began, and when a read succeeded again. */
  readonly recovered?: { readonly since: Instant; readonly on: Instant };
  /** The current expiry is a renewal: the expiry before it, and when the renewal was seen. */
  readonly renewed?: { readonly from: Instant; readonly on: Instant };
  /** The registry row has faults: which, and since when. */
  readonly invalid?: { readonly faults: readonly string[]; readonly since: Instant };
  /** The registry row says that it was replaced and names no successor, since this instant. */
  readonly unverifiedSince?: Instant;
  /** What a person said of its replacement. It stays when that is undone. */
  readonly saidReplaced?: SaidReplaced;
  /** The registry row is gone since this instant. */
  readonly goneSince?: Instant;
  /** The registry row is lost: it vanished with many others, and the API did not delete it. */
  readonly rowLost?: RowLost;
  /** When the API was asked to delete the registry row. */
  readonly deleteAskedOn?: Instant;
  /** Every calendar key that may exist for this target; '' means none. More than one: a write was interrupted. */
  readonly calendarKeys: readonly string[];
  /** Hash of the listing in the calendar row that was written last. */
  readonly listingHash?: string;
  /** The reminders that were put into the outbox last, as one hash, and when. Written after them. */
  readonly queued?: { readonly lines: string; readonly on: Instant };
  /** What each owner (lower-case address) was told, one entry per expiry. */
  readonly told: ReadonlyMap<string, readonly Told[]>;
  /** By owner (lower-case address). */
  readonly snoozes: ReadonlyMap<string, Snooze>;
  /** By owner (lower-case address): what bounds their snoozes. Absent where nobody ever muted it. */
  readonly mutes?: ReadonlyMap<string, readonly FirstMute[]>;
}

/** A state with a reading taken into account, and the events for the history. */
export interface Updated {
  readonly after: Expiry;
  readonly events: readonly TargetEvent[];
}

export function newExpiry({ scope, name }: Key, now: Instant): Expiry {
  return { scope, name, firstSeenOn: now, calendarKeys: [], told: new Map(), snoozes: new Map() };
}

/** The state after one reading taken at `now`. */
export function withReading(before: Expiry, reading: Reading, now: Instant, mayMint: boolean): Updated {
  if (reading.outcome === 'failed') return withFailure(before, reading, now);
  const expiresOn = reading.outcome === 'expires' ? reading.expiresOn : 'never';
  const evidence = mayMint ? evidenceOf(before, expiresOn) : 'fixed';
  const { failure } = before;
  const change = changeOf(before, expiresOn, evidence, now);
  const after: Expiry = {
    ...before,
    checkedOn: now,
    readOn: now,
    expiresOn,
    evidence,
    lifetimeMs: change.lifetimeMs,
    movedFrom: change.movedFrom,
    movedOn: change.movedOn,
    renewed: change.renewed,
    failure: undefined,
    recovered: failure ? { since: failure.since, on: now } : before.recovered,
  };
  const recovered: TargetEvent[] = failure
    ? [{ type: 'recovered', on: now, note: `after ${counted(failure.count, 'failed read')}` }]
    : [];
  return { after, events: change.event ? [...recovered, change.event] : recovered };
}

function withFailure(before: Expiry, { code, message, busy }: FailedReading, now: Instant): Updated {
  const earlier = before.failure;
  const isSameCode = earlier?.code === code;
  const failure: Failure = {
    code,
    message,
    // A beginning that lies ahead is of a clock that was wrong. Owners are told an hour after it.
    since: Math.min(earlier?.since ?? now, now),
    count: (earlier?.count ?? 0) + 1,
    sameCodeCount: isSameCode ? earlier.sameCodeCount + 1 : 1,
    ...(busy && { busy }),
  };
  const type = code === 'missing' ? 'missing' : 'failing';
  return {
    after: { ...before, checkedOn: now, failure, recovered: undefined },
    events: isSameCode ? [] : [{ type, on: now, note: `${code}: ${message}` }],
  };
}

function evidenceOf(before: Expiry, expiresOn: Instant | 'never'): Evidence {
  if (before.expiresOn === undefined) return 'first';
  if (before.expiresOn === expiresOn) return 'fixed';
  return before.evidence === 'moved' || before.evidence === 'minted' ? 'minted' : 'moved';
}

/** What a successful reading says beside the expiry. Each column is as it is afterwards: an absent one is cleared. */
type Change = Pick<Expiry, 'lifetimeMs' | 'movedFrom' | 'movedOn' | 'renewed'> & { event?: TargetEvent };

function changeOf(before: Expiry, expiresOn: Instant | 'never', evidence: Evidence, now: Instant): Change {
  if (expiresOn === 'never') return {};
  if (evidence === 'minted') return lifetimeOfMinted(before, expiresOn - now, now);
  if (evidence === 'moved') {
    const wasFixed = typeof before.expiresOn === 'number' && before.evidence === 'fixed';
    return { movedFrom: wasFixed ? before.expiresOn : undefined, movedOn: now };
  }
  const from = before.movedFrom ?? before.expiresOn;
  if (typeof from !== 'number' || from === expiresOn) return keptOf(before, expiresOn);
  if (expiresOn < from) return { event: { type: 'shortened', on: now, from, to: expiresOn } };
  return renewalOf(before, from, expiresOn, now);
}

/** Lifetime and renewal belong to the expiry on which they were seen, and are kept as long as it stays. */
function keptOf(before: Expiry, expiresOn: Instant): Change {
  if (before.expiresOn !== expiresOn || before.evidence === 'minted') return {};
  const { lifetimeMs, renewed } = before;
  return { lifetimeMs, renewed };
}

function renewalOf(before: Expiry, from: Instant, expiresOn: Instant, now: Instant): Change {
  const seenOn = before.movedOn ?? now;
  const lifetimeMs = expiresOn - seenOn;
  // A target that was unread for longer than this may have been renewed long ago. Its lifetime would come out too short,
  // and a lifetime that is too short suppresses thresholds.
  const isMeasured = seenOn - (before.readOn ?? seenOn) < lifetimeMs;
  return {
    renewed: { from, on: seenOn },
    lifetimeMs: isMeasured ? lifetimeMs : undefined,
    event: { type: 'renewed', on: now, from, to: expiresOn },
  };
}

/** Rule 8: the history notes a lifetime that changed by more than 10 %. */
function lifetimeOfMinted(before: Expiry, lifetimeMs: number, now: Instant): Change {
  const earlier = before.lifetimeMs;
  const hasChanged = earlier !== undefined && Math.abs(lifetimeMs - earlier) > 0.1 * Math.abs(earlier);
  const note = `lifetime ${Math.round((earlier ?? 0) / 1000)} s became ${Math.round(lifetimeMs / 1000)} s`;
  return { lifetimeMs, event: hasChanged ? { type: 'lifetimeChanged', on: now, note } : undefined };
}
