/** The scopes table: one row for each scope, written under its etag, so that lease and pace have one writer at a time. */
import type { TableClient } from '@azure/data-tables';
import { NO_COUNTS } from '../core/counts';
import type { Pace } from '../core/pace';
import { READABILITIES } from '../core/readability';
import type { Reason, ScopeReads } from '../core/scope-reads';
import { formatInstant } from '../formats/instant';
import type {
  Checks,
  OperatorNotices,
  RowsLost,
  ScopeRow,
  Scopes,
  ScopeTrouble,
  Stored,
} from '../watch/ports';
import * as col from './columns';
import { etagOf, keyOf, type Row } from './columns';
import { and, compare, find, firstOf, firstPageOf, rowsOf, within } from './pages';
import { deletionsOf, entityOf, saveRow, submit } from './writes';

const PARTITION = 'scope';
const CHECKS = 'check';
const REMOVAL = { scope: 'registry', name: 'removal' };
const TABLE_LOST = { scope: 'registry', name: 'tableLost' };

const counts = col.recordOf(NO_COUNTS, col.number);

const rowsLost = col.record<RowsLost>({ count: col.number, lastOn: col.instant });

const operatorNotice = col.optional(
  col.record<ScopeTrouble>({
    since: col.instant,
    put: col.boolean,
    operators: col.optional(col.list(col.text)),
  }),
);

const reads = col.record<ScopeReads>({
  answered: col.number,
  readOn: col.optional(col.instant),
  failing: col.number,
  failedOnce: col.number,
  refused: col.number,
  reasons: col.list(
    col.record<Reason>({
      message: col.text,
      refused: col.boolean,
      count: col.number,
      names: col.list(col.text),
    }),
  ),
});

const pace = col.record<Pace>({
  level: col.number,
  at: col.instant,
  pausedUntil: col.optional(col.instant),
  refusals: col.number,
});

const scopeColumns = col.record<Omit<ScopeRow, 'scope'>>({
  holder: col.clearable(col.nonEmptyText),
  leaseUntil: col.clearable(col.instant),
  checking: col.optional(col.boolean),
  tick: col.clearable(col.instant),
  startedOn: col.clearable(col.instant),
  finishedTick: col.clearable(col.instant),
  finishedOn: col.clearable(col.instant),
  durationMs: col.optional(col.double),
  pace: col.optional(col.json(pace)),
  counts: col.optional(col.json(counts)),
  unreached: col.optional(col.number),
  partial: col.optional(
    col.json(
      col.record<NonNullable<ScopeRow['partial']>>({
        counts,
        ownerless: col.number,
        reads: col.optional(reads),
        rowsLost: col.optional(rowsLost),
        // A sweep of an earlier version did not count them.
        unreached: col.withDefault(col.number, 0),
      }),
    ),
  ),
  rowsLost: col.optional(col.json(rowsLost)),
  seenOn: col.clearable(col.instant),
  readability: col.optional(col.oneOf(READABILITIES)),
  operatorNotices: col.storedAs(
    'troubles',
    col.optional(
      col.json(
        col.record<OperatorNotices>({
          scopeFailing: operatorNotice,
          readsRefused: operatorNotice,
          ownerless: operatorNotice,
        }),
      ),
    ),
  ),
});

const checksColumns = col.record<Checks>({
  pace: col.optional(col.json(pace)),
  yieldUntil: col.clearable(col.instant),
});

export function openScopes(client: TableClient): Scopes {
  return {
    async get(scope) {
      const row = await find(client, { scope: PARTITION, name: scope });
      return row && toScopeRow(row);
    },
    // The whole row is replaced, which also deletes the columns of absent values.
    save: (row, etag) =>
      saveRow(client, entityOf(PARTITION, row.scope, scopeColumns.write(row)), 'Replace', etag),
    async *all() {
      for await (const row of rowsOf(client, { filter: within(PARTITION, undefined), ahead: true }))
        yield toScopeRow(row);
    },
    async suspects(before) {
      const signs = [
        // Where none has finished it is '', which comes before every instant.
        compare('finishedOn', 'lt', formatInstant(before)),
        compare('rowsLost', 'gt', ''),
        compare('readability', 'eq', 'signIn'),
        'unreached gt 0',
      ];
      const filter = and(within(PARTITION, undefined), `(${signs.join(' or ')})`);
      return (await firstPageOf(client, { filter })).map(toScopeRow);
    },
    async anyReadable(readability) {
      const filter = and(within(PARTITION, undefined), compare('readability', 'eq', readability));
      return (await firstOf(client, { filter, select: [] })) !== undefined;
    },
    async remove(scope) {
      await submit(client, [...deletionsOf(PARTITION, [scope]), ...deletionsOf(CHECKS, [scope])]);
    },
    async checks(scope) {
      const row = await find(client, { scope: CHECKS, name: scope });
      return row && checksColumns.fill({ etag: etagOf(row) }, row);
    },
    async saveChecks(scope, checks, etag) {
      const row = entityOf(CHECKS, scope, checksColumns.write(checks));
      return (await saveRow(client, row, 'Replace', etag)) !== undefined;
    },
    async registryLostOn() {
      return col.instant.read((await find(client, TABLE_LOST))?.timestamp);
    },
    async removalConfirmedOn() {
      return col.instant.read((await find(client, REMOVAL))?.confirmedOn);
    },
    async confirmRemoval(on) {
      const { scope, name } = REMOVAL;
      await client.upsertEntity(entityOf(scope, name, { confirmedOn: formatInstant(on) }), 'Replace');
    },
  };
}

/** Where targets are recorded, the registry was there before; a new installation has lost nothing. The store's own timestamp says when. */
export async function recordRegistryLost(scopes: TableClient, expiries: TableClient): Promise<void> {
  if ((await firstOf(expiries, { select: [] })) === undefined) return;
  await scopes.upsertEntity(entityOf(TABLE_LOST.scope, TABLE_LOST.name), 'Replace');
}

function toScopeRow(row: Row): Stored<ScopeRow> {
  return scopeColumns.fill({ scope: keyOf(row).name, etag: etagOf(row) }, row);
}
