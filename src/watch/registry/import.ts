/** The import of registry rows: each line has an outcome of its own, and the report names everything that was written. */
import pMap from 'p-map';
import type { Actor } from '../../core/history';
import { tracesAfter, tracesBefore } from '../../formats/spreadsheet';
import type { Log, RegistryRow, Stored, Unwritten } from '../ports';
import { sourceOf } from '../targets/parse-target';
import { type ImportLine, withoutMarks } from './cells';
import {
  type ImportedLine,
  type KnownRow,
  type KnownRows,
  type Plan,
  planOf,
  rejected,
  withSuccessors,
} from './import-plan';
import { type Deps, keyFaults, managedRow, type WriteDeps } from './row';
import { addedEvent, BY_API, changedEvent } from './row-events';

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

/** A rejected line leaves its row alone, and columns that the file does not have stay as they are. */
export async function importRows(
  lines: readonly ImportLine[],
  dryRun: boolean,
  deps: WriteDeps,
  log: Log,
  actor: Actor = BY_API,
): Promise<ImportedLine[]> {
  const importScope = async ([scope, some]: readonly [string, readonly ImportLine[]]) => {
    const plans = await planFor(scope, some, deps, log);
    const unwritten = dryRun ? new Map<string, string>() : await write(scope, plans, deps, log);
    if (!dryRun) await addHistory(scope, plans, unwritten, deps, actor);
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

async function planFor(
  scope: string,
  lines: readonly ImportLine[],
  deps: Deps,
  log: Log,
): Promise<readonly Plan[]> {
  // A scope without a possible key is not read: the call would cost time, and the store refuses some keys.
  const mayExist = (line: ImportLine) =>
    line.fault === undefined &&
    (keyFaults(line, deps).length === 0 ||
      (sourceOf(scope, deps.kinds) && tracesAfter(line.name).length > 0));
  const known = lines.some(mayExist) ? await readKnown(scope, lines, deps, log) : NONE_KNOWN;
  const unread = () => lines.map(source => rejected(source, source.fault ?? UNREAD));
  if (!known) return unread();
  const plans = lines.map(source => planOf(source, known, deps));
  try {
    return await withSuccessors(scope, plans, deps);
  } catch (error) {
    // As in `readKnown`.
    warn(log, `Reading scope '${scope}' for an import`, error);
    return unread();
  }
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

/** One line for each row that was written. */
async function addHistory(
  scope: string,
  plans: readonly Plan[],
  unwritten: ReadonlyMap<string, string>,
  { tables, clock }: WriteDeps,
  actor: Actor,
): Promise<void> {
  const now = clock.now();
  const events = plans.flatMap(({ write, known }) => {
    if (!write || unwritten.has(write.name)) return [];
    const event = known ? changedEvent(known, write.columns, actor, now) : addedEvent(actor, now);
    return [{ scope, name: write.name, event }];
  });
  if (events.length > 0) await tables.history.add(events);
}

function warn(log: Log, what: string, error: unknown): void {
  log.warn(`${what} failed: ${error instanceof Error ? error.message : error}`);
}

function reportOf({ source, report, write }: Plan, unwritten: ReadonlyMap<string, string>): ImportedLine {
  const reason = write ? unwritten.get(source.name) : undefined;
  if (reason !== undefined) return { line: report.line, outcome: 'rejected', reason };
  if (write?.etag === undefined) return report;
  return { ...report, update: { etag: write.etag, columns: write.columns } };
}
