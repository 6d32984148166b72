/** The folder of `npm start`: only one process uses it at a time, and it keeps values that a restart needs. */
import { existsSync } from 'node:fs';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';

/** Locks a folder for this process. Returns a sentence if another one has it. The lock survives the folder's removal. */
export async function lockFolder(folder: string): Promise<{ release(): Promise<void> } | string> {
  const file = `${folder}.running`;
  await mkdir(dirname(file), { recursive: true });
  const owner = existsSync(file) ? Number(await readFile(file, 'utf8')) : 0;
  if (owner > 0 && owner !== process.pid && isAlive(owner))
    return `npm start runs here already, as process ${owner}: end that one first. If that is another program, delete ${file}.`;
  await writeFile(file, String(process.pid));
  return { release: () => rm(file, { force: true }) };
}

/** Signal 0 reaches no process; it only tells whether the process exists. */
function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    // EPERM: the process exists and belongs to another user.
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

/** The content of a file, which is created with `value` the first time. */
export async function readOrCreate(file: string, value: string): Promise<string> {
  if (existsSync(file)) return (await readFile(file, 'utf8')).trim();
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, value);
  return value;
}
