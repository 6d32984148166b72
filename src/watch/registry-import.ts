/** The import of registry rows: every line gets an outcome of its own, and nothing is written that the report does not tell of. */
import type { Log, RegistryRow } from './ports';
import {
  type Columns,
  faultsOf,
  type ManagedRow,
  managed,
  type RegistryWatch,
  saysTheSame,
  withoutEmpty,
} from './registry-row';

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
  readonly write?: Readonly<Record<string, string>>;
}

const UNWRITTEN =
  'the store failed while this was written: it may be there or not; import the file again, which repeats nothing';

/** Rows of which a line is rejected are left as they are; columns that the file does not have are, too. */
export async function importRows(
  lines: readonly ImportLine[],
  dryRun: boolean,
  watch: RegistryWatch,
  log: Log,
): Promise<LineReport[]> {
  const byScope = new Map<string, ImportLine[]>();
  for (const source of withDuplicatesNamed(lines)) {
    const some = byScope.get(source.scope);
    if (some) some.push(source);
    else byScope.set(source.scope, [source]);
  }
  const reports: LineReport[] = [];
  for (const [scope, some] of byScope) {
    const plans = await planFor(scope, some, watch);
    const unwritten = dryRun ? new Map<string, string>() : await write(scope, plans, watch, log);
    reports.push(...plans.map(plan => reportOf(plan, unwritten)));
  }
  return reports.sort((a, b) => a.line - b.line);
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

async function planFor(scope: string, lines: readonly ImportLine[], watch: RegistryWatch): Promise<Plan[]> {
  const names = new Set(lines.map(({ name }) => name));
  const known = new Map<string, ManagedRow>();
  for await (const row of watch.tables.registry.rows(scope)) {
    if (names.has(row.name)) known.set(row.name, managed(row));
  }
  return lines.map(source => planOf(source, known.get(source.name), watch));
}

function planOf(source: ImportLine, known: ManagedRow | undefined, watch: RegistryWatch): Plan {
  const { line, columns, fault } = source;
  if (fault !== undefined) return { source, report: { line, outcome: 'rejected', reason: fault } };
  const none: RegistryRow = { ...source, identity: undefined, columns: {} };
  const reason = faultsOf(source, { ...(known ?? managed(none)).columns, ...columns }, watch).join('; ');
  const why = reason === '' ? {} : { reason };
  // A row that is bad already and stays as it is does no new harm; its faults are told all the same.
  if (known && saysTheSame(columns, known)) return { source, report: { line, outcome: 'unchanged', ...why } };
  if (reason !== '') return { source, report: { line, outcome: 'rejected', reason } };
  if (known) return { source, report: { line, outcome: 'updated' }, write: columns };
  return { source, report: { line, outcome: 'created' }, write: withoutEmpty(columns) };
}

/** @returns the names that may not have been written, and why. */
async function write(
  scope: string,
  plans: readonly Plan[],
  { tables }: RegistryWatch,
  log: Log,
): Promise<Map<string, string>> {
  const rows = plans.flatMap(({ source: { name }, write }) => (write ? [{ name, columns: write }] : []));
  if (rows.length === 0) return new Map();
  try {
    const refused = await tables.registry.merge(scope, rows);
    return new Map(Array.from(refused, name => [name, 'the store refuses this row']));
  } catch (error) {
    // Whatever it was: other scopes may be written by now, so the report must come, and tell of this.
    log.warn(`Importing into scope '${scope}' failed: ${error instanceof Error ? error.message : error}`);
    return new Map(rows.map(({ name }) => [name, UNWRITTEN]));
  }
}

function reportOf({ source, report, write }: Plan, unwritten: ReadonlyMap<string, string>): LineReport {
  const reason = write ? unwritten.get(source.name) : undefined;
  return reason === undefined ? report : { line: report.line, outcome: 'rejected', reason };
}
