/** Parses the forms of a target's page: each field comes once, and the row keeps what the person did not edit. */
import { COLUMNS, type Field } from '../../core/columns';
import { byColumn, COLUMN_NAMES, type ColumnName, type Columns, flagOf, isColumn } from '../../core/row';
import { fieldsOf, hasExactly } from '../form';

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

/** The fields of the small forms. `tag`: of the row that the person looked at. */
const SMALL = {
  check: [],
  pause: ['tag'],
  resume: ['tag'],
  remove: ['tag'],
  watchAgain: ['tag'],
  replace: ['tag', 'newId'],
  confirm: ['tag', 'name'],
  snooze: ['owner', 'days', 'reason'],
  unsnooze: ['owner'],
} as const;
type Small = keyof typeof SMALL;

export type Given = Readonly<Record<string, string>>;
export type TargetForm =
  | { readonly act: 'edit'; readonly typed: Typed }
  /** `tag` is '' where the row is gone. */
  | { readonly act: 'undo'; readonly tag: string; readonly columns: Partial<Columns> }
  | { readonly act: Small; readonly given: Given };

/** Undefined for any other form, since a missing field could clear a column. */
export function parseTargetForm(body: string): TargetForm | undefined {
  const given = fieldsOf(body);
  const act = given?.get('act');
  if (!given || act === undefined) return undefined;
  if (act === 'edit') return parseEdit(given);
  if (act === 'undo') return parseUndo(given);
  if (!isSmall(act) || !hasExactly(given, ['act', ...SMALL[act]])) return undefined;
  return { act, given: Object.fromEntries(SMALL[act].map(name => [name, given.get(name) ?? ''])) };
}

function isSmall(act: string): act is Small {
  return Object.hasOwn(SMALL, act);
}

function parseEdit(given: ReadonlyMap<string, string>): TargetForm | undefined {
  const texts = columnTexts(given, ['act', 'tag'], FIELDS);
  return texts && { act: 'edit', typed: { tag: given.get('tag') ?? '', texts } };
}

/**
 * The columns of a form that has these fields, and the fields of these columns; undefined for any other form. A browser does not send
 * a box that is not ticked.
 */
export function columnTexts(
  given: ReadonlyMap<string, string>,
  others: readonly string[],
  fields: readonly FormField[],
): Columns | undefined {
  const boxes = BOXES.filter(box => fields.includes(box));
  if (boxes.some(({ name }) => ![undefined, 'true'].includes(given.get(name)))) return undefined;
  const whole = new Map([...boxes.map(({ name }) => [name, 'false'] as const), ...given]);
  if (!hasExactly(whole, [...others, ...fields.map(({ name }) => name)])) return undefined;
  return textsOf(name => whole.get(name) ?? '');
}

function parseUndo(given: ReadonlyMap<string, string>): TargetForm | undefined {
  const columns: Partial<Record<ColumnName, string>> = {};
  for (const [name, text] of given)
    if (isColumn(name)) columns[name] = text.replaceAll('\r\n', '\n');
    else if (name !== 'act' && name !== 'tag') return undefined;
  const tag = given.get('tag');
  return tag === undefined ? undefined : { act: 'undo', tag, columns };
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
