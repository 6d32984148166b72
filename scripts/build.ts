/** `npm run build`: writes the one file that is deployed, `dist/main.js`, and prints its size. */
import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { bundle } from './bundle';

async function main(): Promise<void> {
  await bundle({ outfile: 'dist/main.js' });
  const code = readFileSync('dist/main.js');
  const kib = (bytes: Buffer) => `${Math.round(bytes.length / 1024)} KiB`;
  console.log(`dist/main.js: ${kib(code)}, ${kib(gzipSync(code, { level: 9 }))} compressed`);
}

void main();
