/** Parses the forms of a target's page: each field comes once, and the row keeps what the person did not edit. */
import { COLUMNS, type Field } from '../../core/columns';
import { byColumn, COLUMN_NAMES, type ColumnName, type Columns, flagOf } from '../../core/row';

export interface FormField extends Field {
  readonly name: ColumnName;
  readonly longest: number;
  readonly hint: string;
}

/** The fields of the edit form, in its order. */
export const FIELDS: readonly FormField[] = COLUMN_NAMES.flatMap(name => {
  const { field, longest, description } = COLUMNS[name];
  return field ? [{ ...field, name, longest, hint: description }] : [];
}).sort((a, b) => a.position - b.position);

const BOXES = FIELDS.filter(({ control }) => control === 'box');

export interface Typed {
  /** The tag of the row that was edited. */
  readonly tag: string;
  /** As the fields show them: `true` or `false` for a box, '' for a column without a field. */
  readonly texts: Columns;
}

type TargetForm = { readonly act: 'check' } | { readonly act: 'edit'; readonly typed: Typed };

/** Undefined for any other form, since a missing field could clear a column. */
export function parseTargetForm(body: string): TargetForm | undefined {
  const entries = [...new URLSearchParams(body)];
  const given = new Map(entries);
  if (given.size !== entries.length) return undefined;
  const act = given.get('act');
  if (act === 'check') return given.size === 1 ? { act } : undefined;
  if (act !== 'edit' || BOXES.some(({ name }) => ![undefined, 'true'].includes(given.get(name))))
    return undefined;
  // A browser does not send a box that is not ticked.
  for (const { name } of BOXES) if (!given.has(name)) given.set(name, 'false');
  const expected = ['act', 'tag', ...FIELDS.map(({ name }) => name)];
  if (given.size !== expected.length || !expected.every(name => given.has(name))) return undefined;
  return { act, typed: { tag: given.get('tag') ?? '', texts: textsOf(name => given.get(name) ?? '') } };
}

/** What the form shows of a row before anyone types. */
export function asTyped({ columns, tag }: { readonly columns: Columns; readonly tag: string }): Typed {
  return { tag, texts: textsOf(name => columns[name]) };
}

/** The edited row. A field that was not changed keeps the row's spelling, which a browser may not send back. */
export function edited({ texts }: Typed, now: Columns): Columns {
  const shown = textsOf(name => now[name]);
  const changes = FIELDS.filter(({ name, control }) => {
    const isUnclear = control === 'box' && flagOf(name, now[name]) === undefined;
    return texts[name] !== shown[name] || isUnclear;
  });
  return { ...now, ...Object.fromEntries(changes.map(({ name }) => [name, texts[name].trim()])) };
}

function textsOf(text: (name: ColumnName) => string): Columns {
  return byColumn<Columns>(name => {
    const field = FIELDS.find(one => one.name === name);
    return field ? asShown(field, text(name)) : '';
  });
}

/** The text that a browser sends back: with its own line ends or none, and without characters that it can't send. */
function asShown({ name, control }: FormField, text: string): string {
  // A flag that is unclear counts as on, as it does for the sweep.
  if (control === 'box') return String(flagOf(name, text) ?? true);
  return Buffer.from(text)
    .toString()
    .replaceAll('\0', '\uFFFD')
    .replace(/\r\n|\r|\n/g, control === 'area' ? '\n' : ' ');
}
