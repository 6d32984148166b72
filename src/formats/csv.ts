/**
 * Writes and reads CSV (RFC 4180). The writer is our own, since it shields formulas and quotes what a spreadsheet would trim. The
 * reader is `csv-parse`, since people's files have many forms of quotes and line ends.
 */
import { CsvError, parse } from 'csv-parse/sync';

/** Texts come from other people and get a shield; numbers and flags come from this app. */
export type Cell = string | number | boolean | null | undefined;

/** The characters that begin a formula, full-width ones too, and the characters that may stand before them. */
const SIGN = /[=+\-@\uff1d\uff0b\uff0d\uff20]/;
const BEFORE = /['\s]/;
/** Begins a cell in a spreadsheet of another dialect, which takes our quotes for text. */
const SEPARATOR = /[;|\t\r\n]/;

/** Puts an apostrophe before everything that a spreadsheet may take for a formula, and before a tab or line break at the start. */
export function shield(text: string): string {
  const starts = formulaStarts(text);
  if (starts.size === 0) return text;
  return text.replace(/./gs, (character, at: number) => (starts.has(at) ? `'${character}` : character));
}

/** Takes off the apostrophes that `shield` put on. */
export function unshield(text: string): string {
  const starts = formulaStarts(text);
  if (starts.size === 0) return text;
  return text.replace(/'/g, (apostrophe, at: number) => (starts.has(at) ? '' : apostrophe));
}

/** The positions where a cell of any dialect begins with a formula. It reads from the end: each character once. */
function formulaStarts(text: string): ReadonlySet<number> {
  const starts = new Set<number>();
  let leads = false;
  for (let at = text.length - 1; at >= 0; at -= 1) {
    const character = text.charAt(at);
    leads = SIGN.test(character) || (leads && BEFORE.test(character));
    if (leads && (at === 0 || SEPARATOR.test(text.charAt(at - 1)))) starts.add(at);
  }
  if (/^'*[\t\r\n]/.test(text)) starts.add(0);
  return starts;
}

/** The header and the rows, each ended by CRLF. */
export function csvOf(header: readonly string[], rows: Iterable<readonly Cell[]>): string {
  const lines = [header.join(',')];
  for (const row of rows) lines.push(row.map(cellText).join(','));
  return `${lines.join('\r\n')}\r\n`;
}

function cellText(cell: Cell): string {
  if (typeof cell !== 'string') return cell === null || cell === undefined ? '' : String(cell);
  const text = shield(cell);
  return /[",;\r\n\t]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

export interface CsvRecord {
  /** The line on which it starts, from 1, as an editor counts; a cell may have many lines. */
  readonly line: number;
  readonly cells: readonly string[];
}

/** Spreadsheets separate cells by one of these, as their language has it. */
const DELIMITERS = [',', ';', '\t'] as const;
/** All of them, since the line that names the separator may end in another way than the others. */
const LINE_ENDS = ['\r\n', '\n', '\r'];
/** A first line that names the delimiter. It may have been saved as a row of cells. */
const DECLARED = /^"?sep=([^"\r\n\w])"?[,;\t]*(?=[\r\n]|$)/i;

/**
 * The records of a file without the empty ones, or the fault of a file with too many records or an open quote. A `sep=` line, or
 * else the first line with a text, says which character separates the cells.
 * @param mostRecords empty records count too, since each of them costs time
 */
export function parseCsv(
  text: string,
  mostRecords: number,
): readonly CsvRecord[] | { readonly fault: string } {
  const records: CsvRecord[] = [];
  let read = 0;
  const tooMany = new Error('the rest is not read');
  const [declaration = '', declared] = DECLARED.exec(text) ?? [];
  const body = text.slice(declaration.length);
  const delimiter = declared ?? likelyDelimiter(body);
  const whole = Buffer.from(body);
  const lineAt = lineCounter(whole);
  const onRecord = (cells: readonly string[], { bytes }: { readonly bytes: number }) => {
    const line = lineAt(bytes);
    read += 1;
    if (read > mostRecords) throw tooMany;
    if (cells.some(cell => cell !== '')) records.push({ line, cells: unwrapped(cells) });
    // The parser need not keep the record.
    return null;
  };
  try {
    parse(body, {
      delimiter,
      record_delimiter: LINE_ENDS,
      relax_column_count: true,
      skip_empty_lines: true,
      on_record: onRecord,
    });
    return records;
  } catch (error) {
    if (error === tooMany)
      return { fault: `a file has at most ${mostRecords} lines; lines of commas alone count too` };
    if (!(error instanceof CsvError)) throw error;
    const line = lineAt(whole.length);
    return {
      fault: `the quotes of the record that starts on line ${line} can't be understood: put quotes around the whole cell, and write a quote inside of it twice`,
    };
  }
}

/** A spreadsheet that expects another separator takes a line for one cell, and saves it so: then the cells are inside of that. */
function unwrapped(cells: readonly string[]): readonly string[] {
  const [whole = '', ...others] = cells;
  const delimiter = likelyDelimiter(whole);
  if (!whole.includes(delimiter) || others.some(cell => cell !== '')) return cells;
  try {
    const [inner = cells, ...more] = parse(whole, { delimiter, relax_column_count: true });
    return more.length === 0 ? inner : cells;
  } catch (error) {
    if (error instanceof CsvError) return cells;
    throw error;
  }
}

/** The delimiter that is most often in the first line with a text, outside of quotes. */
function likelyDelimiter(text: string): string {
  const start = text.search(/[^\s,;"]/);
  const line = text
    .slice(Math.max(0, start))
    .split(/[\r\n]/, 1)
    .join('');
  // The start may be inside quotes: then the quote before it belongs to the line.
  const whole = text.charAt(start - 1) === '"' ? `"${line}` : line;
  const bare = whole.replace(/"[^"]*"?/g, '');
  const count = (delimiter: string) => bare.split(delimiter).length;
  return DELIMITERS.reduce((best, other) => (count(other) > count(best) ? other : best));
}

/**
 * Gives the line on which a record starts. Call it for each record in turn, with the byte where the record ends. The parser's own
 * count of lines is wrong: it counts a CRLF inside quotes twice.
 */
function lineCounter(bytes: Buffer): (end: number) => number {
  let line = 1;
  let start = 0;
  return end => {
    const text = bytes.toString('utf8', start, end);
    const [skipped = ''] = /^[\r\n]*/.exec(text) ?? [];
    const first = line + breaksIn(skipped);
    line += breaksIn(text);
    start = end;
    return first;
  };
}

function breaksIn(text: string): number {
  return text.match(/\r\n|\r|\n/g)?.length ?? 0;
}
