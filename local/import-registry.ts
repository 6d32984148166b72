/** Registry rows from a CSV file, for `npm start -- --registry file.csv`: the app's own import route takes the file. */
import { readFile } from 'node:fs/promises';
import * as v from 'valibot';

const Line = v.object({ line: v.number(), outcome: v.string(), reason: v.optional(v.string(), 'rejected') });
const Report = v.object({ lines: v.array(Line) });
const Problem = v.object({ detail: v.string() });

/** Prints a sentence for the file, or one for each rejected line, and then how many rows were loaded. */
export async function importRegistry(file: string, hostUrl: string): Promise<void> {
  const { lines, fault } = await sendFile(file, hostUrl);
  const rejected = lines.filter(({ outcome }) => outcome === 'rejected');
  if (fault !== undefined) console.error(`${file}: ${fault}`);
  for (const { line, reason } of rejected) console.error(`${file}: line ${line}: ${reason}`);
  console.log(`${file}: ${lines.length - rejected.length} rows loaded.`);
}

/** What the app answers for each line, or a sentence that says why it took no line. */
async function sendFile(
  file: string,
  hostUrl: string,
): Promise<{ lines: v.InferOutput<typeof Line>[]; fault?: string }> {
  let body: Buffer<ArrayBuffer>;
  try {
    body = await readFile(file);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    if (!/^E[A-Z]+$/.test(code)) throw error;
    return { lines: [], fault: `the file can't be read (${code})` };
  }
  const headers = { 'content-type': 'text/csv' };
  const response = await fetch(`${hostUrl}/api/registry/import`, { method: 'POST', headers, body });
  const answer: unknown = await response.json();
  return response.ok ? v.parse(Report, answer) : { lines: [], fault: v.parse(Problem, answer).detail };
}
