/** The body of `PUT registry/{scope}/{name}`: one schema for each member, so that every bad one is named. */
import * as v from 'valibot';
import { COLUMNS, type JsonValue, type Shape } from '../../core/columns';
import { lookalikeOf } from '../../core/lookalikes';
import { byColumn, COLUMN_NAMES, type ColumnName, type Columns, isColumn, itemsOf } from '../../core/row';
import type { Key } from '../../core/target';
import { quoted } from '../../formats/invisible';
import { parseJson } from '../../formats/json';
import type { Wanted } from '../../watch/registry/rows';
import type { Fault } from '../problem';
import { described } from '../shape';

type Schema = v.GenericSchema<JsonValue | undefined>;

const SCHEMAS: Readonly<Record<Shape, (items: string) => Schema>> = {
  list: items => {
    const what = `write an array of ${items}`;
    return v.nullish(v.array(v.string(what), what));
  },
  text: () => v.nullish(v.string('write a text or null')),
  flag: () => v.nullish(v.boolean('write true or false')),
};

const MEMBERS = byColumn<Record<ColumnName, Schema>>(name => {
  const { shape, items = 'texts', description } = COLUMNS[name];
  return described(SCHEMAS[shape](items), description);
});

/** The body as clients see it in the OpenAPI document. */
export const RowContent = v.object({
  scope: v.exactOptional(described(v.string(), 'As in the path; may be left out.')),
  name: v.exactOptional(described(v.string(), 'As in the path; may be left out.')),
  hints: v.exactOptional(described(v.unknown(), 'As in the answers; ignored.')),
  ...MEMBERS,
});

/** Undefined for a text that is not a JSON object. The body may repeat `scope` and `name` of the path, since a GET answers them. */
export function parseRowBody(text: string, key: Key): Wanted | undefined {
  const body = parseJson(text);
  if (typeof body !== 'object' || body === null || Array.isArray(body)) return undefined;
  // Every member, also `__proto__`, which a schema of a record ignores.
  const members = new Map<string, unknown>(Object.entries(body));
  const faults: string[] = [];
  const columns = byColumn<Columns>(name => columnText(name, members.get(name), faults));
  for (const [member, value] of members) faults.push(...strayFaults(member, value, key));
  return { columns, faults };
}

function columnText(name: ColumnName, value: unknown, faults: string[]): string {
  const parsed = v.safeParse(MEMBERS[name], value);
  if (!parsed.success) {
    faults.push(...new Set(parsed.issues.map(({ message }) => `${name}: ${message}`)));
    return '';
  }
  const { output } = parsed;
  if (!Array.isArray(output)) return String(output ?? '');
  return output.map(item => itemText(name, item, faults)).join(' ');
}

/** An address may come with a name, and blanks around it: what is left of it must be one item. */
function itemText(name: ColumnName, item: string, faults: string[]): string {
  // The semicolon ends the item, so a comma before it belongs to a name.
  const [only = '', ...others] = itemsOf(name, `${item};`);
  if (only === '' || others.length > 0)
    faults.push(
      `${name}: ${quoted(item)} is not one item; write an array of ${COLUMNS[name].items ?? 'texts'}`,
    );
  return only;
}

function strayFaults(member: string, value: unknown, key: Key): string[] {
  // A client may send back what it was answered.
  if (isColumn(member) || member === 'hints') return [];
  if (member === 'scope' || member === 'name')
    return value === key[member] ? [] : [`${member}: leave it out, or write it as in the path`];
  const meant = lookalikeOf(member);
  if (meant) return [`${member.slice(0, 100)}: there is no such column; did you mean ${meant}?`];
  return [`${member.slice(0, 100)}: there is no such column; the columns are ${COLUMN_NAMES.join(', ')}`];
}

/** Splits a fault of the form `column: what to do`. A fault without a column belongs to the parameter `row`. */
export function faultOf(text: string): Fault {
  const end = text.indexOf(': ');
  if (end < 0) return { parameter: 'row', detail: text };
  return { parameter: text.slice(0, end), detail: text.slice(end + 2) };
}
