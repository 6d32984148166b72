/** The rows of the outbox table: an owner's lines, the claim of the digest being sent, and digests that are followed. */
import { addressKey } from '../core/address';
import type { Reminder } from '../core/reminder';
import { hashOf } from '../core/target';
import { formatInstant } from '../formats/instant';
import type { Claim, HeldClaim, OutboxLine, SentDigest } from '../watch/ports';
import * as col from './columns';
import { etagOf, keyOf, type Row } from './columns';
import { decode, encode } from './keys';
import { type Entity, entityOf } from './writes';

/** The row key of a claim. No line has it: the key of a line begins with a hash and has bars. */
const CLAIM = 'digest';
/** Begins the row key of a digest that was accepted and is followed. */
const SENT = 'sent|';
/** The longest text of one column: a text column holds 32,768 UTF-16 units, and a character may have two. */
const LONGEST_PIECE = 16_000;

const lineColumns = col.record<Reminder>({
  owner: col.text,
  scope: col.string,
  name: col.string,
  reason: col.text,
  about: col.instant,
  crossedOn: col.instant,
  since: col.instant,
  note: col.optional(col.text),
});

type ClaimState = Omit<Claim, 'accepted'> & { readonly state: 'claimed' | 'accepted' | 'refused' };

const claimColumns = col.record<ClaimState>({
  operationId: col.text,
  attempt: col.number,
  claimedOn: col.instant,
  lineIds: col.json(col.list(col.string)),
  state: col.oneOf(['claimed', 'accepted', 'refused']),
  refusal: col.optional(col.text),
  tries: col.number,
  notBefore: col.clearable(col.instant),
});

const sentColumns = col.record<Omit<SentDigest, 'reminders'>>({
  operationId: col.text,
  on: col.instant,
  lookCount: col.storedAs('looks', col.number),
  lookOn: col.instant,
});
const sentLines = col.json(col.readableList(col.object));

/** The partition of an owner: the same for all spellings of the address. */
export function partitionOf(owner: string): string {
  return encode(addressKey(owner));
}

export function lineKey(owner: string, id: string): Entity {
  return entityOf(partitionOf(owner), id);
}

export function claimKey(owner: string): Entity {
  return entityOf(partitionOf(owner), CLAIM);
}

export function sentKey(owner: string, operationId: string): Entity {
  return entityOf(partitionOf(owner), SENT + operationId);
}

export function isClaim(row: Row): boolean {
  return keyOf(row).name === CLAIM;
}

export function isSent(row: Row): boolean {
  return keyOf(row).name.startsWith(SENT);
}

export function lineRow(reminder: Reminder): Entity {
  const { scope, name, owner, about, reason } = reminder;
  const id = `${hashOf({ scope, name })}|${formatInstant(about)}|${encode(reason)}`;
  return { ...lineKey(owner, id), ...lineColumns.write(reminder) };
}

/** Undefined for a row that doesn't say what to tell; the next sweep writes the line again, with the same key. */
export function toLine(row: Row): OutboxLine | undefined {
  const stored = lineColumns.fill({ owner: ownerOf(row) }, row);
  const { scope, name, reason, about, crossedOn } = stored;
  if (scope === undefined || name === undefined || reason === undefined) return undefined;
  if (about === undefined || crossedOn === undefined) return undefined;
  const since = stored.since ?? col.instant.read(row.timestamp) ?? about;
  return { id: keyOf(row).name, reminder: { ...stored, scope, name, reason, about, crossedOn, since } };
}

/** The address as it was first written. */
export function ownerOf(row: Row): string {
  const { scope: partition } = keyOf(row);
  return col.text.read(row.owner) ?? decode(partition) ?? partition;
}

export function claimRow(owner: string, claim: Claim): Entity {
  return { ...claimKey(owner), owner, ...claimColumns.write(stateOf(claim)) };
}

/** The columns to merge into the row of one claim, so that it becomes another. */
export function claimChange(owner: string, before: Claim, after: Claim): Entity {
  return { ...claimKey(owner), ...claimColumns.changes(stateOf(before), stateOf(after)) };
}

function stateOf({ accepted, ...claim }: Claim): ClaimState {
  const unsent = claim.refusal === undefined ? 'claimed' : 'refused';
  return { ...claim, state: accepted ? 'accepted' : unsent };
}

/** Always a claim, even when little of it can be read: a claim that no run sees would block its owner for good. */
export function toClaim(row: Row): HeldClaim {
  const claimedOn = col.instant.read(row.timestamp) ?? 0;
  const base = { operationId: '', attempt: 0, lineIds: [], claimedOn, tries: 0, etag: etagOf(row) };
  const { state, refusal = 'it was refused', ...claim } = claimColumns.fill(base, row);
  return { ...claim, accepted: state === 'accepted', refusal: state === 'refused' ? refusal : undefined };
}

/** The reminders may need more than one text column: they are one JSON text in pieces. */
export function sentRow(owner: string, sent: SentDigest): Entity {
  const reminders = JSON.stringify(sent.reminders.map(lineColumns.write));
  const pieces = reminders.match(new RegExp(`[^]{1,${LONGEST_PIECE}}`, 'gu')) ?? [];
  const columns = Object.fromEntries(pieces.map((piece, index) => [`reminders${index}`, piece]));
  return { ...sentKey(owner, sent.operationId), owner, ...sentColumns.write(sent), ...columns };
}

export function toSent(row: Row): SentDigest {
  let json = '';
  let piece: string | undefined = '';
  for (let index = 0; piece !== undefined; index += 1) {
    json += piece;
    piece = col.text.read(row[`reminders${index}`]);
  }
  const { partitionKey, rowKey } = row;
  const lines = sentLines.read(json) ?? [];
  const reminders = lines.flatMap(line => toLine({ partitionKey, rowKey, ...line })?.reminder ?? []);
  const operationId = keyOf(row).name.slice(SENT.length);
  return sentColumns.fill({ operationId, on: 0, reminders, lookCount: 0, lookOn: 0 }, row);
}
