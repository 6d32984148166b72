/** The registry row as JSON: its columns as clients know them, and the schema of that. */
import * as v from 'valibot';
import type { Columns } from '../../core/columns';
import type { Key } from '../../core/target';
import { splitList } from '../../formats/duration';
import { described, listOf } from '../shape';

export interface Row extends Key {
  readonly columns: Columns;
}

const TextOrNull = v.nullable(v.string());

export const RowBody = v.object({
  scope: described(v.string(), 'The PartitionKey.'),
  name: described(v.string(), 'The RowKey.'),
  owners: listOf(v.string()),
  thresholds: listOf(v.string()),
  checkEvery: TextOrNull,
  enabled: described(
    v.union([v.boolean(), v.string()]),
    'A text where it is neither true nor false, to be mended.',
  ),
  displayName: TextOrNull,
  runbook: TextOrNull,
  notes: TextOrNull,
  replacedBy: TextOrNull,
});
export type RowBody = v.InferOutput<typeof RowBody>;

export const RowsBody = v.object({
  items: listOf(RowBody),
  nextCursor: described(v.nullable(v.string()), 'The `cursor` of the next page; null on the last.'),
});

export type RowsBody = v.InferOutput<typeof RowsBody>;

export const ImportBody = v.object({
  lines: listOf(
    v.object({
      line: described(v.pipe(v.number(), v.integer()), 'Of the file; the header is line 1.'),
      outcome: v.picklist(['created', 'updated', 'unchanged', 'rejected']),
      reason: v.exactOptional(v.string()),
    }),
  ),
});
export type ImportBody = v.InferOutput<typeof ImportBody>;

/** Lists as arrays, null for none; what is not understood is shown as it stands, to be mended. */
export function rowJson({ scope, name, columns }: Row): RowBody {
  const { owners, thresholds, checkEvery, enabled, displayName, runbook, notes, replacedBy } = columns;
  return {
    scope,
    name,
    owners: splitList(owners),
    thresholds: splitList(thresholds),
    checkEvery: checkEvery || null,
    enabled: enabledJson(enabled),
    displayName: displayName || null,
    runbook: runbook || null,
    notes: notes || null,
    replacedBy: replacedBy || null,
  };
}

function enabledJson(text: string): boolean | string {
  const word = text.trim().toLowerCase();
  if (word === '' || word === 'true') return true;
  return word === 'false' ? false : text;
}
