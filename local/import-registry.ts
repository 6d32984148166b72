/** Registry rows from a CSV file, for `npm start -- --registry file.csv`: the app's own import route takes the file. */
import { readFile } from 'node:fs/promises';
import * as v from 'valibot';

export interface Imported {
  readonly taken: number;
  /** A sentence for the file, or one for each line that was rejected. */
  readonly faults: readonly string[];
}

const Report = v.object({
  lines: v.array(v.object({ line: v.number(), outcome: v.string(), reason: v.optional(v.string()) })),
});
const Problem = v.object({ detail: v.string() });

export async function importRegistry(file: string, hostUrl: string): Promise<Imported> {
  const bytes = await bytesOf(file);
  if (typeof bytes === 'string') return { taken: 0, faults: [bytes] };
  const headers = { 'content-type': 'text/csv' };
  const response = await fetch(`${hostUrl}/api/registry/import`, { method: 'POST', headers, body: bytes });
  const answer: unknown = await response.json();
  if (!response.ok) return { taken: 0, faults: [v.parse(Problem, answer).detail] };
  const { lines } = v.parse(Report, answer);
  const rejected = lines.filter(({ outcome }) => outcome === 'rejected');
  return {
    taken: lines.length - rejected.length,
    faults: rejected.map(({ line, reason = 'rejected' }) => `line ${line}: ${reason}`),
  };
}

/** The file's content, or a sentence that says why it can't be read. */
async function bytesOf(file: string): Promise<Uint8Array<ArrayBuffer> | string> {
  try {
    return new Uint8Array(await readFile(file));
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    if (!/^E[A-Z]+$/.test(code)) throw error;
    return `the file can't be read (${code})`;
  }
}
