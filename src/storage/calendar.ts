/** The calendar table: a derived index of all targets, soonest first, so that a report reads only what it shows. */
import type { TableClient } from '@azure/data-tables';
import { formatInstant } from '../core/instant';
import type { Calendar } from '../watch/ports';
import { type Operation, submit } from './batch';
import type { Row } from './columns';
import { hashOf } from './keys';
import { listingColumns, toEntry } from './listing-row';
import { and, compare, rowsOf, within } from './pages';

const ALL = 'all';
/** Sorts after every instant, and after every hash. */
const LAST = '~';

export function openCalendar(client: TableClient): Calendar {
  return {
    keyOf: (key, instant) => `${instant === undefined ? LAST : formatInstant(instant)}|${hashOf(key)}`,
    async write(entries, gone) {
      const listed = entries.map(
        (entry): Operation => ['upsert', { ...rowAt(entry.key), ...listingColumns(entry) }, 'Replace'],
      );
      // Upserts first: where they don't fit into one transaction, a target is listed twice rather than not at all.
      const kept = new Set(entries.map(({ key }) => key));
      const deleted = gone.filter(key => !kept.has(key)).map((key): Operation => ['delete', rowAt(key)]);
      return await submit(client, [...listed, ...deleted]);
    },
    async *entries(range) {
      for await (const row of rowsOf(client, { filter: filterOf(range) })) {
        const entry = toEntry(row);
        if (entry) yield entry;
      }
    },
  };
}

function filterOf({ after, until, kind, scope }: Parameters<Calendar['entries']>[0]): string | undefined {
  return and(
    within(ALL, after),
    until === undefined ? undefined : compare('RowKey', 'le', `${formatInstant(until)}|${LAST}`),
    kind === undefined ? undefined : compare('kind', 'eq', kind),
    scope === undefined ? undefined : compare('scope', 'eq', scope),
  );
}

function rowAt(key: string): Row & { partitionKey: string; rowKey: string } {
  return { partitionKey: ALL, rowKey: key };
}
