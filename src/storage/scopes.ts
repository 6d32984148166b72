/** The scopes table: one row for each scope, written under its etag, so that lease and pace have one writer at a time. */
import type { TableClient } from '@azure/data-tables';
import { NO_COUNTS } from '../core/counts';
import type { Pace } from '../core/pace';
import type { Checks, OperatorNotices, ScopeRow, Scopes, Stored } from '../watch/ports';
import * as col from './columns';
import { etagOf, keyOf, type Row } from './columns';
import { find, rowsOf, within } from './pages';
import { deletionsOf, entityOf, saveRow, submit } from './writes';

const PARTITION = 'scope';
const CHECKS = 'check';

const counts = col.recordOf(NO_COUNTS, col.number);

const operatorNotice = col.optional(
  col.record<NonNullable<OperatorNotices['ownerless']>>({ since: col.instant, put: col.boolean }),
);

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
        // A sweep of an earlier version did not count them.
        unreached: col.withDefault(col.number, 0),
      }),
    ),
  ),
  operatorNotices: col.storedAs(
    'troubles',
    col.optional(
      col.json(col.record<OperatorNotices>({ scopeFailing: operatorNotice, ownerless: operatorNotice })),
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
  };
}

function toScopeRow(row: Row): Stored<ScopeRow> {
  return scopeColumns.fill({ scope: keyOf(row).name, etag: etagOf(row) }, row);
}
