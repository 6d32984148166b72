/** The scopes table: one row a scope, written under its etag so that lease and pace have one writer. */
import type { TableClient } from '@azure/data-tables';
import type { ScopeRow, Scopes } from '../watch/ports';
import { alreadyExists, isMissing, wasChanged } from './answers';
import { submit } from './batch';
import { etagOf } from './columns';
import { find, rowsOf, within } from './pages';
import { scopeColumns, toScopeRow } from './scope-row';

const PARTITION = 'scope';

export function openScopes(client: TableClient): Scopes {
  return {
    async get(scope) {
      const row = await find(client, { scope: PARTITION, name: scope });
      return row && { row: toScopeRow(row), etag: etagOf(row) };
    },
    save: (row, etag) => save(client, row, etag),
    async *all() {
      for await (const row of rowsOf(client, { filter: within(PARTITION, undefined), ahead: true }))
        yield toScopeRow(row);
    },
    async remove(scope) {
      await submit(client, [['delete', { partitionKey: PARTITION, rowKey: scope }]]);
    },
  };
}

async function save(
  client: TableClient,
  row: ScopeRow,
  etag: string | undefined,
): Promise<string | undefined> {
  const entity = { partitionKey: PARTITION, rowKey: row.scope, ...scopeColumns(row) };
  try {
    return etagOf(
      etag === undefined
        ? await client.createEntity(entity)
        : await client.updateEntity(entity, 'Replace', { etag }),
    );
  } catch (error) {
    if (alreadyExists(error) || wasChanged(error) || isMissing(error)) return undefined;
    throw error;
  }
}
