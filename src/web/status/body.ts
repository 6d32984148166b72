/** The answer of `GET status`: its schema, and a report in that shape, as JSON with `null` for unknown values, or as CSV. */
import * as v from 'valibot';
import type { StatusItem } from '../../core/listing';
import { FAILURE_CODES } from '../../core/reading';
import { CHECKS, STANDINGS } from '../../core/standing';
import { csvOf } from '../../formats/csv';
import { formatInstant } from '../../formats/instant';
import type { Report } from '../../watch/report/status';
import { described, InstantOrNull, InstantText, Integer, instantOrNull, listOf } from '../shape';
import { encodeCursor } from './query';

export const Failure = v.object({
  code: v.picklist([...FAILURE_CODES, 'invalid', 'notVerified']),
  message: described(v.string(), 'What happened and, where it is known, the fix, for a person.'),
  since: InstantText,
  count: described(v.pipe(Integer, v.minValue(1)), 'How many times in a row.'),
});

export const Item = v.object({
  kind: v.string(),
  scope: described(v.string(), 'The PartitionKey of its registry row.'),
  name: described(v.string(), 'The RowKey of its registry row.'),
  displayName: v.string(),
  owners: described(listOf(v.string()), 'Mail addresses; empty where operators stand in.'),
  expiresOn: described(
    InstantOrNull,
    'The last known expiry; null for none known, for what never expires, and while it is undecided.',
  ),
  remainingSeconds: described(v.nullable(Integer), 'Until the expiry; negative once it has passed.'),
  lifetimeSeconds: v.exactOptional(described(Integer, 'From one renewal to its expiry, where one was seen.')),
  minted: described(
    v.boolean(),
    'Each read makes a new token, so that its expiry says nothing about the future.',
  ),
  undecided: v.exactOptional(
    described(
      v.literal(true),
      'Its readings have not shown yet whether its expiry is fixed or each read makes a new token.',
    ),
  ),
  standing: v.picklist(STANDINGS),
  check: v.picklist(CHECKS),
  failure: v.exactOptional(Failure),
  checkedOn: described(InstantOrNull, 'The last attempt to read it.'),
  nextCheckOn: InstantOrNull,
  rowLostSince: v.exactOptional(
    described(
      InstantText,
      'Since when its registry row is lost: it vanished at once with many others, and not by DELETE.',
    ),
  ),
  snoozedUntil: v.exactOptional(
    described(InstantText, 'Until then at least one of its owners wants no reminders.'),
  ),
});
export type Item = v.InferOutput<typeof Item>;

const Count = v.pipe(Integer, v.minValue(0));

export const Counts = described(
  v.object({
    total: Count,
    healthy: Count,
    expiring: Count,
    expired: Count,
    unknown: Count,
    minted: Count,
    failing: Count,
    invalid: Count,
    pending: Count,
  }),
  'The whole fleet at its last sweeps, whatever the filters.',
);

export const StatusBody = v.object({
  asOf: InstantText,
  counts: Counts,
  countsAsOf: described(InstantOrNull, 'The oldest of those sweeps.'),
  items: listOf(Item),
  nextCursor: described(v.nullable(v.string()), 'The `cursor` of the next page; null on the last.'),
});
export type StatusBody = v.InferOutput<typeof StatusBody>;

export function statusJson({ asOf, counts, countsAsOf, items, nextCursor }: Report): StatusBody {
  return {
    asOf: formatInstant(asOf),
    counts,
    countsAsOf: instantOrNull(countsAsOf),
    items: items.map(itemJson),
    nextCursor: nextCursor === undefined ? null : encodeCursor(nextCursor),
  };
}

export function itemJson(item: StatusItem): Item {
  const { kind, scope, name, displayName, owners, expiresOn, failure, rowLostSince, snoozedUntil } = item;
  return {
    kind,
    scope,
    name,
    displayName,
    owners,
    expiresOn: expiresOn === 'never' ? null : instantOrNull(expiresOn),
    remainingSeconds: item.remainingSeconds ?? null,
    lifetimeSeconds: item.lifetimeSeconds,
    minted: item.minted,
    undecided: item.undecided,
    standing: item.standing,
    check: item.check,
    failure: failure && failureJson(failure),
    checkedOn: instantOrNull(item.checkedOn),
    nextCheckOn: instantOrNull(item.nextCheckOn),
    rowLostSince: rowLostSince === undefined ? undefined : formatInstant(rowLostSince),
    snoozedUntil: snoozedUntil === undefined ? undefined : formatInstant(snoozedUntil),
  };
}

/** Each member is named here, since a failure may hold more than an answer shows. */
function failureJson({ code, message, since, count }: NonNullable<StatusItem['failure']>) {
  return { code, message, since: formatInstant(since), count };
}

const MEMBERS = v.keyof(Item).options;
const FAILURE_MEMBERS = v.keyof(Failure).options;
const FAILURE_COLUMNS = FAILURE_MEMBERS.map(name => `failure${name.charAt(0).toUpperCase()}${name.slice(1)}`);

/** One column for each member of an item; the members of `failure` have their own columns. */
export function statusCsv({ items }: StatusBody): string {
  const header = MEMBERS.flatMap(name => (name === 'failure' ? FAILURE_COLUMNS : name));
  const cells = ({ owners, failure, ...item }: Item) =>
    MEMBERS.flatMap(name => {
      if (name === 'failure') return FAILURE_MEMBERS.map(member => failure?.[member]);
      return name === 'owners' ? owners.join(' ') : item[name];
    });
  return csvOf(header, items.map(cells));
}
