/** Recording what a sweep found: in batches, and in an order that survives a crash after any step (docs/design.md, One target's poll). */

import type { Assessment } from '../../core/assess';
import type { Expiry } from '../../core/expiry';
import { fixedExpiry } from '../../core/standing';
import { sha256 } from '../../formats/hash';
import type { Calendar, CalendarEntry, Change, Log, RefusedNames, Tables } from '../ports';
import type { Lease } from './lease';

/** What is to be written about one target. */
export interface Outcome {
  readonly before: Expiry | undefined;
  readonly assessment: Assessment;
  /** Its only calendar key from now on; '' while it is on no report. */
  readonly calendarKey: string;
  readonly listingHash: string;
  /** Anything differs from what is stored. */
  readonly changed: boolean;
  /** Its calendar key changes, or an interrupted write left more than one. */
  readonly moves: boolean;
  /** It is gone for so long that its state is deleted. */
  readonly forget: boolean;
}

/** Where outcomes of a scope are recorded, and the lease under which that is allowed. */
export interface Recording {
  readonly scope: string;
  readonly tables: Pick<Tables, 'expiries' | 'calendar' | 'outbox' | 'history'>;
  readonly lease: Lease;
  readonly log: Log;
}

/** Operations of a transaction, at most. */
const BATCH = 100;

export function outcomeOf(
  before: Expiry | undefined,
  assessment: Assessment,
  calendar: Calendar,
  facts: { read: boolean; forget: boolean },
): Outcome {
  const { after, listing, events } = assessment;
  const calendarKey = listing ? calendar.keyOf(after, fixedExpiry(after)) : '';
  const listingHash = listing ? sha256(JSON.stringify(listing)).slice(0, 16) : '';
  const moves = before?.calendarKeys.length !== 1 || before.calendarKeys[0] !== calendarKey;
  const changed = moves || facts.read || events.length > 0 || (before?.listingHash ?? '') !== listingHash;
  return { before, assessment, calendarKey, listingHash, changed, moves, forget: facts.forget };
}

export type Recorder = ReturnType<typeof recorder>;

/** Gathers outcomes into full batches, and writes one batch while the next targets are read. */
export function recorder(recording: Recording) {
  // Two queues, so that all outcomes of a batch cost the same number of storage calls.
  const staying: Outcome[] = [];
  const moving: Outcome[] = [];
  let writing = Promise.resolve();
  let fault: unknown;

  const write = (batch: Outcome[], record: typeof recordStaying) => {
    if (fault) return;
    // The fault is kept for the next wait: an unhandled rejection would end the whole process.
    writing = writing
      .then(() => record(batch, recording))
      .catch((error: unknown) => {
        fault ??= error;
      });
  };
  const written = async () => {
    await writing;
    if (fault) throw fault;
  };
  const writeBatches = async (atLeast: number) => {
    while (moving.length >= atLeast || staying.length >= atLeast) {
      await written();
      if (moving.length >= atLeast) write(moving.splice(0, BATCH), recordMoving);
      if (staying.length >= atLeast) write(staying.splice(0, BATCH), recordStaying);
    }
  };

  return {
    add(outcome: Outcome) {
      if (outcome.moves && !outcome.forget) moving.push(outcome);
      else if (outcome.changed || outcome.forget || outcome.assessment.reminders.length > 0)
        staying.push(outcome);
    },
    /** Starts to write the full batches. Waits while an earlier one is still being written. */
    writeFull: () => writeBatches(BATCH),
    /** Writes everything that was added. */
    async finish() {
      await writeBatches(1);
      await written();
    },
  };
}

/** Targets whose calendar key stays. The calendar row is written before the state, so that no crash leaves it older than its state. */
export async function recordStaying(outcomes: readonly Outcome[], recording: Recording) {
  const { scope, tables, lease } = recording;
  const changed = outcomes.filter(outcome => outcome.changed && !outcome.forget);
  await lease.renew();
  await tables.calendar.write(changed.flatMap(entryOf), []);
  const refused = await tables.expiries.merge(scope, changed.map(withListingHash));
  const forgotten = outcomes.filter(outcome => outcome.forget).map(outcome => outcome.assessment.after.name);
  await tables.expiries.remove(scope, forgotten);
  await addRemindersAndHistory(outcomes, refused, recording);
}

/** Targets whose calendar key changes. The state has both keys before either row is written, and one key after both are. */
export async function recordMoving(outcomes: readonly Outcome[], recording: Recording) {
  const { scope, tables, lease } = recording;
  await lease.renew();
  const refused = await tables.expiries.merge(scope, outcomes.map(withAllKeys));
  const written = outcomes.filter(({ assessment }) => !refused.has(assessment.after.name));
  await lease.renew();
  const unlisted = await tables.calendar.write(written.flatMap(entryOf), written.flatMap(oldKeysOf));
  const moved = written.filter(({ calendarKey }) => !unlisted.has(calendarKey));
  await tables.expiries.mergeCal(scope, moved.map(withOneKey));
  await addRemindersAndHistory(outcomes, refused, recording);
}

/** Reminders come before history: the next sweep decides a lost reminder again, but nothing repeats a lost line of history. */
async function addRemindersAndHistory(
  outcomes: readonly Outcome[],
  refused: RefusedNames,
  { tables, log }: Recording,
) {
  for (const name of refused)
    log.warn(`The store refused the state of '${name}'; its neighbours were written.`);
  const kept = outcomes.filter(({ assessment }) => !refused.has(assessment.after.name));
  const refusedLines = await tables.outbox.put(kept.flatMap(({ assessment }) => assessment.reminders));
  for (const line of refusedLines)
    log.warn(`The store refused the reminder '${line}'; the next sweep tries again.`);
  await tables.history.add(
    kept.flatMap(({ assessment: { after, events } }) =>
      events.map(event => ({ scope: after.scope, name: after.name, event })),
    ),
  );
}

function withListingHash({ before, assessment, listingHash }: Outcome): Change {
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

function oldKeysOf({ before, calendarKey }: Outcome): string[] {
  return before?.calendarKeys.filter(key => key !== '' && key !== calendarKey) ?? [];
}

function entryOf({ assessment: { after, listing }, calendarKey }: Outcome): CalendarEntry[] {
  return listing ? [{ scope: after.scope, name: after.name, key: calendarKey, listing }] : [];
}
