/** The history table: what happened to each target, newest first. People read it; no decision depends on it. */
import type { TableClient } from '@azure/data-tables';
import { EVENTS_WITH_NOTE, type TargetEvent } from '../core/history';
import { type Columns, isColumn } from '../core/row';
import { hashOf, type Key } from '../core/target';
import { formatInstant, type Instant } from '../formats/instant';
import type { History } from '../watch/ports';
import { instant, json, keyOf, nonEmptyText, object, optional, type Row, record, text } from './columns';
import { refusalOf, submitDerived } from './derived';
import { canBeKey, hashText } from './keys';
import { and, compare, pagesOf, rowsOf } from './pages';
import { deletionsOf, entityOf, type Operation, submit } from './writes';

type MoveEvent = Extract<TargetEvent, { from: Instant }>;
const MOVES: Record<MoveEvent['type'], true> = { renewed: true, shortened: true };

interface EventColumns {
  readonly type: string;
  readonly on: Instant;
  readonly note?: string;
  readonly from?: Instant;
  readonly to?: Instant;
  readonly before?: Row;
}

/** The order of these columns is part of each row's key: see `eventKey`. */
const eventColumns = record<EventColumns>({
  type: nonEmptyText,
  on: instant,
  note: optional(text),
  from: optional(instant),
  to: optional(instant),
  before: optional(json(object)),
});

/** Later than every instant. Keys hold its distance to the event, so the newest event has the first key. */
const END = 999_999_999_999_999;
const MOST_ROWS = 1_000;

export function openHistory(client: TableClient): History {
  return {
    // Best effort: an event that the store refuses is lost; the others are written.
    add: async events => (await submitDerived(client, events.map(addEvent))).size === 0,
    refusal: () => refusalOf(client),
    of: (key, most) => newest(client, key, most),
    prune: before => prune(client, before),
    forgetColumns: before => forgetColumns(client, before),
  };
}

function addEvent({ scope, name, event }: Key & { readonly event: TargetEvent }): Operation {
  const columns = eventColumns.write(event);
  return [
    'upsert',
    entityOf(scope, eventKey({ scope, name }, event, columns), { name, ...columns }),
    'Merge',
  ];
}

/** `{hash of the target}|{newest first}|{type}|{hash of the event}`: the same event written again is the same row. */
function eventKey(key: Key, { on, type }: TargetEvent, columns: Row): string {
  const newestFirst = String(END - on).padStart(15, '0');
  return `${hashOf(key)}|${newestFirst}|${type}|${hashText(JSON.stringify(columns)).slice(0, 8)}`;
}

/** Undefined for a row that is no event. */
function toEvent(row: Row): TargetEvent | undefined {
  const { type = '', on, note = '', from, to, before } = eventColumns.fill({}, row);
  if (on === undefined) return undefined;
  const withNote = EVENTS_WITH_NOTE.find(known => known === type);
  if (withNote) return { type: withNote, on, note, ...(before && { before: formerColumns(before) }) };
  return isMove(type) && from !== undefined && to !== undefined ? { type, on, from, to } : undefined;
}

function formerColumns(stored: Row): Partial<Columns> {
  const texts: Partial<Record<keyof Columns, string>> = {};
  for (const [name, value] of Object.entries(stored))
    if (isColumn(name) && typeof value === 'string') texts[name] = value;
  return texts;
}

function isMove(type: string): type is MoveEvent['type'] {
  return Object.hasOwn(MOVES, type);
}

async function newest(client: TableClient, key: Key, most: number): Promise<TargetEvent[]> {
  if (most <= 0 || !canBeKey(key.scope) || !canBeKey(key.name)) return [];
  const hash = hashOf(key);
  // A bar ends the hash; a brace sorts directly after a bar.
  const filter = and(
    compare('PartitionKey', 'eq', key.scope),
    compare('RowKey', 'gt', `${hash}|`),
    compare('RowKey', 'lt', `${hash}}`),
  );
  const events: TargetEvent[] = [];
  for await (const row of rowsOf(client, { filter, pageSize: Math.min(most, MOST_ROWS) })) {
    const event = toEvent(row);
    if (event) events.push(event);
    if (events.length === most) break;
  }
  return events;
}

/** Deletes one page of old rows before it reads the next. @returns how many were deleted. */
async function prune(client: TableClient, before: Instant): Promise<number> {
  let deleted = 0;
  const query = { filter: compare('on', 'lt', formatInstant(before)), select: [] };
  for await (const page of pagesOf(client, query)) {
    const deletions = page.map(keyOf).flatMap(({ scope, name }) => deletionsOf(scope, [name]));
    const refused = await submit(client, deletions);
    deleted += deletions.length - refused.size;
  }
  return deleted;
}

/** As `prune`, page by page; the events stay. */
async function forgetColumns(client: TableClient, before: Instant): Promise<void> {
  const filter = and(compare('on', 'lt', formatInstant(before)), compare('before', 'gt', ''));
  for await (const page of pagesOf(client, { filter, select: [] })) {
    const keys = page.map(keyOf);
    await submit(
      client,
      keys.map(({ scope, name }): Operation => ['update', entityOf(scope, name, { before: '' }), 'Merge']),
    );
  }
}
