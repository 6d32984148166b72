/** The expiries table: the recorded state of each target, in columns that a person can read; each writer merges only its own. */
import type { TableClient } from '@azure/data-tables';
import { addressKey } from '../core/address';
import type { Evidence, Expiry, Failure } from '../core/expiry';
import { FAILURE_CODES } from '../core/reading';
import type { Snooze } from '../core/snooze';
import type { Key } from '../core/target';
import type { Told } from '../core/told';
import type { Change, Expiries, Stored } from '../watch/ports';
import {
  clearable,
  etagOf,
  type Fields,
  group,
  instant,
  instantOrNever,
  json,
  keyOf,
  list,
  number,
  numberText,
  oneOf,
  optional,
  type Row,
  readableList,
  record,
  storedAs,
  string,
  text,
  withDefault,
} from './columns';
import { canBeKey, hashText } from './keys';
import { find, rowsOf, within } from './pages';
import { keyColumns, type Operation, saveRow, submit, submitAll } from './writes';

type CalendarColumns = Pick<Expiry, 'calendarKeys' | 'listingHash'>;
type SweepColumns = Omit<Expiry, 'scope' | 'name' | 'told' | 'snoozes'>;

const CALENDAR_FIELDS: Fields<CalendarColumns> = {
  calendarKeys: storedAs('cal', json(list(string))),
  listingHash: storedAs('shown', clearable(text)),
};

const calendarColumns = record<CalendarColumns>(CALENDAR_FIELDS);

const sweepColumns = record<SweepColumns>({
  firstSeenOn: instant,
  checkedOn: clearable(instant),
  readOn: clearable(instant),
  expiresOn: clearable(instantOrNever),
  evidence: clearable(oneOf<Evidence>(['first', 'fixed', 'moved', 'minted'])),
  lifetimeMs: clearable(numberText),
  movedFrom: clearable(instant),
  movedOn: clearable(instant),
  failure: group<Failure>({
    code: storedAs('failureCode', oneOf(FAILURE_CODES)),
    since: storedAs('failureSince', instant),
    message: storedAs('failureMessage', withDefault(text, '')),
    count: storedAs('failureCount', withDefault(number, 1)),
    sameCodeCount: storedAs('failureAlike', withDefault(number, 1)),
  }),
  recovered: group<NonNullable<Expiry['recovered']>>({
    since: storedAs('recoveredSince', instant),
    on: storedAs('recoveredOn', instant),
  }),
  renewed: group<NonNullable<Expiry['renewed']>>({
    from: storedAs('renewedFrom', instant),
    on: storedAs('renewedOn', instant),
  }),
  invalid: group<NonNullable<Expiry['invalid']>>({
    faults: storedAs('invalid', json(list(string))),
    since: storedAs('invalidSince', instant),
  }),
  goneSince: clearable(instant),
  ...CALENDAR_FIELDS,
});

/** What an owner was told has a column of the owner's own: `told_` and 32 characters of the hash of the address. */
const TOLD = 'told_';
const toldColumn = json(
  record<{ readonly owner: string; readonly told: readonly Told[] }>({
    owner: string,
    told: readableList(
      record<Told>({
        reason: string,
        about: instant,
        crossedOn: instant,
        on: instant,
        operationId: string,
        outcome: oneOf<Told['outcome']>(['accepted', 'refused', 'undelivered']),
        earlierArrived: storedAs('heard', optional(oneOf([true]))),
      }),
    ),
  }),
);

/** An owner's snooze likewise; `''` when the owner ended it. */
const SNOOZE = 'snooze_';
const snoozeColumn = json(
  record<Snooze & { readonly owner: string }>({
    owner: string,
    reason: string,
    until: instant,
    on: instant,
    about: optional(instant),
  }),
);

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
    merge: (scope, changes) =>
      submit(
        client,
        changes.flatMap(change => sweepMerge(scope, change)),
      ),
    mergeCal: (scope, states) =>
      submit(
        client,
        states.map(state => update({ scope, name: state.name }, calendarColumns.write(state))),
      ),
    mergeTold: (owner, told) =>
      submitAll(
        client,
        told.map(target =>
          update(target, { [ownColumn(TOLD, owner)]: toldColumn.write({ owner, told: target.told }) }),
        ),
      ),
    async mergeSnooze(owner, { scope, name }, snooze) {
      const column = snooze ? snoozeColumn.write({ owner, ...snooze }) : '';
      const row = { ...keyColumns(scope, name), [ownColumn(SNOOZE, owner)]: column };
      return (await saveRow(client, row, 'Merge', '*')) !== undefined;
    },
    async remove(scope, names) {
      // A row that the store refuses to delete stays, and the next sweep tries again.
      await submit(
        client,
        names.map(name => ['delete', keyColumns(scope, name)]),
      );
    },
  };
}

/** Only what differs is written: a target that was read and did not change costs two columns, not twenty. */
function sweepMerge(scope: string, { before, after }: Change): Operation[] {
  const columns = sweepColumns.changes(before, after);
  if (Object.keys(columns).length === 0) return [];
  return [['upsert', { ...keyColumns(scope, after.name), ...columns }, 'Merge']];
}

/** An update and not an upsert: a row that was deleted since stays deleted. */
function update({ scope, name }: Key, columns: Row): Operation {
  return ['update', { ...keyColumns(scope, name), ...columns }, 'Merge'];
}

function ownColumn(prefix: string, owner: string): string {
  return prefix + hashText(addressKey(owner));
}

/** Reads what can be read of a row; the rest counts as absent, and the next reading fills it. */
function toExpiry(row: Row): Stored<Expiry> {
  const { scope, name } = keyOf(row);
  const told = new Map<string, readonly Told[]>();
  const snoozes = new Map<string, Snooze>();
  for (const column of Object.keys(row)) {
    if (column.startsWith(TOLD)) {
      const own = toldColumn.read(row[column]);
      if (own) told.set(addressKey(own.owner), own.told);
    } else if (column.startsWith(SNOOZE)) {
      const own = snoozeColumn.read(row[column]);
      if (own) snoozes.set(addressKey(own.owner), toSnooze(own));
    }
  }
  const base = { scope, name, firstSeenOn: 0, calendarKeys: [], told, snoozes, etag: etagOf(row) };
  const state = sweepColumns.fill(base, row);
  return state.firstSeenOn > 0 ? state : { ...state, firstSeenOn: instant.read(row.timestamp) ?? 0 };
}

function toSnooze({ about, until, reason, on }: Snooze): Snooze {
  return { about, until, reason, on };
}
