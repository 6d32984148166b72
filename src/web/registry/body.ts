/** The body of `PUT registry/{scope}/{name}`: JSON taken apart by one schema; what it spoils is named, and the rest goes on. */
import * as v from 'valibot';
import { COLUMNS, type Column, type Columns, NO_COLUMNS } from '../../core/columns';
import type { Key } from '../../core/target';
import { parseJson } from '../../formats/json';
import type { Fault } from '../problem';
import { described } from '../shape';

/** Items of a list hold none of what separates them. */
const list = (what: string) => v.array(v.pipe(v.string(what), v.regex(/^[^\s,;]+$/, what)), what);
const textOrNull = v.nullish(v.string('a text or null'));

/** One schema a member, so that one bad member never hides another. */
export const MEMBERS = {
  owners: v.nullish(list('an array of mail addresses')),
  thresholds: v.nullish(list('an array of texts such as "30d", "20%", "0" or "-7d"')),
  checkEvery: textOrNull,
  enabled: v.nullish(v.boolean('true or false')),
  displayName: textOrNull,
  runbook: textOrNull,
  notes: textOrNull,
  replacedBy: textOrNull,
} as const;

/** What clients are told of the body. */
export const RowContent = v.object({
  scope: v.exactOptional(described(v.string(), 'As in the path, if at all.')),
  name: v.exactOptional(described(v.string(), 'As in the path, if at all.')),
  ...MEMBERS,
});

export interface WantedRow {
  readonly columns: Columns;
  /** Each `member: what to do`. */
  readonly faults: readonly string[];
}

/** @returns undefined for what is no JSON object. `scope` and `name`, which a GET answers, may stand in it as in the path. */
export function parseRowBody(text: string, key: Key): WantedRow | undefined {
  const members = membersOf(parseJson(text));
  if (!members) return undefined;
  const faults: string[] = [];
  const columns: Record<Column, string> = { ...NO_COLUMNS };
  for (const column of COLUMNS) columns[column] = columnText(column, members.get(column), faults);
  for (const [member, value] of members) faults.push(...strayFaults(member, value, key));
  return { columns, faults };
}

/** Every member, `__proto__` and the like among them, which a schema of a record passes over. */
function membersOf(body: unknown): ReadonlyMap<string, unknown> | undefined {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) return undefined;
  return new Map<string, unknown>(Object.entries(body));
}

function columnText(column: Column, value: unknown, faults: string[]): string {
  const parsed = v.safeParse(MEMBERS[column], value);
  if (!parsed.success) {
    faults.push(...new Set(parsed.issues.map(({ message }) => `${column}: ${message}`)));
    return '';
  }
  const { output } = parsed;
  return Array.isArray(output) ? output.join(' ') : String(output ?? '');
}

function strayFaults(member: string, value: unknown, key: Key): string[] {
  if (COLUMNS.some(column => column === member)) return [];
  if (member === 'scope' || member === 'name')
    return value === key[member] ? [] : [`${member}: leave it out, or write it as in the path`];
  return [`${member.slice(0, 100)}: there is no such column; there are ${COLUMNS.join(', ')}`];
}

/** A fault as the watch words it, by its column; how many more there are is said of the row. */
export function faultOf(text: string): Fault {
  const end = text.indexOf(': ');
  if (end < 0) return { parameter: 'row', detail: text };
  return { parameter: text.slice(0, end), detail: text.slice(end + 2) };
}
