/** The expiries table: the truth about each target, where every writer merges only its own columns. */
import type { TableClient } from '@azure/data-tables';
import type { Expiry } from '../core/expiry';
import type { Key } from '../core/target';
import type { Told } from '../core/told';
import type { Change, Expiries } from '../watch/ports';
import { unlessMissing } from './answers';
import { type Operation, submit, submitAll } from './batch';
import { calColumns, changedColumns, snoozeColumn, toExpiry, toldColumn } from './expiry-row';
import { canBeKey } from './keys';
import { find, type Query, rowsOf, within } from './pages';

export function openExpiries(client: TableClient): Expiries {
  return {
    async *rows(scope, after) {
      if (canBeKey(scope)) yield* expiriesOf(client, { filter: within(scope, after), ahead: true });
    },
    async row(key) {
      const row = await find(client, key);
      return row && toExpiry(row);
    },
    all: () => expiriesOf(client, { ahead: true }),
    merge: (scope, changes) =>
      submit(
        client,
        changes.flatMap(change => sweep(scope, change)),
      ),
    mergeCal: (scope, states) =>
      submit(
        client,
        states.map(state => onlyCal(scope, state)),
      ),
    mergeTold: (owner, told) =>
      submitAll(
        client,
        told.map(target => onlyTold(owner, target)),
      ),
    async mergeSnooze(owner, { scope, name }, snooze) {
      const columns = snoozeColumn(owner, snooze);
      return await unlessMissing(
        client.updateEntity({ partitionKey: scope, rowKey: name, ...columns }, 'Merge'),
      );
    },
    async remove(scope, names) {
      // A row that can't be deleted stays, and the next sweep asks again.
      await submit(
        client,
        names.map(name => ['delete', { partitionKey: scope, rowKey: name }]),
      );
    },
  };
}

async function* expiriesOf(client: TableClient, query: Query): AsyncGenerator<Expiry> {
  for await (const row of rowsOf(client, query)) yield toExpiry(row);
}

/** Only what differs is written: a target that was read and is as it was costs two columns, not twenty. */
function sweep(scope: string, { before, after }: Change): Operation[] {
  const columns = changedColumns(before, after);
  if (Object.keys(columns).length === 0) return [];
  return [['upsert', { partitionKey: scope, rowKey: after.name, ...columns }, 'Merge']];
}

/** An update, never an upsert: a row that was removed meanwhile stays removed. */
function onlyCal(scope: string, state: Expiry): Operation {
  return ['update', { partitionKey: scope, rowKey: state.name, ...calColumns(state) }, 'Merge'];
}

function onlyTold(owner: string, { scope, name, told }: Key & { told: readonly Told[] }): Operation {
  return ['update', { partitionKey: scope, rowKey: name, ...toldColumn(owner, told) }, 'Merge'];
}
