/** The forecast of one target: what will be mailed about it if nothing changes, found by running the code that decides mails. */
import { type Instant, MINUTE } from '../formats/instant';
import { addressKey } from './address';
import { assess, crossingsFor, scheduleOf } from './assess';
import { decideAll, type NotDueReason } from './decisions';
import type { Expiry } from './expiry';
import { failed, type Reading } from './reading';
import type { Reminder } from './reminder';
import { fixedExpiry } from './standing';
import { withTold } from './told';
import { isWatched, type MailPolicy, type Watched } from './watched';

/** One reminder that will go out. */
export interface Foreseen {
  /** When it is due. The next run sends it. */
  readonly at: Instant;
  readonly reminder: Reminder;
  readonly displayName: string;
  readonly expiresOn: Instant | undefined;
}

/** An owner's mail of one day (UTC, `2027-01-31`). */
export interface ForeseenMail {
  readonly on: string;
  readonly owner: string;
  readonly lines: readonly Foreseen[];
}

export interface Forecast {
  readonly asOf: Instant;
  readonly days: number;
  /** There are more lines than an answer holds; it has the soonest. */
  readonly truncated: boolean;
  readonly mails: readonly ForeseenMail[];
}

export interface Foreseeable {
  readonly row: Watched;
  readonly state: Expiry | undefined;
  /** Its key is understood, so sweeps read it. */
  readonly canBeRead: boolean;
}

/** How often a failure that is too young to be told is decided again: the default period of the sweep. */
const TICK = 5 * MINUTE;
/** Whether a reason can end by further reads that say the same, at an instant that is no threshold, expiry or end of a snooze. */
const ENDS_BY_READS: Readonly<Record<NotDueReason, boolean>> = {
  notRead: false,
  undecided: false,
  minted: false,
  neverExpires: false,
  noThresholdCrossed: false,
  awaitsReading: false,
  awaitsSecondLook: true,
  toldAsGone: false,
  toldAsMissing: false,
  told: false,
  snoozed: false,
  replaced: false,
  notSo: false,
  notTold: false,
  notYet: true,
};

/** What goes out from `now` to `until`, soonest first. It visits only the instants at which a decision can change. */
export function* foresee(
  target: Foreseeable,
  mail: MailPolicy,
  now: Instant,
  until: Instant,
): Generator<Foreseen> {
  const { row } = target;
  const { displayName = row.name } = row.columns;
  let { state } = target;
  if (!isWatched(row)) {
    const { reminders } = assess(row, state, undefined, mail, now);
    for (const reminder of reminders) yield { at: now, reminder, displayName, expiresOn: undefined };
    return;
  }
  for (let at: Instant | undefined = now; at !== undefined && at <= until; ) {
    const reading = target.canBeRead && state ? readingAt(row, state, mail, at) : undefined;
    const { after, reminders } = assess(row, state, reading, mail, at);
    for (const reminder of reminders) yield { at, reminder, displayName, expiresOn: fixedExpiry(after) };
    state = afterTelling(after, reminders, at);
    at = nextChange({ ...target, state }, at);
  }
}

/** For what is decided alike for every recipient. */
const NOBODY = { owner: '', told: [], snooze: undefined };

/** The reading that a sweep would take then if nothing changed; undefined where no read is due or its result can't be known. */
function readingAt(row: Watched, state: Expiry, mail: MailPolicy, at: Instant): Reading | undefined {
  const { failure } = state;
  if (scheduleOf(row, state, mail, at).on > at) return undefined;
  if (failure) return failed(failure.code, failure.message);
  // A minted or undecided target has no expiry that could repeat itself; only its failures are mailed.
  const expiresOn = fixedExpiry(state);
  return expiresOn === undefined ? undefined : { outcome: 'expires', expiresOn };
}

function afterTelling(state: Expiry, reminders: readonly Reminder[], on: Instant): Expiry {
  const told = new Map(state.told);
  const mail = { on, operationId: 'forecast', outcome: 'accepted' } as const;
  for (const { owner, reason, about, crossedOn, meantFor } of reminders) {
    const key = addressKey(owner);
    const line = { reason, about, crossedOn, meantFor, ...mail };
    told.set(key, withTold(told.get(key) ?? [], line));
  }
  return { ...state, told };
}

/** The next instant at which a decision can change: a threshold, the expiry, the end of a snooze, a failure that grows old. */
function nextChange({ row, state, canBeRead }: Foreseeable & { state: Expiry }, at: Instant) {
  const crossings = crossingsFor(row, state);
  const changes = crossings.map(crossing => crossing.at);
  for (const { until } of state.snoozes.values()) changes.push(until);
  changes.push(fixedExpiry(state) ?? at);
  const decisions = decideAll({ ...NOBODY, replacement: row.replacement, state, crossings, now: at });
  const passes = decisions.some(decision => !decision.due && ENDS_BY_READS[decision.because]);
  if (passes && canBeRead) changes.push(at + TICK);
  const later = changes.filter(change => change > at);
  return later.length > 0 ? Math.min(...later) : undefined;
}
