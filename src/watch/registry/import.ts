/** The import of registry rows: each line has an outcome of its own, and the report names everything that was written. */
import pMap from 'p-map';
import { byColumn, type Columns, hintsOf } from '../../core/row';
import { quoted } from '../../formats/invisible';
import { mayBeRewritten, tracesAfter, tracesBefore } from '../../formats/spreadsheet';
import type { Log, RegistryRow, RowToWrite, Stored, Unwritten } from '../ports';
import { limitFaults, sourceOf } from '../targets/parse-target';
import { type ImportLine, meantCells, withoutMarks } from './cells';
import { columnsToWrite, type Deps, faultsOf, keyFaults, type ManagedRow, managedRow } from './row';

export interface LineReport {
  readonly line: number;
  readonly outcome: 'created' | 'updated' | 'unchanged' | 'rejected';
  readonly reason?: string;
  /** What is no fault, and yet worth knowing; absent where there is nothing. */
  readonly hints?: readonly string[];
}

/** A line, what the report says of it, and what is written for it. */
interface Plan {
  readonly source: ImportLine;
  readonly report: LineReport;
  readonly write?: RowToWrite;
}

type KnownRow = Stored<ManagedRow>;

/** The rows of one scope: those that the file has, by name. A row is written only while it still has its etag. */
interface KnownRows {
  readonly rows: ReadonlyMap<string, KnownRow>;
  /** The names that the file does not have, by what a spreadsheet would leave of them. */
  readonly missing: ReadonlyMap<string, string>;
}

const SCOPES_AT_ONCE = 8;
const UNREAD = 'the store failed while this scope was read, so nothing was written to it';
const UNWRITTEN =
  'the store failed while this line was written, so it may be there or not; import the file again, which repeats nothing';
const WHY: Readonly<Record<Unwritten, string>> = {
  refused: 'the store refuses this row',
  overtaken:
    'another writer created, changed or removed this row at the same time, so it was left alone; import the file again',
};

const NONE_KNOWN: KnownRows = { rows: new Map(), missing: new Map() };
const NO_COLUMNS = byColumn<Columns>(() => '');

/** A rejected line leaves its row alone, and columns that the file does not have stay as they are. */
export async function importRows(
  lines: readonly ImportLine[],
  dryRun: boolean,
  deps: Deps,
  log: Log,
): Promise<LineReport[]> {
  const importScope = async ([scope, some]: readonly [string, readonly ImportLine[]]) => {
    const plans = await planFor(scope, some, deps, log);
    const unwritten = dryRun ? new Map<string, string>() : await write(scope, plans, deps, log);
    return plans.map(plan => reportOf(plan, unwritten));
  };
  const scopes = byScope(withDuplicatesNamed(await withoutMarks(lines, deps, log)));
  const reports = await pMap(scopes, importScope, { concurrency: SCOPES_AT_ONCE });
  return reports.flat().sort((a, b) => a.line - b.line);
}

function byScope(lines: readonly ImportLine[]): ReadonlyMap<string, readonly ImportLine[]> {
  const scopes = new Map<string, ImportLine[]>();
  for (const source of lines) {
    const some = scopes.get(source.scope);
    if (some) some.push(source);
    else scopes.set(source.scope, [source]);
  }
  return scopes;
}

/** Of two lines for one target the later is rejected: only a person knows which of them is right. */
function withDuplicatesNamed(lines: readonly ImportLine[]): ImportLine[] {
  const first = new Map<string, number>();
  return lines.map(source => {
    const key = JSON.stringify([source.scope, source.name]);
    const earlier = first.get(key);
    if (source.fault !== undefined) return source;
    if (earlier === undefined) first.set(key, source.line);
    return earlier === undefined ? source : { ...source, fault: `line ${earlier} is for the same target` };
  });
}

async function planFor(scope: string, lines: readonly ImportLine[], deps: Deps, log: Log): Promise<Plan[]> {
  // A scope without a possible key is not read: the call would cost time, and the store refuses some keys.
  const mayExist = (line: ImportLine) =>
    line.fault === undefined &&
    (keyFaults(line, deps).length === 0 ||
      (sourceOf(scope, deps.kinds) && tracesAfter(line.name).length > 0));
  const known = lines.some(mayExist) ? await readKnown(scope, lines, deps, log) : NONE_KNOWN;
  return lines.map(source =>
    known ? planOf(source, known, deps) : rejected(source, source.fault ?? UNREAD),
  );
}

/** The rows that the lines are for, and the names that the file does not have; undefined when they can't be read. */
async function readKnown(
  scope: string,
  lines: readonly ImportLine[],
  { tables }: Deps,
  log: Log,
): Promise<KnownRows | undefined> {
  const names = new Set(lines.map(({ name }) => name));
  const rows = new Map<string, KnownRow>();
  const missing = new Map<string, string>();
  try {
    for await (const row of tables.registry.rows(scope))
      if (names.has(row.name)) rows.set(row.name, knownRow(row));
      else for (const trace of tracesBefore(row.name)) missing.set(trace, row.name);
    return { rows, missing };
  } catch (error) {
    // Every error is caught: other scopes may be written already, so the client must get the report.
    warn(log, `Reading scope '${scope}' for an import`, error);
    return undefined;
  }
}

function knownRow(row: Stored<RegistryRow>): KnownRow {
  return { ...managedRow(row), etag: row.etag };
}

function planOf(source: ImportLine, { rows, missing }: KnownRows, deps: Deps): Plan {
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
    return { source, report: { line, outcome: 'unchanged', reason, hints } };
  if (reason !== undefined) return rejected(source, reason);
  const write = { name, columns: written, etag: known?.etag };
  return { source, report: { line, outcome: known ? 'updated' : 'created', hints }, write };
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

function rejected(source: ImportLine, reason: string): Plan {
  return { source, report: { line: source.line, outcome: 'rejected', reason } };
}

/** @returns by name the rows that were not written, or perhaps not, and why */
async function write(
  scope: string,
  plans: readonly Plan[],
  { tables }: Deps,
  log: Log,
): Promise<Map<string, string>> {
  const rows = plans.flatMap(plan => plan.write ?? []);
  if (rows.length === 0) return new Map();
  try {
    const unwritten = await tables.registry.write(scope, rows);
    return new Map(Array.from(unwritten, ([name, why]) => [name, WHY[why]]));
  } catch (error) {
    // Every error is caught: other scopes may be written already.
    warn(log, `Importing into scope '${scope}'`, error);
    return new Map(rows.map(({ name }) => [name, UNWRITTEN]));
  }
}

function warn(log: Log, what: string, error: unknown): void {
  log.warn(`${what} failed: ${error instanceof Error ? error.message : error}`);
}

function reportOf({ source, report, write }: Plan, unwritten: ReadonlyMap<string, string>): LineReport {
  const reason = write ? unwritten.get(source.name) : undefined;
  return reason === undefined ? report : { line: report.line, outcome: 'rejected', reason };
}
