/** The history table: what happened to each target, newest first; read by people, never by a decision. */
import type { TableClient } from '@azure/data-tables';
import type { TargetEvent } from '../core/history';
import type { Key } from '../core/target';
import { hashOf } from '../core/target';
import { formatInstant, type Instant } from '../formats/instant';
import type { History } from '../watch/ports';
import { type Operation, submit } from './batch';
import { keyOf } from './columns';
import { eventColumns, eventKey, toEvent } from './event-row';
import { canBeKey } from './keys';
import { and, compare, pagesOf, rowsOf } from './pages';

const MOST_ROWS = 1_000;

export function openHistory(client: TableClient): History {
  return {
    async add(events) {
      // Best effort: a refused line is lost, and only that one.
      await submit(client, events.map(addEvent));
    },
    of: (key, most) => newest(client, key, most),
    prune: before => prune(client, before),
  };
}

function addEvent({ scope, name, event }: Key & { readonly event: TargetEvent }): Operation {
  const rowKey = eventKey({ scope, name }, event);
  return ['upsert', { partitionKey: scope, rowKey, name, ...eventColumns(event) }, 'Merge'];
}

async function newest(client: TableClient, key: Key, most: number): Promise<TargetEvent[]> {
  if (most <= 0 || !canBeKey(key.scope) || !canBeKey(key.name)) return [];
  const hash = hashOf(key);
  // A bar ends the hash, and a brace is what follows a bar.
  const filter = and(
    compare('PartitionKey', 'eq', key.scope),
    compare('RowKey', 'gt', `${hash}|`),
    compare('RowKey', 'lt', `${hash}}`),
  );
  const events: TargetEvent[] = [];
  for await (const row of rowsOf(client, { filter, pageSize: Math.min(most, MOST_ROWS) })) {
    events.push(...[toEvent(row) ?? []].flat());
    if (events.length === most) break;
  }
  return events;
}

/** Deletes a page of old rows before it asks for the next; answers with how many there were. */
async function prune(client: TableClient, before: Instant): Promise<number> {
  let deleted = 0;
  const query = { filter: compare('on', 'lt', formatInstant(before)), select: ['partitionKey', 'rowKey'] };
  for await (const page of pagesOf(client, query)) {
    const keys = page.map(keyOf);
    const refused = await submit(
      client,
      keys.map(({ scope, name }) => ['delete', { partitionKey: scope, rowKey: name }]),
    );
    deleted += keys.length - refused.size;
  }
  return deleted;
}
