/** What a person means with the cells of a CSV file: spreadsheets mark texts, translate flags and rewrite what looks like a number. */
import { COLUMNS } from '../../core/columns';
import { COLUMN_NAMES, type ColumnName, type Columns } from '../../core/row';
import { quoted } from '../../formats/invisible';
import { flagWritten, mayBeRewritten } from '../../formats/spreadsheet';
import type { Log } from '../ports';
import type { Deps } from './row';

/** One line of a file: the columns that the file has, or why the line can't be parsed. */
export interface ImportLine {
  readonly line: number;
  readonly scope: string;
  readonly name: string;
  readonly columns: Partial<Columns>;
  readonly fault?: string;
}

/** A spreadsheet's mark of a text that is no number and no formula. */
const MARK = "'";

/**
 * The cells as they are meant, without those that a spreadsheet may have rewritten. What the row has stays as it is.
 * @param known the row as it is; undefined for a new one
 */
export function meantCells(
  cells: Partial<Columns>,
  known: Columns | undefined,
): { readonly columns: Partial<Columns>; readonly hints: readonly string[] } {
  const columns: Partial<Record<ColumnName, string>> = {};
  const hints: string[] = [];
  for (const name of COLUMN_NAMES) {
    const cell = cells[name];
    if (cell === undefined) continue;
    const row = known?.[name] ?? '';
    if (COLUMNS[name].shape !== 'text' || !mayBeRewritten(row, cell))
      columns[name] = cell === row ? cell : meant(name, cell);
    else
      hints.push(
        `${name}: left as ${quoted(row)}, since a spreadsheet may have made ${quoted(cell)} of it; PUT the row to change it`,
      );
  }
  return { columns, hints };
}

function meant(name: ColumnName, cell: string): string {
  const { shape, field } = COLUMNS[name];
  // An apostrophe may begin a sentence.
  if (field?.prose) return cell;
  const text = cell.startsWith(MARK) ? cell.slice(MARK.length) : cell;
  return shape === 'flag' ? (flagWritten(text) ?? text) : text;
}

/** Takes the mark off keys, except off those that a row has. No right key begins with it. */
export async function withoutMarks(
  lines: readonly ImportLine[],
  { tables }: Deps,
  log: Log,
): Promise<readonly ImportLine[]> {
  const marked = lines.filter(({ scope, name }) => scope.startsWith(MARK) || name.startsWith(MARK));
  if (marked.length === 0) return lines;
  const there = new Set<string>();
  try {
    for (const scope of new Set(marked.map(line => line.scope)))
      for await (const row of tables.registry.rows(scope)) there.add(keyText(row));
  } catch (error) {
    // Every error is caught: the import reads the scope again, and reports for each line that it cannot.
    log.warn(`Looking for marked keys failed: ${error instanceof Error ? error.message : error}`);
    return lines;
  }
  const bare = (text: string) => (text.startsWith(MARK) ? text.slice(MARK.length) : text);
  return lines.map(line =>
    there.has(keyText(line)) ? line : { ...line, scope: bare(line.scope), name: bare(line.name) },
  );
}

function keyText({ scope, name }: Pick<ImportLine, 'scope' | 'name'>): string {
  return JSON.stringify([scope, name]);
}
