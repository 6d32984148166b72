/** The scopes table: one row for each scope, written under its etag, so that lease and pace have one writer at a time. */
import type { TableClient } from '@azure/data-tables';
import type { Counts } from '../core/counts';
import type { Pace } from '../core/pace';
import type { ScopeRow, Scopes, Stored, Troubles } from '../watch/ports';
import {
  boolean,
  clearable,
  double,
  etagOf,
  instant,
  json,
  keyOf,
  number,
  optional,
  type Row,
  record,
  text,
} from './columns';
import { find, rowsOf, within } from './pages';
import { keyColumns, saveRow, submit } from './writes';

const PARTITION = 'scope';

const counts = record<Counts>({
  total: number,
  healthy: number,
  expiring: number,
  expired: number,
  unknown: number,
  minted: number,
  failing: number,
  invalid: number,
  pending: number,
});

const trouble = optional(
  record<NonNullable<Troubles['ownerless']>>({
    since: instant,
    put: boolean,
  }),
);

const scopeColumns = record<Omit<ScopeRow, 'scope'>>({
  holder: clearable(text),
  leaseUntil: clearable(instant),
  tick: clearable(instant),
  startedOn: clearable(instant),
  finishedTick: clearable(instant),
  finishedOn: clearable(instant),
  durationMs: optional(double),
  pace: optional(
    json(record<Pace>({ level: number, at: instant, pausedUntil: optional(instant), refusals: number })),
  ),
  counts: optional(json(counts)),
  partial: optional(json(record<NonNullable<ScopeRow['partial']>>({ counts, ownerless: number }))),
  troubles: optional(json(record<Troubles>({ scopeFailing: trouble, ownerless: trouble }))),
});

export function openScopes(client: TableClient): Scopes {
  return {
    async get(scope) {
      const row = await find(client, { scope: PARTITION, name: scope });
      return row && toScopeRow(row);
    },
    // Replaced whole, so that what is absent is gone.
    save: (row, etag) =>
      saveRow(client, { ...keyColumns(PARTITION, row.scope), ...scopeColumns.write(row) }, 'Replace', etag),
    async *all() {
      for await (const row of rowsOf(client, { filter: within(PARTITION, undefined), ahead: true }))
        yield toScopeRow(row);
    },
    async remove(scope) {
      await submit(client, [['delete', keyColumns(PARTITION, scope)]]);
    },
  };
}

function toScopeRow(row: Row): Stored<ScopeRow> {
  return scopeColumns.fill({ scope: keyOf(row).name, etag: etagOf(row) }, row);
}
