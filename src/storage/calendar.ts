/** The calendar table: a derived index of all targets, soonest first, so that a report reads only what it shows. */
import type { TableClient } from '@azure/data-tables';
import { hashOf } from '../core/target';
import { formatInstant } from '../formats/instant';
import type { Calendar, CalendarEntry } from '../watch/ports';
import { type Operation, submit } from './batch';
import type { Row } from './columns';
import { canBeKey } from './keys';
import { listingColumns, toEntry } from './listing-row';
import { and, compare, rowsOf, within } from './pages';

const ALL = 'all';
/** Sorts after every instant, and after every hash. */
const LAST = '~';

export function openCalendar(client: TableClient): Calendar {
  return {
    keyOf: (key, instant) => `${instant === undefined ? LAST : formatInstant(instant)}|${hashOf(key)}`,
    async write(entries, gone) {
      return await submit(client, movesOf(entries, gone));
    },
    async *entries(range) {
      if (range.scope !== undefined && !canBeKey(range.scope)) return;
      for await (const row of rowsOf(client, { filter: filterOf(range) })) {
        const entry = toEntry(row);
        if (entry) yield entry;
      }
    },
  };
}

/**
 * Each target's new row before its old one: where a transaction ends between them, it is listed twice rather than not at
 * all. Pairs come first, since a transaction takes an even number of operations and so parts none of them.
 */
function movesOf(entries: readonly CalendarEntry[], gone: readonly string[]): Operation[] {
  const kept = new Set(entries.map(({ key }) => key));
  const moves = new Map<string, Operation[]>();
  const add = (key: string, operation: Operation) => {
    const target = key.slice(key.indexOf('|'));
    moves.set(target, [...(moves.get(target) ?? []), operation]);
  };
  for (const entry of entries)
    add(entry.key, ['upsert', { ...rowAt(entry.key), ...listingColumns(entry) }, 'Replace']);
  for (const key of gone) if (!kept.has(key)) add(key, ['delete', rowAt(key)]);
  const isPair = (move: Operation[]) => move.length === 2;
  const all = [...moves.values()];
  return [...all.filter(isPair), ...all.filter(move => !isPair(move))].flat();
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
