/** `npm run bench`: bundles the benchmarks as the app is bundled, so that what is measured is what is deployed, and runs them. */
import { spawnSync } from 'node:child_process';
import { build } from 'esbuild';
import { constants } from './bundle';

async function main(): Promise<void> {
  await build({
    entryPoints: ['test/bench/index.ts', 'test/bench/services.ts'],
    outdir: 'dist/bench',
    bundle: true,
    define: await constants(),
    packages: 'external',
    platform: 'node',
    target: 'node20',
    logLevel: 'warning',
  });
  const { status } = spawnSync(
    process.execPath,
    ['--expose-gc', 'dist/bench/index.js', ...process.argv.slice(2)],
    { stdio: 'inherit' },
  );
  process.exitCode = status ?? 1;
}

void main();
