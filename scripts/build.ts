/** `npm run build`: fills `dist/` with everything that is deployed, and prints the size of each bundle. */
import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { writeDeployable } from './deployable';

async function main(): Promise<void> {
  await writeDeployable('dist');
  const kib = (bytes: Buffer) => `${Math.round(bytes.length / 1024)} KiB`;
  for (const file of ['dist/main.js', 'dist/telemetry.js']) {
    const code = readFileSync(file);
    console.log(`${file}: ${kib(code)}, ${kib(gzipSync(code, { level: 9 }))} compressed`);
  }
}

void main();
