/** One `npm start` a folder: two would write to the same files, and each would spoil the other's. */
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';

/** @returns what gives the folder free again, or a sentence on who has it. The lock outlasts the folder's removal. */
export async function lockFolder(folder: string): Promise<{ release(): Promise<void> } | string> {
  const file = `${folder}.running`;
  await mkdir(dirname(file), { recursive: true });
  const holder = Number(await readFile(file, 'utf8').catch(whereMissing));
  if (holder > 0 && holder !== process.pid && isAlive(holder))
    return `npm start runs here already, as process ${holder}: end that one first. If that is another program, delete ${file}.`;
  await writeFile(file, String(process.pid));
  return { release: () => rm(file, { force: true }) };
}

function whereMissing(error: unknown): string {
  if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return '';
  throw error;
}

/** Signal 0 reaches nobody, and tells whether somebody is there. */
function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    // Somebody of another user is there all the same.
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
