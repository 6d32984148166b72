/** The registry as a CSV file, in both directions: importing an export changes nothing. */
import { COLUMN_NAMES, type Columns, isColumn } from '../../core/row';
import { type CsvRecord, csvOf, parseCsv, unshield } from '../../formats/csv';
import type { ImportLine } from '../../watch/registry/import';
import type { ManagedRow } from '../../watch/registry/row';
import type { Response } from '../problem';

const KEYS = ['scope', 'name'];
const HEADER: readonly string[] = [...KEYS, ...COLUMN_NAMES];

/** No registry kept by hand is longer, and a longer file would need too much memory. */
const MOST_LINES = 100_000;

export async function registryCsv(rows: AsyncIterable<ManagedRow>): Promise<Response> {
  const lines: string[][] = [];
  for await (const { scope, name, columns } of rows)
    lines.push([scope, name, ...COLUMN_NAMES.map(column => columns[column])]);
  const headers = {
    'content-type': 'text/csv; charset=utf-8; header=present',
    'content-disposition': 'attachment; filename="registry.csv"',
    'cache-control': 'no-store',
  };
  return { status: 200, headers, body: csvOf(HEADER, lines) };
}

/** A fault in the header or in quotes refuses the whole file, since no line of it is certain. */
export function parseRegistryCsv(
  text: string,
): { readonly lines: readonly ImportLine[] } | { readonly fault: string } {
  const records = parseCsv(text, MOST_LINES + 1);
  if ('fault' in records) return records;
  const [head, ...rest] = records;
  if (!head) return { fault: `the file is empty; its first line is ${HEADER.join(',')}` };
  const heads = head.cells.map(cell => cell.trim());
  const fault = headerFault(heads);
  return fault ? { fault } : { lines: rest.map(record => lineOf(record, heads)) };
}

function headerFault(heads: readonly string[]): string | undefined {
  const named = (names: readonly string[]) =>
    names
      .slice(0, 50)
      .map(name => `'${name.slice(0, 80)}'`)
      .join(', ');
  const unknown = heads.filter(head => !HEADER.includes(head));
  if (unknown.length > 0)
    return `line 1: unknown columns ${named(unknown)}; the columns are ${HEADER.join(',')}`;
  const twice = heads.filter((head, index) => heads.indexOf(head) !== index);
  if (twice.length > 0) return `line 1: the columns ${named(twice)} are there twice`;
  const missing = KEYS.filter(name => !heads.includes(name));
  return missing.length > 0 ? `line 1: the columns ${named(missing)} are missing` : undefined;
}

function lineOf({ line, cells }: CsvRecord, heads: readonly string[]): ImportLine {
  const cell = (head: string) => unshield(cells[heads.indexOf(head)] ?? '');
  const columns: Partial<Record<keyof Columns, string>> = {};
  for (const head of heads) if (isColumn(head)) columns[head] = cell(head);
  const isWhole = cells.length === heads.length;
  const fault = isWhole ? undefined : `it has ${cells.length} cells; the header has ${heads.length}`;
  return { line, scope: cell('scope'), name: cell('name'), columns, fault };
}
