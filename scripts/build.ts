/** `npm run build`: fills `dist/` with everything that is deployed, and prints the size of the bundle. */
import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { writeDeployable } from './deployable';

async function main(): Promise<void> {
  await writeDeployable('dist');
  const code = readFileSync('dist/main.js');
  const kib = (bytes: Buffer) => `${Math.round(bytes.length / 1024)} KiB`;
  console.log(`dist/main.js: ${kib(code)}, ${kib(gzipSync(code, { level: 9 }))} compressed`);
}

void main();
