/** One row of the calendar table, both ways: all that a report shows of a target. */

import * as v from 'valibot';
import type { Listing } from '../core/listing';

import { FAILURE_CODES } from '../core/reading';
import { CHECKS } from '../core/standing';
import { formatInstant } from '../formats/instant';
import type { CalendarEntry } from '../watch/ports';
import {
  flag,
  InstantText,
  instant,
  instantOrNever,
  instantOrNone,
  json,
  keyOf,
  number,
  oneOf,
  present,
  type Row,
  text,
} from './columns';
import { wellFormed } from './keys';

const Shown = v.record(v.string(), v.unknown());
const Failure = v.object({
  code: v.picklist([...FAILURE_CODES, 'invalid']),
  message: v.string(),
  since: InstantText,
  count: v.number(),
});

/** What a query filters by has a column; the rest is one, since a store's work grows with the number of columns. */
export function listingColumns({ scope, name, listing }: CalendarEntry): Row {
  const { kind, failure, ...rest } = listing;
  const shown = {
    ...rest,
    expiresOn: instantOrNone(listing.expiresOn),
    expiringFrom: instantOrNone(listing.expiringFrom),
    checkedOn: instantOrNone(listing.checkedOn),
    nextCheckOn: instantOrNone(listing.nextCheckOn),
    snoozedUntil: instantOrNone(listing.snoozedUntil),
    ...(failure && { failure: { ...failure, since: formatInstant(failure.since) } }),
  };
  return { scope, name, kind, listing: JSON.stringify(shown) };
}

/** Undefined for a row that doesn't say which target it lists. */
export function toEntry(row: Row): CalendarEntry | undefined {
  const { name: key } = keyOf(row);
  if (key === '' || typeof row.scope !== 'string' || typeof row.name !== 'string') return undefined;
  // No row is found by a key with half a character, so to mend one loses nothing.
  const [scope, name] = [wellFormed(row.scope), wellFormed(row.name)];
  const shown = json(Shown, row.listing) ?? {};
  return { scope, name, key, listing: toListing({ ...shown, kind: row.kind }, name) };
}

function toListing(row: Row, name: string): Listing {
  return {
    kind: text(row.kind) ?? '',
    displayName: text(row.displayName) ?? name,
    owners: Array.isArray(row.owners) ? row.owners.filter(owner => typeof owner === 'string') : [],
    minted: flag(row.minted),
    failing: flag(row.failing),
    check: oneOf(CHECKS, row.check) ?? 'pending',
    ...present<
      Pick<
        Listing,
        'expiresOn' | 'expiringFrom' | 'lifetimeMs' | 'failure' | 'checkedOn' | 'nextCheckOn' | 'snoozedUntil'
      >
    >({
      expiresOn: instantOrNever(row.expiresOn),
      expiringFrom: instant(row.expiringFrom),
      lifetimeMs: number(row.lifetimeMs),
      failure: failureOf(row.failure),
      checkedOn: instant(row.checkedOn),
      nextCheckOn: instant(row.nextCheckOn),
      snoozedUntil: instant(row.snoozedUntil),
    }),
  };
}

function failureOf(value: unknown): Listing['failure'] {
  const parsed = v.safeParse(Failure, value);
  return parsed.success ? parsed.output : undefined;
}
