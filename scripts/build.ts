/** Builds what is deployed: one file, `dist/main.js`, which `package.json` names as the app's entry point. */

import { statSync } from 'node:fs';
import { bundle } from './bundle';

async function main(): Promise<void> {
  await bundle({ outfile: 'dist/main.js' });
  console.log(`dist/main.js: ${Math.round(statSync('dist/main.js').size / 1024)} KiB`);
}

void main();
