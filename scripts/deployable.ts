/** Everything that is deployed, in one folder or one zip: the bundle, the one for traces, and the two files that the Functions host reads. */
import { copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { zipSync } from 'fflate';
import { name, version } from '../package.json';
import { bundle } from './bundle';

/** Empties the folder and fills it. The answer tells what went into the two bundles. */
export async function writeDeployable(folder: string) {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const { metafile } = await bundle({ outfile: join(folder, 'main.js') });
  const traces = await bundle({ entry: 'telemetry', outfile: join(folder, 'telemetry.js') });
  copyFileSync('host.json', join(folder, 'host.json'));
  // Not the project's own: its scripts and dependencies mean nothing there.
  const description = { name, version, main: 'main.js' };
  writeFileSync(join(folder, 'package.json'), `${JSON.stringify(description, null, 2)}\n`);
  return { outputs: { ...metafile.outputs, ...traces.metafile.outputs } };
}

/** The files of a folder as a zip. Equal files make an equal zip: nothing in it tells when or where it was made. */
export function zipOf(folder: string): Uint8Array {
  const names = readdirSync(folder).sort();
  const files = Object.fromEntries(names.map(name => [name, readFileSync(join(folder, name))]));
  return zipSync(files, { level: 9, mtime: new Date(1980, 0, 1) });
}
