/** Rows of the outbox table, both ways: an owner's lines, and the claim of the digest being sent. */
import * as v from 'valibot';
import { formatInstant } from '../core/instant';
import type { Reminder } from '../core/reminder';
import type { Claim, OutboxLine } from '../watch/ports';
import { instant, json, keyOf, number, type Row, text } from './columns';
import { decode, encode, hashOf } from './keys';

/** No line is keyed so: a line's key begins with a hash and has bars. */
export const CLAIM = 'digest';

const LineIds = v.array(v.string());

/** The partition of an owner: one for all spellings of the address. */
export function partitionOf(owner: string): string {
  return encode(owner.toLowerCase());
}

export function lineId({ scope, name, about, reason }: Reminder): string {
  return `${hashOf({ scope, name })}|${formatInstant(about)}|${encode(reason)}`;
}

export function lineColumns(reminder: Reminder): Row {
  const { owner, scope, name, reason, about, crossedOn, since } = reminder;
  return {
    owner,
    scope,
    name,
    reason,
    about: formatInstant(about),
    crossedOn: formatInstant(crossedOn),
    since: formatInstant(since),
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
  return {
    id: keyOf(row).name,
    reminder: { scope, name, owner: ownerOf(row), reason, about, crossedOn, since },
  };
}

/** The address as it was written. */
export function ownerOf(row: Row): string {
  const { scope: partition } = keyOf(row);
  return text(row.owner) ?? decode(partition) ?? partition;
}

export function claimColumns(owner: string, claim: Claim): Row {
  const { operationId, attempt, lineIds, claimedOn, accepted } = claim;
  return {
    owner,
    operationId,
    attempt,
    lineIds: JSON.stringify(lineIds),
    claimedOn: formatInstant(claimedOn),
    ...stateColumn(accepted),
  };
}

export function stateColumn(accepted: boolean): Row {
  return { state: accepted ? 'accepted' : 'claimed' };
}

/** Always a claim, however little of it can be read: one that nobody sees would block its owner for good. */
export function toClaim(row: Row): Claim {
  return {
    operationId: text(row.operationId) ?? '',
    attempt: number(row.attempt) ?? 0,
    lineIds: json(LineIds, row.lineIds) ?? [],
    claimedOn: instant(row.claimedOn) ?? instant(row.timestamp) ?? 0,
    accepted: row.state === 'accepted',
  };
}
