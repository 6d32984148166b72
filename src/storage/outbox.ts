/** The outbox table: what owners must still be told, and who is telling them. */
import type { TableClient } from '@azure/data-tables';
import type { Instant } from '../core/instant';
import type { Reminder } from '../core/reminder';
import type { Outbox, OwnerLines } from '../watch/ports';
import { alreadyExists } from './answers';
import { type Operation, submit, submitAll } from './batch';
import { instant, keyOf, type Row } from './columns';
import {
  CLAIM,
  claimColumns,
  lineColumns,
  lineId,
  ownerOf,
  partitionOf,
  stateColumn,
  toClaim,
  toLine,
} from './outbox-row';
import { rowsOf } from './pages';

export function openOutbox(client: TableClient): Outbox {
  const drop = (owner: string, ids: readonly string[]) =>
    submitAll(
      client,
      ids.map(id => ['delete', { partitionKey: partitionOf(owner), rowKey: id }]),
    );
  return {
    put: reminders => submit(client, reminders.map(putLine)),
    byOwner: () => byOwner(client),
    drop,
    claim: (owner, claim) => insert(client, { ...claimKey(owner), ...claimColumns(owner, claim) }),
    markAccepted: owner =>
      submitAll(client, [['update', { ...claimKey(owner), ...stateColumn(true) }, 'Merge']]),
    release: owner => drop(owner, [CLAIM]),
    // The claim last: should more lines come than one transaction takes, it outlives them all.
    finish: (owner, ids) => drop(owner, [...ids, CLAIM]),
    oldest: () => oldest(client),
  };
}

function putLine(reminder: Reminder): Operation {
  const key = { partitionKey: partitionOf(reminder.owner), rowKey: lineId(reminder) };
  return ['upsert', { ...key, ...lineColumns(reminder) }, 'Merge'];
}

function claimKey(owner: string) {
  return { partitionKey: partitionOf(owner), rowKey: CLAIM };
}

/** False when the row is there already. */
async function insert(
  client: TableClient,
  row: Row & { partitionKey: string; rowKey: string },
): Promise<boolean> {
  try {
    await client.createEntity(row);
    return true;
  } catch (error) {
    if (alreadyExists(error)) return false;
    throw error;
  }
}

/** Rows come in key order, so an owner's are neighbours: one owner is held at a time. */
async function* byOwner(client: TableClient): AsyncGenerator<OwnerLines> {
  let rows: Row[] = [];
  for await (const row of rowsOf(client, { ahead: true })) {
    const [first] = rows;
    if (first && first.partitionKey !== row.partitionKey) {
      yield toOwnerLines(first, rows);
      rows = [];
    }
    rows.push(row);
  }
  const [first] = rows;
  if (first) yield toOwnerLines(first, rows);
}

function toOwnerLines(first: Row, rows: readonly Row[]): OwnerLines {
  const claim = rows.find(row => keyOf(row).name === CLAIM);
  const lines = rows.flatMap(row => (row === claim ? [] : (toLine(row) ?? [])));
  return { owner: lines[0]?.reminder.owner ?? ownerOf(first), lines, claim: claim && toClaim(claim) };
}

async function oldest(client: TableClient): Promise<Instant | undefined> {
  let least: Instant | undefined;
  for await (const row of rowsOf(client, { select: ['partitionKey', 'rowKey', 'since'], ahead: true })) {
    const since = instant(row.since);
    if (since !== undefined && since < (least ?? Infinity)) least = since;
  }
  return least;
}
