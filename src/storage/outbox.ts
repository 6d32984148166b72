/** The outbox table: what owners must still be told, and which sender tells them. */
import type { TableClient } from '@azure/data-tables';
import { isForOperators } from '../core/notices';
import type { Instant } from '../formats/instant';
import type { HeldClaim, Outbox, OwnerLines } from '../watch/ports';
import { instant, type Row, text } from './columns';
import {
  claimKey,
  claimLines,
  claimRow,
  claimState,
  claimTries,
  isClaim,
  isSent,
  lineKey,
  lineRow,
  ownerOf,
  partitionOf,
  sentKey,
  sentRow,
  toClaim,
  toLine,
  toSent,
} from './outbox-rows';
import { rowsOf, within } from './pages';
import { type Operation, removeRow, saveRow, submit, submitAll, submitUnder } from './writes';

export function openOutbox(client: TableClient): Outbox {
  return {
    put: reminders =>
      submit(
        client,
        reminders.map(reminder => ['upsert', lineRow(reminder), 'Merge']),
      ),
    byOwner: () => byOwner(client),
    of: owner => ofOwner(client, owner),
    drop: (owner, ids) =>
      submitAll(
        client,
        ids.map(id => ['delete', lineKey(owner, id)]),
      ),
    ...openClaims(client),
    lookAgain: (owner, sent) => submitAll(client, [['update', sentRow(owner, sent), 'Replace']]),
    unfollow: (owner, operationId) => removeRow(client, sentKey(owner, operationId), '*'),
    oldest: () => oldest(client),
  };
}

function openClaims(
  client: TableClient,
): Pick<Outbox, 'claim' | 'accept' | 'refuse' | 'postpone' | 'release' | 'finish'> {
  const merge = (owner: string, { etag }: HeldClaim, columns: Row) =>
    saveRow(client, { ...claimKey(owner), ...columns }, 'Merge', etag);
  return {
    async claim(owner, claim) {
      const etag = await saveRow(client, claimRow(owner, claim), 'Merge');
      return etag === undefined ? undefined : { ...claim, etag };
    },
    async accept(owner, claim, sent) {
      const state = claimState.write({ state: 'accepted' });
      const follow: Operation = ['upsert', sentRow(owner, sent), 'Replace'];
      const etag = await submitUnder(client, [change(owner, claim, state), follow]);
      return etag === undefined ? undefined : { ...claim, accepted: true, etag };
    },
    async refuse(owner, claim, refusal) {
      const etag = await merge(owner, claim, claimState.write({ state: 'refused', refusal }));
      return etag === undefined ? undefined : { ...claim, refusal, etag };
    },
    async postpone(owner, claim, tries, notBefore) {
      const etag = await merge(owner, claim, claimTries.write({ tries, notBefore }));
      return etag === undefined ? undefined : { ...claim, tries, notBefore, etag };
    },
    release: (owner, { etag }) => removeRow(client, claimKey(owner), etag),
    finish: (owner, claim) => finish(client, owner, claim),
  };
}

/**
 * The SDK's transactions delete without a condition. So one transaction, under the claim's etag, empties the claim and deletes its
 * lines; then the empty claim is deleted. A crash between the two leaves a claim without lines, which the next run deletes.
 */
async function finish(client: TableClient, owner: string, claim: HeldClaim): Promise<boolean> {
  const lines = claim.lineIds.map((id): Operation => ['delete', lineKey(owner, id)]);
  const emptied = change(owner, claim, claimLines.write({ lineIds: [] }));
  const etag = await submitUnder(client, [emptied, ...lines]);
  if (etag === undefined) return false;
  // Another sender may have deleted the empty claim; it has ended all the same.
  await removeRow(client, claimKey(owner), etag);
  return true;
}

function change(owner: string, { etag }: HeldClaim, columns: Row): Operation {
  return ['update', { ...claimKey(owner), ...columns }, 'Merge', { etag }];
}

/** Rows come in key order, so the rows of one owner are neighbours: only one owner is in memory at a time. */
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
  const claim = rows.find(isClaim);
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
  const select = ['partitionKey', 'rowKey', 'reason', 'since'];
  for await (const row of rowsOf(client, { select, ahead: true })) {
    const since = isReminder(row) ? instant.read(row.since) : undefined;
    if (since !== undefined && since < (least ?? Infinity)) least = since;
  }
  return least;
}

/** A reminder may not wait; what operators are told once a day may. */
function isReminder(row: Row): boolean {
  const reason = text.read(row.reason);
  return reason !== undefined && !isForOperators({ reason });
}
