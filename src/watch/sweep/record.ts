/** Recording what a sweep learnt, in the order that survives a crash after any step (DESIGN.md section 5, one target's poll). */

import type { Assessment } from '../../core/assess';
import type { Expiry } from '../../core/expiry';
import type { Listing } from '../../core/listing';
import { datedExpiry } from '../../core/standing';
import { sha256 } from '../../formats/hash';
import type { Calendar, CalendarEntry, Change, Log, RefusedNames, Tables } from '../ports';
import type { Lease } from './lease';

/** What is to be written about one target. */
export interface Outcome {
  readonly before: Expiry | undefined;
  readonly assessment: Assessment;
  /** Its one calendar key from now on; '' while it is on no report. */
  readonly calendarKey: string;
  readonly listingHash: string;
  /** Whether anything differs from what is recorded. */
  readonly changed: boolean;
  /** Whether its calendar key changes, or a write that was cut off left it unclear. */
  readonly moves: boolean;
  /** Gone for so long that its state goes, too. */
  readonly forget: boolean;
}

export type Recorded = Pick<Tables, 'expiries' | 'calendar' | 'outbox' | 'history'>;

export function outcomeOf(
  before: Expiry | undefined,
  assessment: Assessment,
  calendar: Calendar,
  facts: { read: boolean; forget: boolean },
): Outcome {
  const { after, listing, events } = assessment;
  const calendarKey = listing ? calendar.keyOf(after, datedExpiry(after)) : '';
  const listingHash = listing ? fingerprint(listing) : '';
  const moves = before?.calendarKeys.length !== 1 || before.calendarKeys[0] !== calendarKey;
  const changed = moves || facts.read || events.length > 0 || (before?.listingHash ?? '') !== listingHash;
  return { before, assessment, calendarKey, listingHash, changed, moves, forget: facts.forget };
}

/** Targets whose place in the calendar stays: the row is shown first, so that a crash can't leave it behind its state. */
export async function recordStaying(
  scope: string,
  outcomes: readonly Outcome[],
  tables: Recorded,
  lease: Lease,
  log: Log,
) {
  const changed = outcomes.filter(outcome => outcome.changed && !outcome.forget);
  await lease.hold();
  await tables.calendar.write(changed.flatMap(entryOf), []);
  const refused = await tables.expiries.merge(scope, changed.map(withShown));
  const forgotten = outcomes.filter(outcome => outcome.forget).map(outcome => outcome.assessment.after.name);
  await tables.expiries.remove(scope, forgotten);
  await tellAndRemember(outcomes, refused, tables, log);
}

/** Targets whose place changes: both keys are on record before either row is touched, one key after both are. */
export async function recordMoving(
  scope: string,
  outcomes: readonly Outcome[],
  tables: Recorded,
  lease: Lease,
  log: Log,
) {
  await lease.hold();
  const refused = await tables.expiries.merge(scope, outcomes.map(withAllKeys));
  const written = outcomes.filter(({ assessment }) => !refused.has(assessment.after.name));
  await lease.hold();
  const unlisted = await tables.calendar.write(written.flatMap(entryOf), written.flatMap(keysLeft));
  const moved = written.filter(({ calendarKey }) => !unlisted.has(calendarKey));
  await tables.expiries.mergeCal(scope, moved.map(withOneKey));
  await tellAndRemember(outcomes, refused, tables, log);
}

/** Reminders before history: a reminder lost in a crash is decided again, a line of history is not. */
async function tellAndRemember(
  outcomes: readonly Outcome[],
  refused: RefusedNames,
  tables: Recorded,
  log: Log,
) {
  for (const name of refused)
    log.warn(`The store refused the state of '${name}'; its neighbours were written.`);
  const kept = outcomes.filter(({ assessment }) => !refused.has(assessment.after.name));
  const unput = await tables.outbox.put(kept.flatMap(({ assessment }) => assessment.reminders));
  for (const line of unput) log.warn(`The store refused the reminder '${line}'; the next sweep tries again.`);
  await tables.history.add(
    kept.flatMap(({ assessment: { after, events } }) =>
      events.map(event => ({ scope: after.scope, name: after.name, event })),
    ),
  );
}

function withShown({ before, assessment, listingHash }: Outcome): Change {
  return { before, after: { ...assessment.after, listingHash } };
}

function withAllKeys({ before, assessment, calendarKey, listingHash }: Outcome): Change {
  const known = before?.calendarKeys.length ? before.calendarKeys : [''];
  const others = known.filter(key => key !== calendarKey);
  return { before, after: { ...assessment.after, listingHash, calendarKeys: [...others, calendarKey] } };
}

function withOneKey({ assessment, calendarKey, listingHash }: Outcome): Expiry {
  return { ...assessment.after, listingHash, calendarKeys: [calendarKey] };
}

function keysLeft({ before, calendarKey }: Outcome): string[] {
  return before?.calendarKeys.filter(key => key !== '' && key !== calendarKey) ?? [];
}

function entryOf({ assessment: { after, listing }, calendarKey }: Outcome): CalendarEntry[] {
  return listing ? [{ scope: after.scope, name: after.name, key: calendarKey, listing }] : [];
}

function fingerprint(listing: Listing): string {
  return sha256(JSON.stringify(listing)).slice(0, 16);
}
