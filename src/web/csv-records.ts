/** The one place that parses CSV: records with the line each starts on, or what keeps the file from being read. */
import { CsvError, parse } from 'csv-parse/sync';
import * as v from 'valibot';

export interface CsvRecord {
  /** From 1, as an editor counts; a cell may span lines. */
  readonly line: number;
  readonly cells: readonly string[];
}

const Records = v.array(v.array(v.string()));

/** @returns the records, empty ones left out; or the fault of a file whose quotes do not close. */
export function parseCsv(
  text: string,
  mostRecords: number,
): readonly CsvRecord[] | { readonly fault: string } {
  /** Where each record ends, in bytes: the parser's own count of lines takes a CRLF inside quotes for two. */
  const ends: number[] = [];
  try {
    const parsed: unknown = parse(text, {
      relax_column_count: true,
      skip_empty_lines: true,
      to: mostRecords,
      on_record: (cells, { bytes }) => {
        ends.push(bytes);
        return cells;
      },
    });
    return withLines(Buffer.from(text), v.parse(Records, parsed), ends);
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    return { fault: error.message.slice(0, 300) };
  }
}

function withLines(bytes: Buffer, parsed: readonly string[][], ends: readonly number[]): CsvRecord[] {
  let line = 1;
  let start = 0;
  const records: CsvRecord[] = [];
  for (const [index, cells] of parsed.entries()) {
    const text = bytes.toString('utf8', start, ends[index]);
    const [skipped = ''] = /^[\r\n]*/.exec(text) ?? [];
    if (cells.some(cell => cell !== '')) records.push({ line: line + breaksIn(skipped), cells });
    line += breaksIn(text);
    start = ends[index] ?? start;
  }
  return records;
}

function breaksIn(text: string): number {
  return text.match(/\r\n|\r|\n/g)?.length ?? 0;
}
