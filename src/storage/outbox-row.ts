/** Rows of the outbox table, both ways: an owner's lines, and the claim of the digest being sent. */

import * as v from 'valibot';
import { addressKey } from '../core/address';
import type { Reminder } from '../core/reminder';
import { hashOf } from '../core/target';
import { formatInstant, type Instant } from '../formats/instant';
import type { Claim, HeldClaim, OutboxLine, SentDigest } from '../watch/ports';
import { etagOf, instant, instantOrNone, json, keyOf, number, present, type Row, text } from './columns';
import { decode, encode } from './keys';

/** No line is keyed so: a line's key begins with a hash and has bars. */
export const CLAIM = 'digest';
/** Begins the key of a digest that was accepted and is followed to its end. */
const SENT = 'sent|';
/** A text column holds 32,768 UTF-16 units; a digest's targets may need more than one. Whole characters, of up to two units. */
const PIECE = 16_000;

const LineIds = v.array(v.string());
const SentLines = v.array(v.record(v.string(), v.unknown()));

/** The partition of an owner: one for all spellings of the address. */
export function partitionOf(owner: string): string {
  return encode(addressKey(owner));
}

export function lineId({ scope, name, about, reason }: Reminder): string {
  return `${hashOf({ scope, name })}|${formatInstant(about)}|${encode(reason)}`;
}

export function lineColumns(reminder: Reminder): Row {
  const { owner, scope, name, reason, about, crossedOn, since, note } = reminder;
  return {
    owner,
    scope,
    name,
    reason,
    about: formatInstant(about),
    crossedOn: formatInstant(crossedOn),
    since: formatInstant(since),
    ...(note !== undefined && { note }),
  };
}

/** Undefined for a line that doesn't say what to tell; the next sweep puts it again, under the same key. */
export function toLine(row: Row): OutboxLine | undefined {
  const { scope, name } = row;
  const reason = text(row.reason);
  const about = instant(row.about);
  const crossedOn = instant(row.crossedOn);
  if (typeof scope !== 'string' || typeof name !== 'string') return undefined;
  if (reason === undefined || about === undefined || crossedOn === undefined) return undefined;
  const since = instant(row.since) ?? instant(row.timestamp) ?? about;
  const note = text(row.note);
  const reminder = {
    scope,
    name,
    owner: ownerOf(row),
    reason,
    about,
    crossedOn,
    since,
    ...(note && { note }),
  };
  return { id: keyOf(row).name, reminder };
}

/** The address as it was written. */
export function ownerOf(row: Row): string {
  const { scope: partition } = keyOf(row);
  return text(row.owner) ?? decode(partition) ?? partition;
}

export function claimColumns(owner: string, claim: Claim): Row {
  const { operationId, attempt, lineIds, claimedOn, accepted, tries, notBefore } = claim;
  return {
    owner,
    operationId,
    attempt,
    lineIds: JSON.stringify(lineIds),
    claimedOn: formatInstant(claimedOn),
    ...stateColumn(accepted),
    ...triesColumns(tries, notBefore),
  };
}

export function stateColumn(accepted: boolean): Row {
  return { state: accepted ? 'accepted' : 'claimed' };
}

export function refusalColumns(refusal: string): Row {
  return { state: 'refused', refusal };
}

/** Of a claim that has ended: it stands for no line. */
export function endColumns(): Row {
  return { lineIds: '[]' };
}

/** Always a claim, however little of it can be read: one that nobody sees would block its owner for good. */
export function toClaim(row: Row): HeldClaim {
  return {
    operationId: text(row.operationId) ?? '',
    attempt: number(row.attempt) ?? 0,
    lineIds: json(LineIds, row.lineIds) ?? [],
    claimedOn: instant(row.claimedOn) ?? instant(row.timestamp) ?? 0,
    accepted: row.state === 'accepted',
    etag: etagOf(row),
    tries: number(row.tries) ?? 0,
    ...present<{ notBefore: Instant; refusal: string }>({
      notBefore: instant(row.notBefore),
      refusal: row.state === 'refused' ? (text(row.refusal) ?? 'it was refused') : undefined,
    }),
  };
}

export function triesColumns(tries: number, notBefore: Instant | undefined): Row {
  return { tries, notBefore: instantOrNone(notBefore) };
}

export function sentId(operationId: string): string {
  return SENT + operationId;
}

export function isSent(row: Row): boolean {
  return keyOf(row).name.startsWith(SENT);
}

export function sentColumns(owner: string, sent: SentDigest): Row {
  const { operationId, on, reminders, lookCount, lookOn } = sent;
  const written = JSON.stringify(reminders.map(reminder => lineColumns(reminder)));
  const pieces = written.match(new RegExp(`[^]{1,${PIECE}}`, 'gu')) ?? [];
  const columns = pieces.map((piece, index) => [`reminders${index}`, piece]);
  return {
    owner,
    operationId,
    on: formatInstant(on),
    looks: lookCount,
    lookOn: formatInstant(lookOn),
    ...Object.fromEntries(columns),
  };
}

export function toSent(row: Row): SentDigest {
  const pieces: string[] = [];
  for (let piece = text(row.reminders0); piece !== undefined; piece = text(row[`reminders${pieces.length}`]))
    pieces.push(piece);
  const reminders = (json(SentLines, pieces.join('')) ?? []).flatMap(
    line => toLine({ ...keysOf(row), ...line }) ?? [],
  );
  return {
    operationId: text(row.operationId) ?? keyOf(row).name.slice(SENT.length),
    on: instant(row.on) ?? 0,
    reminders: reminders.map(({ reminder }) => reminder),
    lookCount: number(row.looks) ?? 0,
    lookOn: instant(row.lookOn) ?? 0,
  };
}

function keysOf({ partitionKey, rowKey }: Row): Row {
  return { partitionKey, rowKey };
}
