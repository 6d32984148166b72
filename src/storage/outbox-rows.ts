/** The rows of the outbox table: an owner's lines, the claim of the digest being sent, and digests that are followed. */
import { addressKey } from '../core/address';
import type { Reminder } from '../core/reminder';
import { hashOf } from '../core/target';
import { formatInstant } from '../formats/instant';
import type { Claim, HeldClaim, OutboxLine, SentDigest } from '../watch/ports';
import {
  clearable,
  etagOf,
  type Fields,
  instant,
  json,
  keyOf,
  list,
  number,
  object,
  oneOf,
  optional,
  type Row,
  readableList,
  record,
  storedAs,
  string,
  text,
} from './columns';
import { decode, encode } from './keys';
import { type Entity, keyColumns } from './writes';

/** The row key of a claim. No line has it: the key of a line begins with a hash and has bars. */
const CLAIM = 'digest';
/** Begins the row key of a digest that was accepted and is followed. */
const SENT = 'sent|';
/** The longest text of one column: a text column holds 32,768 UTF-16 units, and a character may have two. */
const LONGEST_PIECE = 16_000;

interface ClaimState {
  readonly state: 'claimed' | 'accepted' | 'refused';
  readonly refusal?: string;
}
const STATE_FIELDS: Fields<ClaimState> = {
  state: oneOf(['claimed', 'accepted', 'refused']),
  refusal: optional(text),
};
const TRIES_FIELDS: Fields<Pick<Claim, 'tries' | 'notBefore'>> = {
  tries: number,
  notBefore: clearable(instant),
};
const LINES_FIELDS: Fields<Pick<Claim, 'lineIds'>> = { lineIds: json(list(string)) };

const lineColumns = record<Reminder>({
  owner: text,
  scope: string,
  name: string,
  reason: text,
  about: instant,
  crossedOn: instant,
  since: instant,
  note: optional(text),
});

const claimColumns = record<Omit<Claim, 'accepted'> & ClaimState>({
  operationId: text,
  attempt: number,
  claimedOn: instant,
  ...LINES_FIELDS,
  ...STATE_FIELDS,
  ...TRIES_FIELDS,
});

/** The columns of a claim that change together. */
export const claimState = record<ClaimState>(STATE_FIELDS);
export const claimTries = record<Pick<Claim, 'tries' | 'notBefore'>>(TRIES_FIELDS);
export const claimLines = record<Pick<Claim, 'lineIds'>>(LINES_FIELDS);

const sentColumns = record<Omit<SentDigest, 'reminders'>>({
  operationId: text,
  on: instant,
  lookCount: storedAs('looks', number),
  lookOn: instant,
});
const sentLines = json(readableList(object));

/** The partition of an owner: the same for all spellings of the address. */
export function partitionOf(owner: string): string {
  return encode(addressKey(owner));
}

export function lineKey(owner: string, id: string): Entity {
  return keyColumns(partitionOf(owner), id);
}

export function claimKey(owner: string): Entity {
  return keyColumns(partitionOf(owner), CLAIM);
}

export function sentKey(owner: string, operationId: string): Entity {
  return keyColumns(partitionOf(owner), SENT + operationId);
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
  const { scope, name, reason, about, crossedOn, since, note } = lineColumns.fill({}, row);
  if (scope === undefined || name === undefined || reason === undefined) return undefined;
  if (about === undefined || crossedOn === undefined) return undefined;
  const reminder: Reminder = {
    scope,
    name,
    owner: ownerOf(row),
    reason,
    about,
    crossedOn,
    since: since ?? instant.read(row.timestamp) ?? about,
    note,
  };
  return { id: keyOf(row).name, reminder };
}

/** The address as it was first written. */
export function ownerOf(row: Row): string {
  const { scope: partition } = keyOf(row);
  return text.read(row.owner) ?? decode(partition) ?? partition;
}

export function claimRow(owner: string, { accepted, ...claim }: Claim): Entity {
  const state = accepted ? 'accepted' : 'claimed';
  return { ...claimKey(owner), owner, ...claimColumns.write({ ...claim, state }) };
}

/** Always a claim, even when little of it can be read: a claim that no run sees would block its owner for good. */
export function toClaim(row: Row): HeldClaim {
  const { state, refusal, ...claim } = claimColumns.fill(
    {
      operationId: '',
      attempt: 0,
      lineIds: [],
      claimedOn: instant.read(row.timestamp) ?? 0,
      state: 'claimed',
      tries: 0,
      etag: etagOf(row),
    },
    row,
  );
  return {
    ...claim,
    accepted: state === 'accepted',
    refusal: state === 'refused' ? (refusal ?? 'it was refused') : undefined,
  };
}

/** The reminders may need more than one text column: they are one JSON text in pieces. */
export function sentRow(owner: string, sent: SentDigest): Entity {
  const reminders = JSON.stringify(sent.reminders.map(lineColumns.write));
  const pieces = reminders.match(new RegExp(`[^]{1,${LONGEST_PIECE}}`, 'gu')) ?? [];
  const columns = Object.fromEntries(pieces.map((piece, index) => [`reminders${index}`, piece]));
  return { ...sentKey(owner, sent.operationId), owner, ...sentColumns.write(sent), ...columns };
}

export function toSent(row: Row): SentDigest {
  const pieces: string[] = [];
  for (
    let piece = text.read(row.reminders0);
    piece !== undefined;
    piece = text.read(row[`reminders${pieces.length}`])
  )
    pieces.push(piece);
  const { partitionKey, rowKey } = row;
  const lines = sentLines.read(pieces.join('')) ?? [];
  const reminders = lines.flatMap(line => toLine({ partitionKey, rowKey, ...line })?.reminder ?? []);
  const operationId = keyOf(row).name.slice(SENT.length);
  return sentColumns.fill({ operationId, on: 0, reminders, lookCount: 0, lookOn: 0 }, row);
}
