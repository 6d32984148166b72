/** The import of registry rows: every line gets an outcome of its own, and nothing is written that the report does not tell of. */
import { NO_COLUMNS } from '../../core/columns';
import type { Log, RowToWrite, Unwritten } from '../ports';
import { limitFaults } from '../targets/parse-target';
import {
  type Columns,
  faultsOf,
  isUnchanged,
  keyFaults,
  type ManagedRow,
  managedRow,
  type RegistryWatch,
  withoutEmpty,
} from './row';

/** One line of a file: the columns that the file has, or why it could not be taken apart. */
export interface ImportLine {
  readonly line: number;
  readonly scope: string;
  readonly name: string;
  readonly columns: Partial<Columns>;
  readonly fault?: string;
}

export interface LineReport {
  readonly line: number;
  readonly outcome: 'created' | 'updated' | 'unchanged' | 'rejected';
  readonly reason?: string;
}

/** A line and what is to come of it. */
interface Plan {
  readonly source: ImportLine;
  readonly report: LineReport;
  readonly write?: RowToWrite;
}

/** A row as it was read: what is written to it later must find it so. */
interface Known {
  readonly row: ManagedRow;
  readonly etag: string;
}

const MOST_AT_ONCE = 8;
const UNREAD = 'the store failed while this was read; nothing of it was written';
const UNWRITTEN =
  'the store failed while this was written: it may be there or not; import the file again, which repeats nothing';
const WHY: Readonly<Record<Unwritten, string>> = {
  refused: 'the store refuses this row',
  overtaken:
    'another writer changed, removed or made this row in the meantime: it is left as it is; import the file again',
};

/** Rows of which a line is rejected are left as they are; columns that the file does not have are, too. */
export async function importRows(
  lines: readonly ImportLine[],
  dryRun: boolean,
  watch: RegistryWatch,
  log: Log,
): Promise<LineReport[]> {
  const reports: LineReport[][] = [];
  await eachOf(byScope(withDuplicatesNamed(lines)), async ([scope, some]) => {
    const plans = await planFor(scope, some, watch, log);
    const unwritten = dryRun ? new Map<string, string>() : await write(scope, plans, watch, log);
    reports.push(plans.map(plan => reportOf(plan, unwritten)));
  });
  return reports.flat().sort((a, b) => a.line - b.line);
}

/** Side by side, a few at a time: each takes the next when it is through with one. */
async function eachOf<T>(items: Iterable<T>, work: (item: T) => Promise<void>): Promise<void> {
  const left = [...items].values();
  const worker = async () => {
    for (const item of left) await work(item);
  };
  await Promise.all(Array.from({ length: MOST_AT_ONCE }, worker));
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

/** Of two lines about one target the later is rejected: which of them is meant only a person knows. */
function withDuplicatesNamed(lines: readonly ImportLine[]): ImportLine[] {
  const first = new Map<string, number>();
  return lines.map(source => {
    const key = JSON.stringify([source.scope, source.name]);
    const earlier = first.get(key);
    if (source.fault !== undefined) return source;
    if (earlier === undefined) first.set(key, source.line);
    return earlier === undefined ? source : { ...source, fault: `line ${earlier} is about the same target` };
  });
}

async function planFor(
  scope: string,
  lines: readonly ImportLine[],
  watch: RegistryWatch,
  log: Log,
): Promise<Plan[]> {
  // A key that can be none costs no call, and never one that the store would choke on.
  const isSought = lines.some(line => line.fault === undefined && keyFaults(line, watch).length === 0);
  const known = isSought ? await readKnown(scope, lines, watch, log) : new Map<string, Known>();
  return lines.map(source =>
    known ? planOf(source, known.get(source.name), watch) : rejected(source, source.fault ?? UNREAD),
  );
}

/** The rows that lines are about; undefined when they can't be read. */
async function readKnown(
  scope: string,
  lines: readonly ImportLine[],
  { tables }: RegistryWatch,
  log: Log,
): Promise<Map<string, Known> | undefined> {
  const names = new Set(lines.map(({ name }) => name));
  const known = new Map<string, Known>();
  try {
    for await (const { row, etag } of tables.registry.found(scope))
      if (names.has(row.name)) known.set(row.name, { row: managedRow(row), etag });
    return known;
  } catch (error) {
    // Whatever it was: other scopes may be written by now, so the report must come, and tell of this.
    warn(log, `Reading scope '${scope}' for an import`, error);
    return undefined;
  }
}

function planOf(source: ImportLine, known: Known | undefined, watch: RegistryWatch): Plan {
  const { line, name, columns, fault } = source;
  if (fault !== undefined) return rejected(source, fault);
  const wanted = { ...(known?.row.columns ?? NO_COLUMNS), ...columns };
  const reason = limitFaults(faultsOf(source, wanted, watch)).join('; ');
  const why = reason === '' ? {} : { reason };
  // A row that is bad already and stays as it is does no new harm; its faults are told all the same.
  if (known && isUnchanged(columns, known.row))
    return { source, report: { line, outcome: 'unchanged', ...why } };
  if (reason !== '') return rejected(source, reason);
  if (known)
    return { source, report: { line, outcome: 'updated' }, write: { name, columns, etag: known.etag } };
  return { source, report: { line, outcome: 'created' }, write: { name, columns: withoutEmpty(columns) } };
}

function rejected(source: ImportLine, reason: string): Plan {
  return { source, report: { line: source.line, outcome: 'rejected', reason } };
}

/** @returns the names that were not, or may not have been, written, and why. */
async function write(
  scope: string,
  plans: readonly Plan[],
  { tables }: RegistryWatch,
  log: Log,
): Promise<Map<string, string>> {
  const rows = plans.flatMap(plan => plan.write ?? []);
  if (rows.length === 0) return new Map();
  try {
    const unwritten = await tables.registry.write(scope, rows);
    return new Map(Array.from(unwritten, ([name, why]) => [name, WHY[why]]));
  } catch (error) {
    // As above: the report must come.
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
