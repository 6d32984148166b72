/** The outbox table: what owners must still be told, and who is telling them. */
import type { TableClient } from '@azure/data-tables';
import { isForOperators } from '../core/notices';
import type { Reminder } from '../core/reminder';
import type { Instant } from '../formats/instant';
import type { Outbox, OwnerLines, SentDigest } from '../watch/ports';
import { unlessMissing } from './answers';
import { type Operation, submit, submitAll } from './batch';
import { openClaims } from './claims';
import { instant, keyOf, type Row, text } from './columns';
import {
  CLAIM,
  isSent,
  lineColumns,
  lineId,
  ownerOf,
  partitionOf,
  sentColumns,
  sentId,
  toClaim,
  toLine,
  toSent,
} from './outbox-row';
import { rowsOf, within } from './pages';

export function openOutbox(client: TableClient): Outbox {
  return {
    put: reminders => submit(client, reminders.map(putLine)),
    byOwner: () => byOwner(client),
    of: owner => ofOwner(client, owner),
    drop: (owner, ids) =>
      submitAll(
        client,
        ids.map(id => ['delete', { partitionKey: partitionOf(owner), rowKey: id }]),
      ),
    ...openClaims(client),
    lookAgain: (owner, sent) =>
      submitAll(client, [['update', { ...sentKey(owner, sent), ...sentColumns(owner, sent) }, 'Replace']]),
    unfollow: (owner, operationId) =>
      unlessMissing(client.deleteEntity(partitionOf(owner), sentId(operationId))),
    oldest: () => oldest(client),
  };
}

function putLine(reminder: Reminder): Operation {
  const key = { partitionKey: partitionOf(reminder.owner), rowKey: lineId(reminder) };
  return ['upsert', { ...key, ...lineColumns(reminder) }, 'Merge'];
}

function sentKey(owner: string, { operationId }: SentDigest) {
  return { partitionKey: partitionOf(owner), rowKey: sentId(operationId) };
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
  const sent = rows.filter(isSent).map(toSent);
  const lines = rows.flatMap(row => (row === claim || isSent(row) ? [] : (toLine(row) ?? [])));
  return { owner: lines[0]?.reminder.owner ?? ownerOf(first), lines, claim: claim && toClaim(claim), sent };
}

async function ofOwner(client: TableClient, owner: string): Promise<OwnerLines> {
  const rows: Row[] = [];
  for await (const row of rowsOf(client, { filter: within(partitionOf(owner), undefined) })) rows.push(row);
  const [first] = rows;
  return first ? toOwnerLines(first, rows) : { owner, lines: [], claim: undefined, sent: [] };
}

async function oldest(client: TableClient): Promise<Instant | undefined> {
  let least: Instant | undefined;
  for await (const row of rowsOf(client, {
    select: ['partitionKey', 'rowKey', 'reason', 'since'],
    ahead: true,
  })) {
    const since = isOwnersMatter(row) ? instant(row.since) : undefined;
    if (since !== undefined && since < (least ?? Infinity)) least = since;
  }
  return least;
}

/** What operators are told once a day may wait; a reminder may not. */
function isOwnersMatter(row: Row): boolean {
  const reason = text(row.reason);
  return reason !== undefined && !isForOperators({ reason });
}
