/** The expiries table: the recorded state of each target, in columns that a person can read. Each writer merges only its own columns. */
import type { TableClient } from '@azure/data-tables';
import { addressKey } from '../core/address';
import type { Evidence, Expiry, Failure, RowLost, SaidReplaced } from '../core/expiry';
import type { Mark } from '../core/lost-rows';
import { FAILURE_CODES } from '../core/reading';
import type { FirstMute, Snooze } from '../core/snooze';
import type { Key } from '../core/target';
import type { Told } from '../core/told';
import { formatInstant } from '../formats/instant';
import type { Change, Expiries, Stored, Unwritten } from '../watch/ports';
import * as col from './columns';
import { etagOf, keyOf, type Row } from './columns';
import { canBeKey, hashText } from './keys';
import { find, rowsOf, scopesOf, within } from './pages';
import { deletionsOf, entityOf, type Operation, saveRow, submit, submitAll, submitEach } from './writes';

type CalendarColumns = Pick<Expiry, 'calendarKeys' | 'listingHash'>;
type SweepColumns = Omit<Expiry, 'scope' | 'name' | 'told' | 'snoozes' | 'mutes' | 'saidReplaced'>;

const CALENDAR_FIELDS: col.Fields<CalendarColumns> = {
  calendarKeys: col.storedAs('cal', col.json(col.list(col.text))),
  listingHash: col.storedAs('shown', col.clearable(col.nonEmptyText)),
};

const calendarColumns = col.record<CalendarColumns>(CALENDAR_FIELDS);

const QUEUED_FIELD: col.Fields<Pick<Expiry, 'queued'>> = {
  queued: col.group<NonNullable<Expiry['queued']>>({
    lines: col.storedAs('queued', col.nonEmptyText),
    on: col.storedAs('queuedOn', col.instant),
  }),
};

const queuedColumns = col.record<Pick<Expiry, 'queued'>>(QUEUED_FIELD);

const sweepColumns = col.record<SweepColumns>({
  firstSeenOn: col.instant,
  checkedOn: col.clearable(col.instant),
  readOn: col.clearable(col.instant),
  expiresOn: col.clearable(col.instantOrNever),
  evidence: col.clearable(col.oneOf<Evidence>(['first', 'fixed', 'moved', 'minted'])),
  lifetimeMs: col.clearable(col.span),
  movedFrom: col.clearable(col.instant),
  movedOn: col.clearable(col.instant),
  failure: col.group<Failure>({
    code: col.storedAs('failureCode', col.oneOf(FAILURE_CODES)),
    since: col.storedAs('failureSince', col.instant),
    message: col.storedAs('failureMessage', col.withDefault(col.nonEmptyText, '')),
    count: col.storedAs('failureCount', col.withDefault(col.number, 1)),
    sameCodeCount: col.storedAs('failureAlike', col.withDefault(col.number, 1)),
    busy: col.storedAs('failureBusy', col.clearable(col.oneOf([true]))),
  }),
  recovered: col.group<NonNullable<Expiry['recovered']>>({
    since: col.storedAs('recoveredSince', col.instant),
    on: col.storedAs('recoveredOn', col.instant),
  }),
  renewed: col.group<NonNullable<Expiry['renewed']>>({
    from: col.storedAs('renewedFrom', col.instant),
    on: col.storedAs('renewedOn', col.instant),
  }),
  invalid: col.group<NonNullable<Expiry['invalid']>>({
    faults: col.storedAs('invalid', col.json(col.list(col.text))),
    since: col.storedAs('invalidSince', col.instant),
  }),
  unverifiedSince: col.clearable(col.instant),
  goneSince: col.clearable(col.instant),
  rowLost: col.group<RowLost>({
    since: col.storedAs('rowLostSince', col.instant),
    displayName: col.storedAs('rowLostName', col.withDefault(col.nonEmptyText, '')),
    owners: col.storedAs('rowLostOwners', col.withDefault(col.json(col.list(col.text)), [])),
  }),
  deleteAskedOn: col.clearable(col.instant),
  ...QUEUED_FIELD,
  ...CALENDAR_FIELDS,
});

/** One thing an owner was told. A line of the outbox holds the same while it can't be written here. */
export const toldEntry = col.record<Told>({
  reason: col.text,
  about: col.instant,
  crossedOn: col.instant,
  on: col.instant,
  operationId: col.text,
  outcome: col.oneOf<Told['outcome']>(['accepted', 'refused', 'undelivered', 'forgotten']),
  earlierArrived: col.storedAs('heard', col.optional(col.oneOf([true]))),
  attempt: col.optional(col.number),
  why: col.optional(col.nonEmptyText),
  meantFor: col.optional(col.nonEmptyText),
});

/** What an owner was told is in a column for this owner: `told_` and 32 characters of the hash of the address. */
const TOLD = 'told_';
const toldColumn = col.json(
  col.record<{ readonly owner: string; readonly told: readonly Told[] }>({
    owner: col.text,
    told: col.readableList(toldEntry),
  }),
);

/** The same for an owner's snooze; `''` after the owner ended it. */
const SNOOZE = 'snooze_';
const snoozeColumn = col.json(
  col.record<Snooze & { readonly owner: string }>({
    owner: col.text,
    reason: col.text,
    until: col.instant,
    on: col.instant,
    about: col.optional(col.instant),
  }),
);

/** The same for when an owner first muted each expiry. It stays after the snooze has ended. */
const MUTED = 'muted_';
const mutedColumn = col.json(
  col.record<{ readonly owner: string; readonly mutes: readonly FirstMute[] }>({
    owner: col.text,
    mutes: col.readableList(col.record<FirstMute>({ about: col.optional(col.instant), on: col.instant })),
  }),
);

/** What a person said of the replacement: one column, since the row can say so only once. */
const REPLACED = 'replaced';
const replacedColumn = col.json(
  col.record<SaidReplaced>({
    by: col.text,
    on: col.instant,
    to: col.text,
    note: col.optional(col.text),
    undone: col.optional(col.record<NonNullable<SaidReplaced['undone']>>({ by: col.text, on: col.instant })),
  }),
);
const OWN_COLUMN = /^(told|snooze|muted)_[0-9a-f]{32}$/;
const MOST_INT32 = 2 ** 31 - 1;
/** Of a transaction in which more rows than this were changed since they were read, the rest is not tried: all are read again. */
const MOST_OVERTAKEN = 3;

export function openExpiries(client: TableClient): Expiries {
  return {
    async *rows(scope, after) {
      if (!canBeKey(scope)) return;
      const rows = rowsOf(client, { filter: within(scope, after), ahead: true });
      for await (const row of rows) yield toExpiry(row);
    },
    async row(key) {
      const row = await find(client, key);
      return row && toExpiry(row);
    },
    async *marks() {
      for await (const row of rowsOf(client, { select: MARKS, ahead: true })) yield toMark(row);
    },
    async *scopes() {
      for await (const row of scopesOf(client)) yield keyOf(row).scope;
    },
    merge(scope, changes) {
      const merges = changes.flatMap(change => sweepMerge(scope, change));
      return submit(client, merges);
    },
    mergeCal(scope, states) {
      const merges = states.map(state => update({ scope, name: state.name }, calendarColumns.write(state)));
      return submit(client, merges);
    },
    mergeQueued(scope, states) {
      const merges = states.map(state => update({ scope, name: state.name }, queuedColumns.write(state)));
      return submit(client, merges);
    },
    async mergeTold(owner, targets) {
      const column = ownColumn(TOLD, owner);
      const unwritten: (Key & { readonly why: Unwritten })[] = [];
      for (const scope of new Set(targets.map(target => target.scope))) {
        const merges = targets
          .filter(target => target.scope === scope)
          .map(({ name, told, etag }): Operation => {
            const columns = { [column]: toldColumn.write({ owner, told }) };
            return ['update', entityOf(scope, name, columns), 'Merge', { etag }];
          });
        const reasons = await submitEach(client, merges, MOST_OVERTAKEN);
        for (const [name, why] of reasons) unwritten.push({ scope, name, why });
      }
      return unwritten;
    },
    async prune(key, etag, owners) {
      const row = await find(client, key);
      if (!row || etagOf(row) !== etag) return false;
      const { partitionKey: _partition, rowKey: _row, timestamp: _time, etag: _etag, ...columns } = row;
      const kept = Object.entries(columns).filter(([column, stored]) => !isPrunable(column, stored, owners));
      const next = entityOf(key.scope, key.name, Object.fromEntries(kept.map(stored)));
      return (await saveRow(client, next, 'Replace', etag)) !== undefined;
    },
    async mergeSnooze(owner, { scope, name }, snooze, mutes) {
      const column = snooze ? snoozeColumn.write({ owner, ...snooze }) : '';
      const muted = mutes && { [ownColumn(MUTED, owner)]: mutedColumn.write({ owner, mutes }) };
      const row = entityOf(scope, name, { [ownColumn(SNOOZE, owner)]: column, ...muted });
      return (await saveRow(client, row, 'Merge', '*')) !== undefined;
    },
    async mergeReplaced({ scope, name }, said) {
      const row = entityOf(scope, name, { [REPLACED]: replacedColumn.write(said) });
      return (await saveRow(client, row, 'Merge', '*')) !== undefined;
    },
    async markDelete({ scope, name }, on) {
      if (canBeKey(scope) && canBeKey(name))
        await submitAll(client, [update({ scope, name }, { deleteAskedOn: formatInstant(on) })]);
    },
    async remove(scope, names) {
      // A row that the store refuses to delete stays, and the next sweep tries again.
      await submit(client, deletionsOf(scope, names));
    },
  };
}

const MARKS = ['cal', 'goneSince', 'rowLostSince', 'deleteAskedOn'];

function toMark(row: Row): Mark {
  const {
    calendarKeys = [],
    goneSince,
    deleteAskedOn,
    rowLost,
  } = sweepColumns.fill<Partial<SweepColumns> & Row>({}, row);
  const isListed = calendarKeys.join('') !== '';
  return { ...keyOf(row), goneSince, deleteAskedOn, isListed, isLost: rowLost !== undefined };
}

/** Writes only what differs: two columns, and not twenty, for a target that was read and did not change. */
function sweepMerge(scope: string, { before, after }: Change): Operation[] {
  const columns = sweepColumns.changes(before, after);
  if (Object.keys(columns).length === 0) return [];
  return [['upsert', entityOf(scope, after.name, columns), 'Merge']];
}

/** A column of one of these owners, or one of an owner's that says nothing. */
function isPrunable(column: string, stored: unknown, owners: readonly string[]): boolean {
  if (!OWN_COLUMN.test(column)) return false;
  return stored === '' || owners.some(owner => column.endsWith(`_${hashText(addressKey(owner))}`));
}

/** A whole number outside of 32 bits is written as the double that it was. */
function stored([column, value]: [string, unknown]): [string, unknown] {
  const isLarge = Number.isInteger(value) && Math.abs(Number(value)) > MOST_INT32;
  return [column, isLarge ? col.double.write(Number(value)) : value];
}

/** An update and not an upsert, so that a deleted row stays deleted. */
function update({ scope, name }: Key, columns: Row): Operation {
  return ['update', entityOf(scope, name, columns), 'Merge'];
}

function ownColumn(prefix: string, owner: string): string {
  return prefix + hashText(addressKey(owner));
}

/** An unreadable column counts as absent; the next reading writes it again. */
function toExpiry(row: Row): Stored<Expiry> {
  const { scope, name } = keyOf(row);
  const told = new Map<string, readonly Told[]>();
  const snoozes = new Map<string, Snooze>();
  const mutes = new Map<string, readonly FirstMute[]>();
  for (const [column, stored] of Object.entries(row)) {
    const line = column.startsWith(TOLD) ? toldColumn.read(stored) : undefined;
    if (line) told.set(addressKey(line.owner), line.told);
    const muted = column.startsWith(MUTED) ? mutedColumn.read(stored) : undefined;
    if (muted) mutes.set(addressKey(muted.owner), muted.mutes);
    const snooze = column.startsWith(SNOOZE) ? snoozeColumn.read(stored) : undefined;
    if (!snooze) continue;
    const { owner, ...content } = snooze;
    snoozes.set(addressKey(owner), content);
  }
  const saidReplaced = replacedColumn.read(row[REPLACED]);
  const base = {
    scope,
    name,
    firstSeenOn: 0,
    calendarKeys: [],
    told,
    snoozes,
    ...(mutes.size > 0 && { mutes }),
    ...(saidReplaced && { saidReplaced }),
    etag: etagOf(row),
  };
  const state = sweepColumns.fill(base, row);
  return state.firstSeenOn > 0 ? state : { ...state, firstSeenOn: col.instant.read(row.timestamp) ?? 0 };
}
