/** The registry as a CSV file, both ways: what is exported comes back in an import as it was. */
import { COLUMNS, type Columns } from '../../core/columns';
import { csvOf, unshield } from '../csv';
import { type CsvRecord, parseCsv } from '../csv-records';
import { type Response, withHeaders } from '../problem';
import type { Row } from './columns';

const HEADER = ['scope', 'name', ...COLUMNS] as const;
type Head = (typeof HEADER)[number];

/** More lines than this are no registry by hand, and would cost more memory than they are worth. */
const MOST_LINES = 100_000;

/** One line of a file: the columns that the file has, or why it can't be taken apart. */
export interface Line {
  readonly line: number;
  readonly scope: string;
  readonly name: string;
  readonly columns: Partial<Columns>;
  readonly fault?: string;
}

export async function registryCsv(rows: AsyncIterable<Row>): Promise<Response> {
  const lines: string[][] = [];
  for await (const { scope, name, columns } of rows)
    lines.push([scope, name, ...COLUMNS.map(column => columns[column])]);
  const headers = {
    'content-type': 'text/csv; charset=utf-8; header=present',
    'content-disposition': 'attachment; filename="registry.csv"',
    'cache-control': 'no-store',
  };
  return withHeaders({ status: 200, headers: {}, body: csvOf(HEADER, lines) }, headers);
}

/** A file is refused as a whole when its header or its quotes can't be understood: then nothing of it is safe to take. */
export function parseRegistryCsv(
  text: string,
): { readonly lines: readonly Line[] } | { readonly fault: string } {
  const records = parseCsv(text, MOST_LINES + 1);
  if ('fault' in records) return records;
  const [head, ...rest] = records;
  if (!head) return { fault: `the file is empty; its first line is ${HEADER.join(',')}` };
  const heads = head.cells.map(cell => cell.trim());
  const fault = headerFault(heads);
  return fault ? { fault } : { lines: rest.map(record => lineOf(record, heads)) };
}

function headerFault(heads: readonly string[]): string | undefined {
  const named = (names: readonly string[]) => names.map(name => `'${name.slice(0, 80)}'`).join(', ');
  const unknown = heads.filter(head => !HEADER.some(known => known === head));
  if (unknown.length > 0)
    return `line 1: unknown columns ${named(unknown.slice(0, 50))}; there are ${HEADER.join(',')}`;
  const twice = heads.filter((head, index) => heads.indexOf(head) !== index);
  if (twice.length > 0) return `line 1: the columns ${named(twice.slice(0, 50))} are there twice`;
  const missing = ['scope', 'name'].filter(name => !heads.includes(name));
  return missing.length > 0 ? `line 1: the columns ${named(missing)} are missing` : undefined;
}

function lineOf({ line, cells }: CsvRecord, heads: readonly string[]): Line {
  const cell = (head: Head) => unshield(cells[heads.indexOf(head)] ?? '');
  const known = COLUMNS.filter(column => heads.includes(column));
  const columns: Partial<Columns> = Object.fromEntries(known.map(column => [column, cell(column)]));
  const fault =
    cells.length === heads.length
      ? undefined
      : `it has ${cells.length} cells, and the header ${heads.length}`;
  return { line, scope: cell('scope'), name: cell('name'), columns, ...(fault !== undefined && { fault }) };
}
