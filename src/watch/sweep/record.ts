/** Recording what a sweep found: in batches, and in an order that survives a crash after any step (docs/design.md, One target's poll). */
import { addressKey } from '../../core/address';
import type { Assessment } from '../../core/assess';
import type { Expiry } from '../../core/expiry';
import { fixedExpiry } from '../../core/standing';
import { sha256 } from '../../formats/hash';
import { HOUR, type Instant } from '../../formats/instant';
import type { Calendar, CalendarEntry, Change, Log, RefusedNames, Tables } from '../ports';
import type { Lease } from './lease';
import { sparing } from './sparing';

/** What is to be written about one target. */
export interface PlannedWrite {
  readonly before: Expiry | undefined;
  readonly assessment: Assessment;
  /** Its only calendar key from now on; '' while it is on no report. */
  readonly calendarKey: string;
  readonly listingHash: string;
  /** What goes into the outbox: nothing while all that is due waits there already. */
  readonly reminders: Assessment['reminders'];
  /** What is then recorded of it. */
  readonly queued: Expiry['queued'];
  /** Anything differs from what is stored. */
  readonly changed: boolean;
  /** Its calendar key changes, or an interrupted write left more than one. */
  readonly moves: boolean;
  /** It is gone for so long that its state is deleted. */
  readonly forget: boolean;
}

/** Where the planned writes of a scope are recorded, and the lease under which that is allowed. */
export interface Recording {
  readonly scope: string;
  readonly tables: Pick<Tables, 'expiries' | 'calendar' | 'outbox' | 'history'>;
  readonly lease: Lease;
  readonly log: Log;
}

/** Operations of a transaction, at most. */
const BATCH = 100;
/** A line that waits is put again after this time, in case it was lost. */
const PUT_AGAIN = HOUR;

export function plannedWriteOf(
  before: Expiry | undefined,
  assessment: Assessment,
  calendar: Calendar,
  facts: { read: boolean; forget: boolean },
  now: Instant,
): PlannedWrite {
  const { listing, events } = assessment;
  const { reminders, queued } = toQueue(before, assessment, now);
  // What is put is recorded once it is in the outbox. What is no longer due is forgotten at once: it may be due again.
  const after = reminders.length > 0 ? assessment.after : { ...assessment.after, queued };
  // What is not watched any more is listed without a date, whatever expiry is known of it.
  const dated = listing?.expiresOn === undefined ? undefined : fixedExpiry(after);
  const calendarKey = listing ? calendar.keyOf(after, dated) : '';
  const listingHash = listing ? sha256(JSON.stringify(listing)).slice(0, 16) : '';
  const moves = before?.calendarKeys.length !== 1 || before.calendarKeys[0] !== calendarKey;
  const isShownOtherwise = (before?.listingHash ?? '') !== listingHash;
  const isMarkOver = before?.deleteAskedOn !== after.deleteAskedOn;
  const isQueuedOtherwise = before?.queued !== after.queued;
  const differs = moves || isShownOtherwise || isMarkOver || isQueuedOtherwise;
  const changed = differs || facts.read || events.length > 0;
  return {
    before,
    assessment: { ...assessment, after },
    reminders,
    queued,
    calendarKey,
    listingHash,
    changed,
    moves,
    forget: facts.forget,
  };
}

/** What has to be put into the outbox, and what is to be recorded of it. */
function toQueue(before: Expiry | undefined, { after, reminders }: Assessment, now: Instant) {
  if (reminders.length === 0) return { reminders, queued: undefined };
  const ids = reminders.map(({ owner, reason, about, meantFor }) =>
    JSON.stringify([addressKey(owner), reason, about, meantFor && addressKey(meantFor)]),
  );
  const lines = sha256(ids.sort().join()).slice(0, 16);
  // Before a row is known to be lost, the sender takes its target for removed, and drops its lines.
  const isNewlyLost = after.rowLost !== undefined && before?.rowLost === undefined;
  const known = isNewlyLost ? undefined : before?.queued;
  // An instant that lies ahead is of a clock that was wrong: nothing may wait until then.
  const isRecent = known !== undefined && Math.abs(now - known.on) < PUT_AGAIN;
  if (isRecent && known.lines === lines) return { reminders: [], queued: known };
  return { reminders, queued: { lines, on: now } };
}

export type Recorder = ReturnType<typeof recorder>;

/** Gathers planned writes into full batches, and writes one batch while the next targets are read. */
export function recorder(given: Recording) {
  const recording = { ...given, tables: sparing(given.tables) };
  // Two queues, so that all planned writes of a batch cost the same number of storage calls.
  const staying: PlannedWrite[] = [];
  const moving: PlannedWrite[] = [];
  let writing = Promise.resolve();
  let fault: unknown;

  const write = (batch: PlannedWrite[], record: typeof recordStaying) => {
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
    add(plannedWrite: PlannedWrite) {
      if (plannedWrite.moves && !plannedWrite.forget) moving.push(plannedWrite);
      else if (plannedWrite.changed || plannedWrite.forget || plannedWrite.reminders.length > 0)
        staying.push(plannedWrite);
    },
    /** Starts to write the full batches. Waits while an earlier one is still being written. */
    writeFull: () => writeBatches(BATCH),
    /** Writes everything that was added. */
    async finish() {
      await writeBatches(1);
      await written();
    },
    /** Waits for the batch that is being written, whatever becomes of it. */
    settled: () => writing,
  };
}

/** Targets whose calendar key stays. The calendar row is written before the state, so that no crash leaves it older than its state. */
export async function recordStaying(plannedWrites: readonly PlannedWrite[], recording: Recording) {
  const { scope, tables, lease } = recording;
  const changed = plannedWrites.filter(plannedWrite => plannedWrite.changed && !plannedWrite.forget);
  await lease.renew();
  const unlisted = await tables.calendar.write(changed.flatMap(entryOf), []);
  warnOfUnlisted(unlisted, recording);
  // A calendar that fails can take long.
  await lease.renew();
  const states = changed.map(plannedWrite =>
    withListingHash(plannedWrite, !unlisted.has(plannedWrite.calendarKey)),
  );
  const refused = await tables.expiries.merge(scope, states);
  const forgotten = plannedWrites
    .filter(plannedWrite => plannedWrite.forget)
    .map(plannedWrite => plannedWrite.assessment.after.name);
  await tables.expiries.remove(scope, forgotten);
  await addRemindersAndHistory(plannedWrites, refused, recording);
}

/** Targets whose calendar key changes. The state has both keys before either row is written, and one key after both are. */
export async function recordMoving(plannedWrites: readonly PlannedWrite[], recording: Recording) {
  const { scope, tables, lease } = recording;
  await lease.renew();
  const refused = await tables.expiries.merge(scope, plannedWrites.map(withAllKeys));
  const written = plannedWrites.filter(({ assessment }) => !refused.has(assessment.after.name));
  await lease.renew();
  const unlisted = await tables.calendar.write(written.flatMap(entryOf), written.flatMap(oldKeysOf));
  warnOfUnlisted(unlisted, recording);
  await lease.renew();
  const moved = written.filter(
    plannedWrite => ![plannedWrite.calendarKey, ...oldKeysOf(plannedWrite)].some(key => unlisted.has(key)),
  );
  await tables.expiries.mergeCal(scope, moved.map(withOneKey));
  await addRemindersAndHistory(plannedWrites, refused, recording);
}

/** Reminders come before history: the next sweep decides a lost reminder again, but nothing repeats a lost line of history. */
async function addRemindersAndHistory(
  plannedWrites: readonly PlannedWrite[],
  refused: RefusedNames,
  recording: Recording,
) {
  const { tables, log } = recording;
  for (const name of refused)
    log.warn(`The store refused the state of '${name}'; its neighbours were written.`);
  const kept = plannedWrites.filter(({ assessment }) => !refused.has(assessment.after.name));
  await addReminders(kept, recording);
  const isWritten = await tables.history.add(
    kept.flatMap(({ assessment: { after, events } }) =>
      events.map(event => ({ scope: after.scope, name: after.name, event })),
    ),
  );
  if (!isWritten) log.warn('The store refused lines of history; they are lost.');
}

/** Only once a line is in the outbox, its target says so: a crash before that puts it again. */
async function addReminders(plannedWrites: readonly PlannedWrite[], { scope, tables, log }: Recording) {
  const refusedLines = await tables.outbox.put(plannedWrites.flatMap(({ reminders }) => reminders));
  for (const line of refusedLines)
    log.warn(`The store refused the reminder '${line}'; the next sweep tries again.`);
  if (refusedLines.size > 0) return;
  const put = plannedWrites.filter(({ reminders }) => reminders.length > 0);
  await tables.expiries.mergeQueued(
    scope,
    put.map(({ assessment: { after }, queued }) => ({ ...after, queued })),
  );
}

function warnOfUnlisted(refused: RefusedNames, { scope, log }: Recording): void {
  if (refused.size > 0)
    log.warn(
      `The store refused ${refused.size} calendar rows of '${scope}'; the next sweep writes them again.`,
    );
}

/** Without the hash of a listing that was not written, the next sweep writes it again. */
function withListingHash({ before, assessment, listingHash }: PlannedWrite, isListed: boolean): Change {
  return { before, after: { ...assessment.after, listingHash: isListed ? listingHash : '' } };
}

/** The hash stays as it was until the listing is written. */
function withAllKeys({ before, assessment, calendarKey }: PlannedWrite): Change {
  const known = before?.calendarKeys.length ? before.calendarKeys : [''];
  const others = known.filter(key => key !== calendarKey);
  const calendarKeys = [...others, calendarKey];
  return { before, after: { ...assessment.after, listingHash: before?.listingHash, calendarKeys } };
}

function withOneKey({ assessment, calendarKey, listingHash }: PlannedWrite): Expiry {
  return { ...assessment.after, listingHash, calendarKeys: [calendarKey] };
}

function oldKeysOf({ before, calendarKey }: PlannedWrite): string[] {
  return before?.calendarKeys.filter(key => key !== '' && key !== calendarKey) ?? [];
}

function entryOf({ assessment: { after, listing }, calendarKey }: PlannedWrite): CalendarEntry[] {
  return listing ? [{ scope: after.scope, name: after.name, key: calendarKey, listing }] : [];
}
