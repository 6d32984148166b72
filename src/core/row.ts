/** A registry row by its columns: as the texts that people write, parsed, compared, and as a successor takes them over. */
import { trimmed, unseenIn } from '../formats/invisible';
import { splitList } from '../formats/text';
import { byName } from './by-name';
import { COLUMNS, type Column, type Parsed } from './columns';

export type ColumnName = keyof typeof COLUMNS;

/** The known columns as people write them; '' for none. */
export type Columns = Readonly<Record<ColumnName, string>>;

/** The known columns, parsed; what a fault makes unusable is left out. `checkEvery` is in milliseconds. */
export type TargetColumns = {
  readonly [N in ColumnName]: (typeof COLUMNS)[N] extends Column<infer V> ? V : never;
};

export interface ParsedColumns {
  readonly columns: TargetColumns;
  /** Each names the column and the fix. */
  readonly faults: readonly string[];
}

/** The table again, so that the compiler sees which value belongs to which name. */
const RULES: { readonly [N in ColumnName]: Column<TargetColumns[N]> } = COLUMNS;

export const COLUMN_NAMES: readonly ColumnName[] = Object.keys(COLUMNS).filter(isColumn);

/** Stands for a value that is not text, so that people see that there is one. No list, flag or duration can be spelt so. */
export const UNREADABLE = '(unreadable)';

/** Characters that end a line in some formats and that people do not type on purpose. */
const SEPARATORS = /[\u0085\u2028\u2029]/g;

export function isColumn(name: string): name is ColumnName {
  return Object.hasOwn(COLUMNS, name);
}

/** An object with a value for each column, in the table's order. */
export function byColumn<T extends Readonly<Record<ColumnName, unknown>>>(
  partOf: <N extends ColumnName>(name: N) => T[N],
): T {
  return byName<ColumnName, T>(COLUMN_NAMES, partOf);
}

/**
 * A column as the text that a person would write: other tools give columns other types. '' for none; undefined for a value
 * that is not text, a number, a flag or a date.
 */
export function textOf(value: unknown): string | undefined {
  if (value === undefined || value === null) return '';
  if (typeof value === 'string') return value;
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? undefined : value.toISOString();
  const isPlain = typeof value === 'number' || typeof value === 'boolean' || typeof value === 'bigint';
  return isPlain ? `${value}` : undefined;
}

/** The known columns of a stored row. */
export function textsOf(row: Readonly<Record<string, unknown>>): Columns {
  return byColumn<Columns>(name => textOf(row[name]) ?? UNREADABLE);
}

/** Parses every column by itself: a fault in one never hides another. */
export function parseColumns(row: Readonly<Record<string, unknown>>): ParsedColumns {
  const faults: string[] = [];
  const columns = byColumn<TargetColumns>(name => {
    const parsed = parseColumn(RULES[name], row[name]);
    faults.push(...parsed.faults.map(fault => `${name}: ${fault}`));
    return parsed.value;
  });
  return { columns, faults };
}

/** What people should know of a row without its being a fault, each `column: what is so`. */
export function hintsOf(row: Readonly<Record<string, unknown>>): readonly string[] {
  const hint = <N extends ColumnName>(name: N) =>
    RULES[name].hint?.(parseColumn(RULES[name], row[name]).value);
  return COLUMN_NAMES.flatMap(name => {
    const words = hint(name);
    return words === undefined ? [] : [`${name}: ${words}`];
  });
}

/** The parsed value of a column, as clients of the API see it. */
export function shownValue(name: ColumnName, columns: TargetColumns) {
  const show = <N extends ColumnName>(which: N) => RULES[which].show(columns[which]);
  return show(name);
}

/** The wanted columns that say something else than the row does. The others keep their spelling when these are written. */
export function changesOf(wanted: Partial<Columns>, row: Columns): Record<string, string> {
  const changes: Record<string, string> = {};
  for (const name of COLUMN_NAMES) {
    const text = wanted[name];
    if (text !== undefined && normal(name, text) !== normal(name, row[name])) changes[name] = text;
  }
  return changes;
}

/** What the row of a successor starts with. */
export function takenOver(row: Readonly<Record<string, unknown>>): Record<string, string> {
  const texts: Record<string, string> = {};
  for (const name of COLUMN_NAMES) {
    const text = textOf(row[name]);
    if (COLUMNS[name].takenOver && text) texts[name] = text;
  }
  return texts;
}

/** The items of a list as the row has them. */
export function itemsOf(name: ColumnName, text: string): string[] {
  const { split = splitList } = COLUMNS[name];
  return split(text);
}

/** The flag that a text spells; undefined for any other text. */
export function flagOf(name: ColumnName, text: string): boolean | undefined {
  const word = normal(name, text);
  return word === 'true' || (word === 'false' ? false : undefined);
}

function parseColumn<V>(column: Column<V>, value: unknown): Parsed<V> {
  const text = textOf(value);
  if (text !== undefined && text.length <= column.longest)
    return column.keepsInvisible ? column.parse(bare(text).trim()) : parseVisible(column, text);
  const faults =
    column.shape === 'flag'
      ? column.parse(UNREADABLE).faults
      : [`write a text of at most ${column.longest} characters`];
  return { value: column.parse('').value, faults };
}

/** Invisible characters at the ends are dropped. What a text that is not understood holds and nobody sees is named. */
function parseVisible<V>(column: Column<V>, text: string): Parsed<V> {
  const { value, faults } = column.parse(trimmed(bare(text)));
  const unseen = faults.length > 0 ? unseenIn(text) : undefined;
  return { value, faults: unseen === undefined ? faults : [...faults, unseen] };
}

function bare(text: string): string {
  return text.replace(SEPARATORS, ' ');
}

/** The one spelling of everything that means the same. */
function normal(name: ColumnName, text: string): string {
  const { shape, default: empty = '', keepsInvisible } = COLUMNS[name];
  if (shape === 'list') return itemsOf(name, text).join(' ');
  if (shape === 'flag') return trimmed(text).toLowerCase() || empty;
  // A spreadsheet saves a line end in a cell as one character.
  return (keepsInvisible ? text.trim() : trimmed(text)).replace(/\r\n?/g, '\n');
}
