/** The outbox table: what owners must still be told, and which sender tells them. */
import type { TableClient } from '@azure/data-tables';
import { isForOperators } from '../core/notices';
import type { Instant } from '../formats/instant';
import type { Claim, HeldClaim, Outbox, OwnerLines } from '../watch/ports';
import { instant, type Row, text } from './columns';
import {
  claimChange,
  claimKey,
  claimRow,
  isClaim,
  isSent,
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
import { deletionsOf, type Operation, removeRow, saveRow, submit, submitAll, submitUnder } from './writes';

export function openOutbox(client: TableClient): Outbox {
  /** In one transaction with other operations. Undefined when the claim changed. */
  const change = async (owner: string, claim: HeldClaim, to: Partial<Claim>, ...others: Operation[]) => {
    const next = { ...claim, ...to };
    const row = claimChange(owner, claim, next);
    const etag = await submitUnder(client, [['update', row, 'Merge', { etag: claim.etag }], ...others]);
    return etag === undefined ? undefined : { ...next, etag };
  };
  return {
    put(reminders) {
      const lines = reminders.map((reminder): Operation => ['upsert', lineRow(reminder), 'Merge']);
      return submit(client, lines);
    },
    byOwner: () => byOwner(client),
    of: owner => ofOwner(client, owner),
    drop: (owner, ids) => submitAll(client, deletionsOf(partitionOf(owner), ids)),
    async claim(owner, claim) {
      const etag = await saveRow(client, claimRow(owner, claim), 'Merge');
      return etag === undefined ? undefined : { ...claim, etag };
    },
    accept: (owner, claim, sent) =>
      change(owner, claim, { accepted: true }, ['upsert', sentRow(owner, sent), 'Replace']),
    refuse: (owner, claim, refusal) => change(owner, claim, { refusal }),
    postpone: (owner, claim, tries, notBefore) => change(owner, claim, { tries, notBefore }),
    release: (owner, { etag }) => removeRow(client, claimKey(owner), etag),
    /**
     * The SDK's transactions delete without a condition. So one transaction, under the claim's etag, empties the claim and
     * deletes its lines; then the empty claim is deleted. A crash between the two leaves a claim without lines, which the next
     * run deletes.
     */
    async finish(owner, claim) {
      const lines = deletionsOf(partitionOf(owner), claim.lineIds);
      const emptied = await change(owner, claim, { lineIds: [] }, ...lines);
      if (!emptied) return false;
      // Another sender may have deleted the empty claim; it has ended all the same.
      await removeRow(client, claimKey(owner), emptied.etag);
      return true;
    },
    lookAgain: (owner, sent) => submitAll(client, [['update', sentRow(owner, sent), 'Replace']]),
    unfollow: (owner, operationId) => removeRow(client, sentKey(owner, operationId), '*'),
    oldest: () => oldest(client),
  };
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
