/** The outbox table: an owner's reminders that are not told yet, the claim of the digest being sent, and the digests that are followed. */
import type { TableClient } from '@azure/data-tables';
import pMap from 'p-map';
import { addressKey } from '../core/address';
import { NOTICE_KINDS, waitsForDailyMail } from '../core/notices';
import type { Reminder } from '../core/reminder';
import { hashOf } from '../core/target';
import { formatInstant, type Instant } from '../formats/instant';
import type {
  Claim,
  HeldClaim,
  Outbox,
  OutboxLine,
  OutboxPage,
  OwnerLines,
  SentDigest,
  ToldLine,
} from '../watch/ports';
import { claimColumns, stateOf, toClaim } from './claims';
import * as col from './columns';
import { keyOf, type Row } from './columns';
import { toldEntry } from './expiries';
import { decode, encode, hashText } from './keys';
import { CLAIM, filterOf, IS_CLAIM, IS_DIGEST, rowsByOwner, SENT } from './outbox-pages';
import { and, compare, find, firstPageOf, or, rowsOf, within } from './pages';
import {
  deletionsOf,
  type Entity,
  entityOf,
  type Operation,
  removeRow,
  submit,
  submitAll,
  submitCreation,
  submitUnder,
} from './writes';

/** At most this many rows are read one by one at once. */
const AT_ONCE = { concurrency: 16 };
/** Characters in one column: it holds 32,768 UTF-16 units, and a character may have two. */
const LONGEST_PIECE = 16_000;

const lineColumns = col.record<Reminder>({
  owner: col.nonEmptyText,
  scope: col.text,
  name: col.text,
  reason: col.nonEmptyText,
  about: col.instant,
  crossedOn: col.instant,
  since: col.instant,
  note: col.optional(col.nonEmptyText),
  meantFor: col.optional(col.nonEmptyText),
  attempt: col.optional(col.number),
});

/** What was told with a line, while its target can't hold that. */
const TOLD = 'told';
const toldColumn = col.json(toldEntry);

const sentColumns = col.record<Omit<SentDigest, 'reminders'>>({
  operationId: col.nonEmptyText,
  attempt: col.number,
  transport: col.optional(col.nonEmptyText),
  on: col.instant,
  lookCount: col.storedAs('looks', col.number),
  lookOn: col.instant,
  sentOut: col.optional(col.oneOf<true>([true])),
});
const sentLines = col.json(col.readableList(col.object));

export function openOutbox(client: TableClient): Outbox {
  /** Changes a claim under its etag, in one transaction with other operations. Undefined when the claim changed since. */
  const change = async (owner: string, claim: HeldClaim, to: Partial<Claim>, ...others: Operation[]) => {
    const next = { ...claim, ...to };
    const columns = claimColumns.changes(stateOf(claim), stateOf(next));
    const row = { ...claimKey(owner), ...columns };
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
    async lines(owner, lineIds) {
      const scope = partitionOf(owner);
      const rows = await pMap(lineIds, name => find(client, { scope, name }), AT_ONCE);
      return rows.flatMap(row => (row && toLine(row)) ?? []);
    },
    async followed(owner, operationId) {
      const scope = partitionOf(owner);
      const found = await pMap([CLAIM, SENT + operationId], name => find(client, { scope, name }));
      const rows = found.filter(row => row !== undefined);
      return rows[0] && toOwnerLines(rows[0], rows);
    },
    ofSome: owners =>
      onePage(client, or(...owners.map(owner => compare('PartitionKey', 'eq', partitionOf(owner))))),
    firstPage: () => onePage(client, undefined),
    async digests() {
      const page = await onePage(client, IS_DIGEST);
      if (page.whole) return page;
      // So many are followed that claims may be behind them. A claim that nobody sees holds back all mails of its owner.
      const claims = await onePage(client, IS_CLAIM);
      return { owners: [...page.owners, ...claims.owners], whole: false };
    },
    waiting: (range, leaveOut, after) =>
      onePage(
        client,
        filterOf(range, leaveOut.map(partitionOf), after === undefined ? after : partitionOf(after)),
      ),
    drop: (owner, ids) => submitAll(client, deletionsOf(partitionOf(owner), ids)),
    async claim(owner, claim) {
      const row = { ...claimKey(owner), owner, ...claimColumns.write(stateOf(claim)) };
      // A Merge without columns changes no line, and fails where there is none: another sender has told it.
      const lines = claim.lineIds.map(
        (id): Operation => ['update', entityOf(partitionOf(owner), id), 'Merge'],
      );
      const etag = await submitCreation(client, [['create', row], ...lines]);
      return etag === undefined ? undefined : { ...claim, etag };
    },
    accept: (owner, claim, sent) =>
      change(
        owner,
        claim,
        { accepted: true },
        ...(sent ? [['upsert', sentRow(owner, sent), 'Replace'] satisfies Operation] : []),
      ),
    refuse: (owner, claim, refusal) => change(owner, claim, { refusal }),
    postpone: (owner, claim, tries, notBefore, more) => change(owner, claim, { tries, notBefore, ...more }),
    retry: (owner, claim, to) => change(owner, claim, { ...to, oddly: undefined }),
    release: (owner, { etag }) => removeRow(client, claimKey(owner), etag),
    /**
     * The SDK's transactions delete without a condition. So one transaction, under the claim's etag, empties the claim and
     * deletes its lines; then the empty claim is deleted. A crash between the two leaves a claim without lines, which the next
     * run deletes.
     */
    async finish(owner, claim, untold = []) {
      const marked = untold.map(markOf);
      const isMarked = (id: string) => marked.some(([, { rowKey }]) => rowKey === id);
      const told = claim.lineIds.filter(id => !isMarked(id));
      const lines = [...deletionsOf(partitionOf(owner), told), ...marked];
      const emptied = await change(owner, claim, { lineIds: [] }, ...lines);
      if (!emptied) return false;
      // Another sender may have deleted the empty claim; the claim has ended in both cases.
      await removeRow(client, claimKey(owner), emptied.etag);
      return true;
    },
    mark: lines => submitAll(client, lines.map(markOf)),
    saveNextStatusRead: (owner, sent) => submitAll(client, [['update', sentRow(owner, sent), 'Replace']]),
    unfollow: (owner, operationId) => removeRow(client, sentKey(owner, operationId), '*'),
    oldest: before => oldest(client, before),
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

async function onePage(client: TableClient, filter: string | undefined): Promise<OutboxPage> {
  const { owners, whole } = await rowsByOwner(client, filter);
  return { owners: owners.map(rows => toOwnerLines(rows[0], rows)), whole };
}

function toOwnerLines(first: Row, rows: readonly Row[]): OwnerLines {
  const claim = rows.find(isClaim);
  const sent = rows.filter(isSent).map(toSent);
  const lines = rows.flatMap(row => (row === claim || isSent(row) ? [] : (toLine(row) ?? [])));
  return { owner: lines[0]?.reminder.owner ?? ownerOf(first), lines, claim: claim && toClaim(claim), sent };
}

async function ofOwner(client: TableClient, owner: string): Promise<OwnerLines> {
  const { owners, whole } = await onePage(client, within(partitionOf(owner), undefined));
  const [found = { owner, lines: [], claim: undefined, sent: [] }] = owners;
  return whole ? found : { ...found, cut: true };
}

/** Of the reminders that are told at once, in one page: those due before an instant, or any where there are none. */
async function oldest(client: TableClient, before: Instant): Promise<Instant | undefined> {
  const late = compare('since', 'le', formatInstant(before));
  const select = ['since', TOLD];
  const instants = (rows: readonly Row[]) =>
    rows.flatMap(row => (isTold(row) ? [] : (col.instant.read(row.since) ?? [])));
  for (const due of [late, compare('since', 'gt', '')]) {
    const filter = and(compare('since', 'gt', ''), due, ...DAILY);
    const found = instants(await firstPageOf(client, { filter, select }));
    if (found.length > 0) return Math.min(...found);
  }
  return undefined;
}

/** Notices for operators wait for their daily mail. */
const DAILY = NOTICE_KINDS.filter(reason => waitsForDailyMail({ reason })).map(reason =>
  compare('reason', 'ne', reason),
);

function isTold(row: Row): boolean {
  return col.nonEmptyText.read(row[TOLD]) !== undefined;
}

/** The partition of an owner: the same for all spellings of the address. */
function partitionOf(owner: string): string {
  return encode(addressKey(owner));
}

function claimKey(owner: string): Entity {
  return entityOf(partitionOf(owner), CLAIM);
}

function sentKey(owner: string, operationId: string): Entity {
  return entityOf(partitionOf(owner), SENT + operationId);
}

function isClaim(row: Row): boolean {
  return keyOf(row).name === CLAIM;
}

function isSent(row: Row): boolean {
  return keyOf(row).name.startsWith(SENT);
}

function lineRow(reminder: Reminder): Entity {
  return entityOf(partitionOf(reminder.owner), lineIdOf(reminder), lineColumns.write(reminder));
}

function lineIdOf({ scope, name, about, reason, meantFor }: Reminder): string {
  const id = `${hashOf({ scope, name })}|${formatInstant(about)}|${encode(reason)}`;
  return meantFor === undefined ? id : `${id}|${hashText(addressKey(meantFor))}`;
}

/** An upsert: a digest that is followed has no lines any more. */
function markOf({ reminder, told }: ToldLine): Operation {
  return ['upsert', { ...lineRow(reminder), [TOLD]: toldColumn.write(told) }, 'Merge'];
}

/** Undefined for a row that can't be read; a sweep writes the line again within an hour, with the same key. */
function toLine(row: Row): OutboxLine | undefined {
  const stored = lineColumns.fill({ owner: ownerOf(row) }, row);
  const { scope, name, reason, about, crossedOn } = stored;
  if (scope === undefined || name === undefined || reason === undefined) return undefined;
  if (about === undefined || crossedOn === undefined) return undefined;
  const since = stored.since ?? col.instant.read(row.timestamp) ?? about;
  const reminder = { ...stored, scope, name, reason, about, crossedOn, since };
  const told = toldColumn.read(row[TOLD]);
  return { id: keyOf(row).name, reminder, ...(told && { told }) };
}

/** The address as it was first written. */
function ownerOf(row: Row): string {
  const { scope: partition } = keyOf(row);
  return col.nonEmptyText.read(row.owner) ?? decode(partition) ?? partition;
}

/** The reminders are one JSON text, cut into as many columns as it needs. */
function sentRow(owner: string, sent: SentDigest): Entity {
  const reminders = JSON.stringify(sent.reminders.map(lineColumns.write));
  const pieces = reminders.match(new RegExp(`[^]{1,${LONGEST_PIECE}}`, 'gu')) ?? [];
  const columns = Object.fromEntries(pieces.map((piece, index) => [`reminders${index}`, piece]));
  return { ...sentKey(owner, sent.operationId), owner, ...sentColumns.write(sent), ...columns };
}

function toSent(row: Row): SentDigest {
  let json = '';
  let piece: string | undefined = '';
  for (let index = 0; piece !== undefined; index += 1) {
    json += piece;
    piece = col.nonEmptyText.read(row[`reminders${index}`]);
  }
  const { partitionKey, rowKey } = row;
  const lines = sentLines.read(json) ?? [];
  const reminders = lines.flatMap(line => toLine({ partitionKey, rowKey, ...line })?.reminder ?? []);
  const operationId = keyOf(row).name.slice(SENT.length);
  return sentColumns.fill({ operationId, attempt: 1, on: 0, reminders, lookCount: 0, lookOn: 0 }, row);
}
