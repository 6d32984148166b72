/** One row of the expiries table, both ways: flat columns that a person can read in the portal. */

import * as v from 'valibot';
import { addressKey } from '../core/address';
import type { Evidence, Expiry, Failure } from '../core/expiry';
import { FAILURE_CODES } from '../core/reading';
import type { Snooze } from '../core/snooze';
import type { Told } from '../core/told';
import { formatInstant, type Instant } from '../formats/instant';
import {
  complete,
  InstantText,
  instant,
  instantOrNever,
  instantOrNone,
  json,
  keyOf,
  number,
  oneOf,
  type Row,
  text,
} from './columns';
import { hashText } from './keys';

const EVIDENCE: readonly Evidence[] = ['first', 'fixed', 'moved', 'minted'];
const TOLD = 'told_';
const SNOOZE = 'snooze_';

const Texts = v.array(v.string());
const ToldLine = v.object({
  reason: v.string(),
  about: InstantText,
  crossedOn: InstantText,
  on: InstantText,
  operationId: v.string(),
  outcome: v.picklist(['accepted', 'refused', 'undelivered']),
  heard: v.exactOptional(v.literal(true)),
});
const SnoozeColumn = v.object({
  owner: v.string(),
  about: v.optional(InstantText),
  until: InstantText,
  reason: v.string(),
  on: InstantText,
});
const ToldColumn = v.object({ owner: v.string(), told: v.array(v.unknown()) });

/** The sweep's own columns that a Merge must write to turn one state into the other: '' clears what is absent. */
export function changedColumns(before: Expiry | undefined, after: Expiry): Row {
  // Most instants stay, and to spell one costs more than all the rest: they are compared as numbers.
  const then = before && instantsOf(before);
  const instants = Object.entries(instantsOf(after)).filter(([name, value]) => value !== then?.[name]);
  const known = before && textsOf(before);
  const texts = Object.entries(textsOf(after)).filter(([name, value]) => value !== (known?.[name] ?? ''));
  return Object.fromEntries([...instants.map(([name, value]) => [name, instantOrNone(value)]), ...texts]);
}

function instantsOf(state: Expiry): Record<string, Instant | 'never' | undefined> {
  return {
    firstSeenOn: state.firstSeenOn,
    checkedOn: state.checkedOn,
    readOn: state.readOn,
    expiresOn: state.expiresOn,
    movedFrom: state.movedFrom,
    movedOn: state.movedOn,
    failureSince: state.failure?.since,
    recoveredSince: state.recovered?.since,
    recoveredOn: state.recovered?.on,
    renewedFrom: state.renewed?.from,
    renewedOn: state.renewed?.on,
    invalidSince: state.invalid?.since,
    goneSince: state.goneSince,
  };
}

function textsOf(state: Expiry): Record<string, string | number> {
  const { failure, invalid, lifetimeMs } = state;
  return {
    evidence: state.evidence ?? '',
    lifetimeMs: lifetimeMs === undefined ? '' : String(lifetimeMs),
    failureCode: failure?.code ?? '',
    failureMessage: failure?.message ?? '',
    failureCount: failure?.count ?? '',
    failureAlike: failure?.sameCodeCount ?? '',
    invalid: invalid ? JSON.stringify(invalid.faults) : '',
    ...calColumns(state),
  };
}

export function calColumns({ calendarKeys, listingHash }: Expiry): Record<string, string> {
  return { cal: JSON.stringify(calendarKeys), shown: listingHash ?? '' };
}

/** An owner's own column, `told_{32 hex of SHA-256 of the lower-case address}`. */
export function toldColumn(owner: string, told: readonly Told[]): Row {
  const lines = told.map(({ earlierArrived, ...line }) => ({
    ...line,
    heard: earlierArrived,
    about: formatInstant(line.about),
    crossedOn: formatInstant(line.crossedOn),
    on: formatInstant(line.on),
  }));
  return { [TOLD + hashText(addressKey(owner))]: JSON.stringify({ owner, told: lines }) };
}

/** An owner's own mute, `snooze_{32 hex}` as with what they were told; '' undoes it. */
export function snoozeColumn(owner: string, snooze: Snooze | undefined): Row {
  const written = snooze && {
    owner,
    reason: snooze.reason,
    until: formatInstant(snooze.until),
    on: formatInstant(snooze.on),
    ...(snooze.about !== undefined && { about: formatInstant(snooze.about) }),
  };
  return { [SNOOZE + hashText(addressKey(owner))]: written ? JSON.stringify(written) : '' };
}

/** Reads what can be read of a row; the rest counts as absent, and the next reading fills it. */
export function toExpiry(row: Row): Expiry {
  const { scope, name } = keyOf(row);
  const firstSeenOn = instant(row.firstSeenOn) ?? instant(row.timestamp) ?? 0;
  const calendarKeys = json(Texts, row.cal) ?? [];
  const expiry: Expiry = {
    scope,
    name,
    firstSeenOn,
    calendarKeys,
    told: toldOf(row),
    snoozes: snoozesOf(row),
  };
  return complete<
    Expiry,
    Exclude<keyof Expiry, 'scope' | 'name' | 'firstSeenOn' | 'calendarKeys' | 'told' | 'snoozes'>
  >(expiry, {
    checkedOn: instant(row.checkedOn),
    readOn: instant(row.readOn),
    expiresOn: instantOrNever(row.expiresOn),
    evidence: oneOf(EVIDENCE, row.evidence),
    lifetimeMs: number(row.lifetimeMs),
    movedFrom: instant(row.movedFrom),
    movedOn: instant(row.movedOn),
    failure: failureOf(row),
    recovered: recoveredOf(row),
    renewed: renewedOf(row),
    invalid: invalidOf(row),
    goneSince: instant(row.goneSince),
    listingHash: text(row.shown),
  });
}

function failureOf(row: Row): Failure | undefined {
  const code = oneOf(FAILURE_CODES, row.failureCode);
  const since = instant(row.failureSince);
  if (code === undefined || since === undefined) return undefined;
  return {
    code,
    since,
    message: text(row.failureMessage) ?? '',
    count: number(row.failureCount) ?? 1,
    sameCodeCount: number(row.failureAlike) ?? 1,
  };
}

function recoveredOf(row: Row): Expiry['recovered'] {
  const since = instant(row.recoveredSince);
  const on = instant(row.recoveredOn);
  return since === undefined || on === undefined ? undefined : { since, on };
}

function renewedOf(row: Row): Expiry['renewed'] {
  const from = instant(row.renewedFrom);
  const on = instant(row.renewedOn);
  return from === undefined || on === undefined ? undefined : { from, on };
}

function invalidOf(row: Row): Expiry['invalid'] {
  const faults = json(Texts, row.invalid);
  const since = instant(row.invalidSince);
  return faults === undefined || since === undefined ? undefined : { faults, since };
}

function toldOf(row: Row): Expiry['told'] {
  const told = new Map<string, readonly Told[]>();
  for (const column of Object.keys(row)) {
    if (!column.startsWith(TOLD)) continue;
    const parsed = json(ToldColumn, row[column]);
    if (parsed) told.set(addressKey(parsed.owner), parsed.told.flatMap(toldLine));
  }
  return told;
}

function snoozesOf(row: Row): Expiry['snoozes'] {
  const snoozes = new Map<string, Snooze>();
  for (const column of Object.keys(row)) {
    const parsed = column.startsWith(SNOOZE) ? json(SnoozeColumn, row[column]) : undefined;
    if (!parsed) continue;
    const { owner, about, until, reason, on } = parsed;
    snoozes.set(addressKey(owner), { about, until, reason, on });
  }
  return snoozes;
}

function toldLine(value: unknown): Told[] {
  const parsed = v.safeParse(ToldLine, value);
  if (!parsed.success) return [];
  const { heard, ...line } = parsed.output;
  return [heard ? { ...line, earlierArrived: heard } : line];
}
