/** Registry rows from a CSV file, for `npm start -- --registry file.csv`: the app's own import route takes the file. */
import { readFile } from 'node:fs/promises';
import * as v from 'valibot';
import { counted } from '../src/formats/when';

const Line = v.object({ line: v.number(), outcome: v.string(), reason: v.optional(v.string(), 'rejected') });
const Report = v.object({ lines: v.array(Line) });
const Problem = v.object({ detail: v.string() });

/** A registry file of which no line was taken; the message is one sentence for the person who wrote the command. */
export class BadRegistryFile extends Error {
  override readonly name = 'BadRegistryFile';
}

/** @throws BadRegistryFile if the file cannot be read */
export async function readRegistryFile(file: string): Promise<Buffer<ArrayBuffer>> {
  try {
    return await readFile(file);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    if (!/^E[A-Z]+$/.test(code)) throw error;
    throw new BadRegistryFile(`--registry: the file '${file}' cannot be read (${code}).`);
  }
}

/**
 * Prints a sentence for each rejected line, and then how many rows were loaded.
 * @throws BadRegistryFile if the app refuses the file as a whole, for example for its header
 */
export async function importRegistry(
  file: string,
  content: Buffer<ArrayBuffer>,
  hostUrl: string,
): Promise<void> {
  const headers = { 'content-type': 'text/csv' };
  const response = await fetch(`${hostUrl}/api/registry/import`, { method: 'POST', headers, body: content });
  const answer: unknown = await response.json();
  if (!response.ok) throw new BadRegistryFile(`--registry: '${file}': ${v.parse(Problem, answer).detail}`);
  const { lines } = v.parse(Report, answer);
  const rejected = lines.filter(({ outcome }) => outcome === 'rejected');
  for (const { line, reason } of rejected) console.error(`${file}: line ${line}: ${reason}`);
  console.log(`${file}: ${counted(lines.length - rejected.length, 'row')} loaded.`);
}
