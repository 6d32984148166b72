/** The plan of an import: what each line does to its row, by itself and by the rows that it names in `replacedBy`. */
import { byColumn, type Columns, hintsOf } from '../../core/row';
import { quoted } from '../../formats/invisible';
import { mayBeRewritten, tracesAfter } from '../../formats/spreadsheet';
import type { RowToWrite, Stored } from '../ports';
import { limitFaults } from '../targets/parse-target';
import { type Successors, successorsIn } from '../targets/successors';
import { type ImportLine, meantCells } from './cells';
import { columnsToWrite, type Deps, faultsOf, linkOfRow, type ManagedRow, successorFault } from './row';

export interface LineReport {
  readonly line: number;
  readonly outcome: 'created' | 'updated' | 'unchanged' | 'rejected';
  readonly reason?: string;
  /** What is no fault, and yet worth knowing; absent where there is nothing. */
  readonly hints?: readonly string[];
}

/** A line of the report, and what of the row it goes by. */
export interface ImportedLine extends LineReport {
  /** Of an updated row. */
  readonly update?: {
    /** Differs where anybody changed the row, even so that the line still updates it. */
    readonly etag: string;
    /** What the line writes. */
    readonly columns: Readonly<Record<string, string>>;
  };
}

/** A line, what the report says of it, and what is written for it. */
export interface Plan {
  readonly source: ImportLine;
  readonly report: LineReport;
  readonly write?: RowToWrite;
  /** The row as it is to be; undefined where the line is rejected before that is known. */
  readonly whole?: Columns;
  /** The row as it was; undefined for a new one. */
  readonly known?: Columns;
}

export type KnownRow = Stored<ManagedRow>;

/** The rows of one scope: those that the file has, by name. A row is written only while it still has its etag. */
export interface KnownRows {
  readonly rows: ReadonlyMap<string, KnownRow>;
  /** The names that the file does not have, by what a spreadsheet would leave of them. */
  readonly missing: ReadonlyMap<string, string>;
}

const NO_COLUMNS = byColumn<Columns>(() => '');

/** What a line does to its own row. */
export function planOf(source: ImportLine, { rows, missing }: KnownRows, deps: Deps): Plan {
  const { line, name, fault } = source;
  if (fault !== undefined) return rejected(source, fault);
  const known = rows.get(name);
  const { columns, hints: ofCells } = meantCells(source.columns, known?.columns);
  const original = known ? undefined : originalOf(name, missing);
  if (original !== undefined) return rejected(source, rewrittenId(name, original));
  const whole = { ...(known?.columns ?? NO_COLUMNS), ...columns };
  const written = columnsToWrite(columns, known);
  const faults = [...faultsOf(source, whole, deps), ...lostIn(written)];
  const reason = limitFaults(faults).join('; ') || undefined;
  const found = [...ofCells, ...(known?.lookalikes ?? []), ...hintsOf(whole)];
  const hints = found.length > 0 ? found : undefined;
  // A row that has faults and does not change is no error of this import. The report names its faults.
  if (known && Object.keys(written).length === 0)
    return { source, whole, report: { line, outcome: 'unchanged', reason, hints } };
  if (reason !== undefined) return { ...rejected(source, reason), whole };
  const write = { name, columns: written, etag: known?.etag };
  const report: LineReport = { line, outcome: known ? 'updated' : 'created', hints };
  return { source, report, write, whole, ...(known && { known: known.columns }) };
}

/** A program that read the file in a wrong encoding leaves this character, and nobody knows what was there. */
function lostIn(written: Readonly<Record<string, string>>): string[] {
  return Object.entries(written).flatMap(([column, text]) =>
    text.includes('\ufffd')
      ? `${column}: it holds U+FFFD, which stands for a lost character; type it again`
      : [],
  );
}

/** The registered name of which a spreadsheet may have made this one. */
function originalOf(name: string, missing: KnownRows['missing']): string | undefined {
  const originals = tracesAfter(name).flatMap(trace => missing.get(trace) ?? []);
  return originals.find(original => mayBeRewritten(original, name));
}

function rewrittenId(name: string, original: string): string {
  return `name: ${quoted(name)} would be a new target, while '${original}' is registered and missing in the file. A spreadsheet may have rewritten the id: write '${original}', with the column formatted as text. If it is a new target, PUT it or import both`;
}

export function rejected(source: ImportLine, reason: string): Plan {
  return { source, report: { line: source.line, outcome: 'rejected', reason } };
}

/**
 * The plans of one scope after a look at the successors that lines name anew; those may stand in any line of the file. What a row
 * names already is no fault of its line: the sweep shows it. A line that is rejected registers nothing, so others may fall with it.
 */
export async function withSuccessors(
  scope: string,
  plans: readonly Plan[],
  { tables, kinds }: Deps,
): Promise<readonly Plan[]> {
  const stored = successorsIn(scope, tables, kinds);
  const planned = new Map(plans.filter(({ write }) => write).map(plan => [plan.source.name, plan]));
  const successors: Successors = async name => {
    const row = planned.get(name)?.whole;
    return row ? linkOfRow({ scope, name }, row) : await stored(name);
  };
  const faults = new Map<Plan, string>();
  for (let before = -1; before < faults.size; ) {
    before = faults.size;
    for (const plan of plans) {
      const { source, report, write, whole } = plan;
      const isNew = report.outcome === 'rejected' || write?.columns.replacedBy !== undefined;
      if (!whole || !isNew || faults.has(plan)) continue;
      const fault = await successorFault(source, whole, kinds, successors);
      if (fault === undefined) continue;
      faults.set(plan, fault);
      planned.delete(source.name);
    }
  }
  return plans.map(plan => {
    const reasons = [plan.report.reason, faults.get(plan)].filter(reason => reason !== undefined);
    return faults.has(plan) ? rejected(plan.source, reasons.join('; ')) : plan;
  });
}
