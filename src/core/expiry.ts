/** The expiry of a target: its recorded, current state, and how one reading changes it (rules 4, 7, 8). */

import type { Instant } from '../formats/instant';
import type { TargetEvent } from './history';
import type { FailedReading, FailureCode, Reading } from './reading';
import type { Snooze } from './snooze';
import type { Key } from './target';
import type { Told } from './told';

/**
 * What the readings have shown of a target whose reads may mint: `first` after one, `fixed` when the last repeated the
 * expiry, `moved` when the last moved it, `minted` when the last two each did. Other targets are always `fixed`.
 */
export type Evidence = 'first' | 'fixed' | 'moved' | 'minted';

export interface Failure {
  readonly code: FailureCode;
  readonly message: string;
  readonly since: Instant;
  readonly count: number;
  /** How many of them in a row, up to the last, had this code. */
  readonly sameCodeCount: number;
}

export interface Expiry extends Key {
  readonly firstSeenOn: Instant;
  /** The last attempt, whatever came of it. */
  readonly checkedOn?: Instant;
  /** The last reading that succeeded. */
  readonly readOn?: Instant;
  /** Last known; `never` for what does not expire. */
  readonly expiresOn?: Instant | 'never';
  readonly evidence?: Evidence;
  /** Known after a seen renewal, and of minted targets. */
  readonly lifetimeMs?: number;
  /** While the evidence is `moved`: the expiry that was fixed before, and when the move was first seen. */
  readonly movedFrom?: Instant;
  readonly movedOn?: Instant;
  readonly failure?: Failure;
  /** The failure that ended last: since when it was, and when a read succeeded again. */
  readonly recovered?: { readonly since: Instant; readonly on: Instant };
  /** The expiry in force is a renewal: of which one, and when that was seen. */
  readonly renewed?: { readonly from: Instant; readonly on: Instant };
  /** The registry row can't be understood, and since when. */
  readonly invalid?: { readonly faults: readonly string[]; readonly since: Instant };
  /** The registry row is gone since. */
  readonly goneSince?: Instant;
  /** Every calendar key that may exist for this target; '' stands for none. More than one: a write was cut off. */
  readonly calendarKeys: readonly string[];
  /** Fingerprint of the calendar row last written. */
  readonly listingHash?: string;
  /** What each owner (lower-case address) was told, one entry an expiry. */
  readonly told: ReadonlyMap<string, readonly Told[]>;
  /** By owner (lower-case address). */
  readonly snoozes: ReadonlyMap<string, Snooze>;
}

export interface Learnt {
  readonly after: Expiry;
  readonly events: readonly TargetEvent[];
}

export function newExpiry(key: Key, now: Instant): Expiry {
  return {
    scope: key.scope,
    name: key.name,
    firstSeenOn: now,
    calendarKeys: [],
    told: new Map(),
    snoozes: new Map(),
  };
}

/** The state after one reading taken at `now`. */
export function learn(before: Expiry, reading: Reading, now: Instant, mayMint: boolean): Learnt {
  if (reading.outcome === 'failed') return learnFailure(before, reading, now);
  const expiresOn = reading.outcome === 'expires' ? reading.expiresOn : 'never';
  const evidence = mayMint ? weigh(before, expiresOn) : 'fixed';
  const {
    failure,
    movedFrom: _from,
    movedOn: _on,
    lifetimeMs: _lifetime,
    renewed: _renewed,
    ...kept
  } = before;
  const change = changeOf(before, expiresOn, evidence, now);
  const after: Expiry = {
    ...kept,
    checkedOn: now,
    readOn: now,
    expiresOn,
    evidence,
    ...change.columns,
    ...(failure && { recovered: { since: failure.since, on: now } }),
  };
  const note = `after ${failure?.count} failed reads`;
  const recovered: TargetEvent[] = failure ? [{ type: 'recovered', on: now, note }] : [];
  return { after, events: [...recovered, ...change.events] };
}

function learnFailure(before: Expiry, reading: FailedReading, now: Instant): Learnt {
  const { code, message } = reading;
  const earlier = before.failure;
  const sameCodeCount = earlier?.code === code ? earlier.sameCodeCount + 1 : 1;
  const failure: Failure = {
    code,
    message,
    since: earlier?.since ?? now,
    count: (earlier?.count ?? 0) + 1,
    sameCodeCount,
  };
  const type = code === 'missing' ? 'missing' : 'failing';
  const events: TargetEvent[] =
    earlier?.code === code ? [] : [{ type, on: now, note: `${code}: ${message}` }];
  const { recovered: _over, ...kept } = before;
  return { after: { ...kept, checkedOn: now, failure }, events };
}

function weigh(before: Expiry, expiresOn: Instant | 'never'): Evidence {
  if (before.expiresOn === undefined) return 'first';
  if (before.expiresOn === expiresOn) return 'fixed';
  return before.evidence === 'moved' || before.evidence === 'minted' ? 'minted' : 'moved';
}

type Change = {
  columns: Pick<Expiry, 'lifetimeMs' | 'movedFrom' | 'movedOn' | 'renewed'>;
  events: TargetEvent[];
};

/** What a successful reading says beside the expiry: a lifetime, a renewal, a move that is still undecided. */
function changeOf(before: Expiry, expiresOn: Instant | 'never', evidence: Evidence, now: Instant): Change {
  if (expiresOn === 'never') return { columns: {}, events: [] };
  if (evidence === 'minted') return lifetimeOfMinted(before, expiresOn - now, now);
  if (evidence === 'moved') {
    const fixed = typeof before.expiresOn === 'number' && before.evidence === 'fixed';
    return { columns: { ...(fixed && { movedFrom: before.expiresOn }), movedOn: now }, events: [] };
  }
  const from = before.movedFrom ?? before.expiresOn;
  if (typeof from !== 'number' || from === expiresOn)
    return { columns: keepWhatWasMeasured(before, expiresOn), events: [] };
  if (expiresOn < from) return { columns: {}, events: [{ type: 'shortened', on: now, from, to: expiresOn }] };
  const seenOn = before.movedOn ?? now;
  const lifetimeMs = expiresOn - seenOn;
  // Unread for longer than what is left, it may have been renewed long ago: a lifetime too short would silence thresholds.
  const measured = seenOn - (before.readOn ?? seenOn) < lifetimeMs;
  const columns = { renewed: { from, on: seenOn }, ...(measured && { lifetimeMs }) };
  return { columns, events: [{ type: 'renewed', on: now, from, to: expiresOn }] };
}

/** A lifetime, and that it is a renewal, outlive a reading only as long as the expiry they were seen on. */
function keepWhatWasMeasured(before: Expiry, expiresOn: Instant): Change['columns'] {
  if (before.expiresOn !== expiresOn || before.evidence === 'minted') return {};
  const { lifetimeMs, renewed } = before;
  return { ...(lifetimeMs !== undefined && { lifetimeMs }), ...(renewed && { renewed }) };
}

function lifetimeOfMinted(before: Expiry, lifetimeMs: number, now: Instant): Change {
  const earlier = before.lifetimeMs;
  const changed = earlier !== undefined && Math.abs(lifetimeMs - earlier) > 0.1 * Math.abs(earlier);
  const note = `lifetime ${Math.round((earlier ?? 0) / 1000)} s became ${Math.round(lifetimeMs / 1000)} s`;
  return { columns: { lifetimeMs }, events: changed ? [{ type: 'lifetimeChanged', on: now, note }] : [] };
}
