/** One row of the calendar table, both ways: all that a report shows of a target. */
import * as v from 'valibot';
import type { Listing } from '../core/assess';
import { splitList } from '../core/duration';
import { formatInstant } from '../core/instant';
import { CHECKS } from '../core/standing';
import type { CalendarEntry } from '../watch/ports';
import {
  double,
  flag,
  InstantText,
  instant,
  instantOrNever,
  instantOrNone,
  json,
  number,
  oneOf,
  present,
  type Row,
  text,
} from './columns';

const Failure = v.object({ code: v.string(), message: v.string(), since: InstantText, count: v.number() });

/** Written with Replace, so what is absent is left out. */
export function listingColumns({ scope, name, listing }: CalendarEntry): Row {
  const { kind, displayName, owners, minted, failing, check, lifetimeMs, failure } = listing;
  return {
    scope,
    name,
    kind,
    displayName,
    owners: owners.join(', '),
    minted,
    failing,
    check,
    expiresOn: instantOrNone(listing.expiresOn),
    expiringFrom: instantOrNone(listing.expiringFrom),
    checkedOn: instantOrNone(listing.checkedOn),
    nextCheckOn: instantOrNone(listing.nextCheckOn),
    ...(lifetimeMs !== undefined && { lifetimeMs: double(lifetimeMs) }),
    ...(failure && { failure: JSON.stringify({ ...failure, since: formatInstant(failure.since) }) }),
  };
}

/** Undefined for a row that doesn't say which target it lists. */
export function toEntry(row: Row): CalendarEntry | undefined {
  const key = text(row.rowKey);
  const { scope, name } = row;
  if (key === undefined || typeof scope !== 'string' || typeof name !== 'string') return undefined;
  return { scope, name, key, listing: toListing(row, name) };
}

function toListing(row: Row, name: string): Listing {
  return {
    kind: text(row.kind) ?? '',
    displayName: text(row.displayName) ?? name,
    owners: splitList(text(row.owners) ?? ''),
    minted: flag(row.minted),
    failing: flag(row.failing),
    check: oneOf(CHECKS, row.check) ?? 'pending',
    ...present<
      Pick<Listing, 'expiresOn' | 'expiringFrom' | 'lifetimeMs' | 'failure' | 'checkedOn' | 'nextCheckOn'>
    >({
      expiresOn: instantOrNever(row.expiresOn),
      expiringFrom: instant(row.expiringFrom),
      lifetimeMs: number(row.lifetimeMs),
      failure: json(Failure, row.failure),
      checkedOn: instant(row.checkedOn),
      nextCheckOn: instant(row.nextCheckOn),
    }),
  };
}
