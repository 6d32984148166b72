/** The files of the project as text, for tests that check the code itself. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export interface SourceFile {
  /** From the project's folder, with `/`. */
  readonly path: string;
  readonly text: string;
}

/** Every TypeScript file in these folders of the project. */
export function filesIn(...folders: string[]): SourceFile[] {
  return folders
    .flatMap(folder => readdirSync(folder, { recursive: true, withFileTypes: true }))
    .filter(entry => entry.isFile() && entry.name.endsWith('.ts'))
    .map(entry => join(entry.parentPath, entry.name).replaceAll('\\', '/'))
    .map(path => ({ path, text: readFileSync(path, 'utf8') }));
}
