/** Registry rows from a CSV file, for `npm start -- --registry file.csv`: what can't be read is named with its fault. */
import { readFile } from 'node:fs/promises';
import { CsvError, parse } from 'csv-parse/sync';
import * as v from 'valibot';

export const COLUMNS = [
  'scope',
  'name',
  'owners',
  'thresholds',
  'checkEvery',
  'enabled',
  'displayName',
  'runbook',
  'notes',
  'replacedBy',
] as const;

/** A registry row as a person writes it: the table keys and the columns, all text. */
export interface RegistryLine {
  readonly scope: string;
  readonly name: string;
  readonly columns: Readonly<Record<string, string>>;
}

export interface RegistryFile {
  readonly lines: readonly RegistryLine[];
  readonly faults: readonly string[];
}

const records = v.array(
  v.object({ info: v.object({ lines: v.number() }), record: v.record(v.string(), v.string()) }),
);

export async function readRegistryFile(path: string): Promise<RegistryFile> {
  try {
    return parseRegistryFile(await readFile(path, 'utf8'));
  } catch (error) {
    if (!isFileFault(error)) throw error;
    return { lines: [], faults: [`the file can't be read (${error.code})`] };
  }
}

function isFileFault(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && 'code' in error && /^E[A-Z]+$/.test(String(error.code));
}

export function parseRegistryFile(text: string): RegistryFile {
  const faults: string[] = [];
  const lines: RegistryLine[] = [];
  try {
    const parsed: unknown = parse(text, {
      bom: true,
      columns: header,
      info: true,
      skip_empty_lines: true,
      trim: true,
    });
    for (const { info, record } of v.parse(records, parsed)) {
      const { scope = '', name = '', ...rest } = record;
      if (scope === '' || name === '') faults.push(`line ${info.lines}: scope and name must both be there`);
      else
        lines.push({
          scope,
          name,
          columns: Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== '')),
        });
    }
  } catch (error) {
    if (!(error instanceof CsvError || error instanceof UnknownColumn)) throw error;
    faults.push(error.message);
  }
  return { lines, faults };
}

class UnknownColumn extends Error {}

function header(names: string[]): string[] {
  const unknown = names.filter(name => !COLUMNS.some(column => column === name));
  const missing = ['scope', 'name'].filter(name => !names.includes(name));
  if (unknown.length > 0)
    throw new UnknownColumn(`line 1: unknown columns ${unknown.join(', ')}; there are ${COLUMNS.join(',')}`);
  if (missing.length > 0) throw new UnknownColumn(`line 1: the columns ${missing.join(', ')} are missing`);
  return names;
}
