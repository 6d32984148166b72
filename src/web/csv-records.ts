/** The one place that parses CSV: records with the line each starts on, or what keeps the file from being read. */
import { CsvError, parse } from 'csv-parse/sync';

export interface CsvRecord {
  /** From 1, as an editor counts; a cell may span lines. */
  readonly line: number;
  readonly cells: readonly string[];
}

/**
 * @param mostRecords those without content count, too: each costs time
 * @returns the records, those without content left out; or the fault of a file that has more, or whose quotes do not close.
 */
export function parseCsv(
  text: string,
  mostRecords: number,
): readonly CsvRecord[] | { readonly fault: string } {
  const records: CsvRecord[] = [];
  let read = 0;
  const tooMany = new Error('the rest is not read');
  const lineAt = lineCounter(Buffer.from(text));
  const onRecord = (cells: readonly string[], { bytes }: { readonly bytes: number }) => {
    const line = lineAt(bytes);
    read += 1;
    if (read > mostRecords) throw tooMany;
    if (cells.some(cell => cell !== '')) records.push({ line, cells });
    // Nothing for the parser to keep.
    return null;
  };
  try {
    parse(text, { relax_column_count: true, skip_empty_lines: true, on_record: onRecord });
    return records;
  } catch (error) {
    if (error === tooMany)
      return { fault: `a file has at most ${mostRecords} lines, those of commas alone included` };
    if (!(error instanceof CsvError)) throw error;
    return { fault: error.message.slice(0, 300) };
  }
}

/**
 * The line on which a record starts, asked for each in turn by the byte where it ends: the parser's own count of lines takes a
 * CRLF inside quotes for two.
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
