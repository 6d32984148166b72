/** Pages of the outbox: rows of about one page, chosen by the store, so that a large outbox is not read whole. */
import type { TableClient } from '@azure/data-tables';
import { AFTER_THRESHOLDS, GOOD_NEWS, LIKE_THRESHOLDS, type Part, type Range } from '../core/urgency';
import { formatInstant } from '../formats/instant';
import { keyOf, type Row } from './columns';
import { and, compare, firstRows, or } from './pages';

/** The row key of a claim. No line has it: the key of a line begins with a hash and has bars. */
export const CLAIM = 'digest';
/** Begins the row key of a digest that was accepted and is followed. */
export const SENT = 'sent|';
const AFTER_SENT = 'sent}';

export const IS_CLAIM = compare('RowKey', 'eq', CLAIM);

/** Claims and followed digests. */
export const IS_DIGEST = or(
  IS_CLAIM,
  `(${and(compare('RowKey', 'ge', SENT), compare('RowKey', 'lt', AFTER_SENT))})`,
);

/** The first rows in key order, by owner, and whether they are all. */
export async function rowsByOwner(client: TableClient, filter: string | undefined) {
  const { rows, whole } = await firstRows(client, { filter });
  const owners = new Map<string, [Row, ...Row[]]>();
  for (const row of rows) {
    const { scope: partition } = keyOf(row);
    const known = owners.get(partition);
    if (known) known.push(row);
    else owners.set(partition, [row]);
  }
  return { owners: [...owners.values()], whole };
}

/** Azure Tables answers a filter with more comparisons with 400 (Querying tables and entities). */
const MOST_COMPARISONS = 15;

/** As many of the partitions in `leaveOut` are left out as the filter has room for, the first ones first. */
export function filterOf(range: Range, leaveOut: readonly string[], after: string | undefined) {
  const wanted = and(
    or(...joined(range).map(partFilter)),
    after === undefined ? undefined : compare('PartitionKey', 'gt', after),
  );
  const room = MOST_COMPARISONS - comparisonsIn(wanted ?? '');
  return and(wanted, ...leaveOut.slice(0, room).map(partition => compare('PartitionKey', 'ne', partition)));
}

export function comparisonsIn(filter: string): number {
  return filter.match(/ (?:eq|ne|gt|ge|lt|le) '/g)?.length ?? 0;
}

/** The parts of thresholds in one range adjoin, and the store is asked for them as one: the order of a page is that of its keys. */
function joined(range: Range): readonly Part[] {
  const isOfThresholds = ({ reasons }: Part) => reasons === 'thresholds';
  const some = range.filter(isOfThresholds);
  if (some.length < 2) return range;
  const from = Math.min(...some.map(part => part.from ?? -Infinity));
  const until = Math.max(...some.map(part => part.until ?? Infinity));
  const all: Part = {
    reasons: 'thresholds',
    from: Number.isFinite(from) ? from : undefined,
    until: Number.isFinite(until) ? until : undefined,
  };
  return [all, ...range.filter(part => !isOfThresholds(part))];
}

function partFilter({ reasons, from, until }: Part): string {
  const conditions = and(
    reasonFilter(reasons),
    from === undefined ? undefined : compare('about', 'ge', formatInstant(from)),
    until === undefined ? undefined : compare('about', 'lt', formatInstant(until)),
  );
  return `(${conditions})`;
}

function reasonFilter(reasons: Part['reasons']): string | undefined {
  const are = (operator: 'eq' | 'ne', kinds: readonly string[]) =>
    kinds.map(kind => compare('reason', operator, kind));
  if (reasons === 'thresholds')
    return or(compare('reason', 'lt', AFTER_THRESHOLDS), ...are('eq', LIKE_THRESHOLDS));
  if (reasons === 'other')
    return and(compare('reason', 'ge', AFTER_THRESHOLDS), ...are('ne', [...LIKE_THRESHOLDS, ...GOOD_NEWS]));
  return or(...are('eq', reasons));
}
