/** Prints the notes of one version, for a release: `node --import tsx scripts/release-notes.ts v0.2.0`. The tag must be that of package.json. */
import { readFileSync } from 'node:fs';
import { version } from '../package.json';

/** The lines of CHANGELOG.md below `## {version}`; a date may follow the version. Undefined if there are none. */
export function notesOf(changelog: string, wanted: string): string | undefined {
  const sections = changelog.split(/^## +/m).slice(1);
  const found = sections.find(section => /^\S*/.exec(section)?.[0] === wanted);
  return found?.slice(found.indexOf('\n')).trim() || undefined;
}

function main([tag = '']: readonly string[]): string {
  if (tag !== `v${version}`)
    throw new Error(`The tag '${tag}' is not v${version}, the version of package.json.`);
  const notes = notesOf(readFileSync('CHANGELOG.md', 'utf8'), version);
  if (!notes) throw new Error(`CHANGELOG.md has nothing below "## ${version}".`);
  return notes;
}

if (require.main === module) {
  try {
    console.log(main(process.argv.slice(2)));
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  }
}
