/** Registry rows as JSON in answers: the schemas and the values, both made from the table of columns. */
import * as v from 'valibot';
import { COLUMNS, type JsonValue, type Shape } from '../../core/columns';
import {
  byColumn,
  type ColumnName,
  flagOf,
  hintsOf,
  itemsOf,
  parseColumns,
  shownValue,
  type TargetColumns,
} from '../../core/row';
import type { ManagedRow } from '../../watch/registry/row';
import { described, Integer, listOf } from '../shape';

type Values = Record<ColumnName, JsonValue>;
type Schema = v.GenericSchema<JsonValue>;
type Schemas = Record<ColumnName, Schema>;

const WRITTEN: Readonly<Record<Shape, Schema>> = {
  list: listOf(v.string()),
  text: v.nullable(v.string()),
  flag: v.union([v.boolean(), v.string()]),
};

const PARSED: Readonly<Record<Shape, Schema>> = {
  list: listOf(v.string()),
  text: v.string(),
  flag: v.boolean(),
};

const HINTS = described(
  listOf(v.string()),
  'What is no fault, and yet worth knowing, each `column: what is so`; absent where there is nothing.',
);

export const RowBody = v.object({
  scope: described(v.string(), 'The PartitionKey.'),
  name: described(v.string(), 'The RowKey.'),
  ...byColumn<Schemas>(name => {
    const { shape, description } = COLUMNS[name];
    const more = shape === 'flag' ? ' A text where it is neither true nor false: correct it.' : '';
    return described(WRITTEN[shape], description + more);
  }),
  hints: v.exactOptional(HINTS),
});
export type RowBody = v.InferOutput<typeof RowBody>;

export const RowsBody = v.object({
  items: listOf(RowBody),
  nextCursor: described(v.nullable(v.string()), 'The `cursor` of the next page; null on the last.'),
});

export const ImportBody = v.object({
  lines: listOf(
    v.object({
      line: described(Integer, 'Of the file; the header is line 1.'),
      outcome: v.picklist(['created', 'updated', 'unchanged', 'rejected']),
      reason: v.exactOptional(v.string()),
      hints: v.exactOptional(HINTS),
    }),
  ),
});

/** A row as people wrote it. What can't be parsed is shown too, so that people can correct it. */
export function rowJson({ scope, name, columns, lookalikes }: ManagedRow): RowBody {
  const hints = [...hintsOf(columns), ...lookalikes];
  const values = byColumn<Values>(column => writtenJson(column, columns[column]));
  return { scope, name, ...values, ...(hints.length > 0 && { hints }) };
}

function writtenJson(name: ColumnName, text: string): JsonValue {
  const { shape } = COLUMNS[name];
  if (shape === 'list') return itemsOf(name, text);
  return shape === 'flag' ? (flagOf(name, text) ?? text) : text || null;
}

/** The columns of a parsed row; null is possible where an empty column has no value. */
export const ParsedColumnsBody = byColumn<Schemas>(name => {
  const { shape, description } = COLUMNS[name];
  const isNullable = shownValue(name, parseColumns({}).columns) === null;
  return described(isNullable ? v.nullable(PARSED[shape]) : PARSED[shape], description);
});

export function parsedColumnsJson(columns: TargetColumns): Values {
  return byColumn<Values>(name => shownValue(name, columns));
}
