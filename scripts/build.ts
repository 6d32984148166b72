/** Builds what is deployed: one file, `dist/main.js`, which `package.json` names as the app's entry point. */

import { statSync } from 'node:fs';
import { build } from 'esbuild';

async function main(): Promise<void> {
  await build({
    entryPoints: ['src/main.ts'],
    outfile: 'dist/main.js',
    bundle: true,
    minify: true,
    // Names survive minifying: errors are told apart and logged by theirs.
    keepNames: true,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    // The worker alone supplies it.
    external: ['@azure/functions-core'],
    logLevel: 'warning',
  });
  console.log(`dist/main.js: ${Math.round(statSync('dist/main.js').size / 1024)} KiB`);
}

void main();
