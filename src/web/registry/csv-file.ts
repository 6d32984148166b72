/** The registry as a CSV file, in both directions: importing an export changes nothing, also after a spreadsheet saved it. */
import { lookalikeOf } from '../../core/lookalikes';
import { COLUMN_NAMES, type Columns, isColumn } from '../../core/row';
import { type CsvRecord, csvOf, parseCsv, unshield } from '../../formats/csv';
import { quoted, trimmed } from '../../formats/invisible';
import type { ImportLine } from '../../watch/registry/cells';
import type { ManagedRow } from '../../watch/registry/row';
import type { Response } from '../problem';

const KEYS = ['scope', 'name'];
export const HEADER: readonly string[] = [...KEYS, ...COLUMN_NAMES];

/** A file that a person may begin with: the columns that most rows need. */
export const EXAMPLE = `scope,name,owners,displayName
iotCentralToken:contoso.azureiotcentral.com,gateway-prod,ada@example.com,Gateway (prod)
containerApp:651f8027-33e8-4ec4-97b4-f6e9f3dc8744,rg-shop:shop-worker,"ada@example.com, grace@example.com",Shop worker`;

/** With it, Excel reads the file as UTF-8. */
const BYTE_ORDER_MARK = '\ufeff';
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
  return { status: 200, headers, body: BYTE_ORDER_MARK + csvOf(HEADER, lines) };
}

/** A fault in the header or in quotes refuses the whole file, since no line of it is certain. */
export function parseRegistryCsv(
  text: string,
): { readonly lines: readonly ImportLine[] } | { readonly fault: string } {
  // Some programs put a second byte order mark before the one that is there.
  const records = parseCsv(text.replace(/^\ufeff+/, ''), MOST_LINES + 1);
  if ('fault' in records) return records;
  // Spreadsheets save blank lines as well.
  const [head, ...rest] = records.filter(({ cells }) => cells.some(cell => trimmed(cell) !== ''));
  if (!head) return { fault: `the file is empty; its first line is ${HEADER.join(',')}` };
  const heads = head.cells.map(columnNamed);
  const fault = headerFault(heads);
  return fault
    ? { fault: `line ${head.line}: ${fault}` }
    : { lines: rest.map(record => lineOf(record, heads)) };
}

/** The column that a cell of the header names, in any case; other texts as they are. */
function columnNamed(cell: string): string {
  const text = trimmed(unshield(cell).replace(/^'/, ''));
  return HEADER.find(name => name.toLowerCase() === text.toLowerCase()) ?? text;
}

/** Columns without a name are no fault of the header: spreadsheets save blank ones. */
function headerFault(heads: readonly string[]): string | undefined {
  const named = (names: readonly string[]) =>
    names
      .slice(0, 50)
      .map(name => {
        const meant = lookalikeOf(name);
        return quoted(name) + (meant && !HEADER.includes(name) ? ` (did you mean ${meant}?)` : '');
      })
      .join(', ');
  const unknown = heads.filter(head => head !== '' && !HEADER.includes(head));
  if (unknown.length > 0) return `unknown columns ${named(unknown)}; the columns are ${HEADER.join(',')}`;
  const twice = heads.filter((head, index) => head !== '' && heads.indexOf(head) !== index);
  if (twice.length > 0) return `the columns ${named(twice)} are there twice`;
  const missing = KEYS.filter(name => !heads.includes(name));
  return missing.length > 0 ? `the columns ${named(missing)} are missing` : undefined;
}

function lineOf({ line, cells }: CsvRecord, heads: readonly string[]): ImportLine {
  const cell = (head: string) => unshield(cells[heads.indexOf(head)] ?? '');
  const columns: Partial<Record<keyof Columns, string>> = {};
  for (const head of heads) if (isColumn(head)) columns[head] = cell(head);
  return { line, scope: cell('scope'), name: cell('name'), columns, fault: strayFault(cells, heads) };
}

/** A spreadsheet leaves out blank cells at the end of a line, or adds some. A text without a column may be in the wrong place. */
function strayFault(cells: readonly string[], heads: readonly string[]): string | undefined {
  const stray = cells.findIndex((cell, index) => !heads[index] && trimmed(cell) !== '');
  if (stray < 0) return undefined;
  return `cell ${stray + 1} holds a text, but the header names no column there; name it, or empty the cell`;
}
