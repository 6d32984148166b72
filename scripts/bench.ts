/** `npm run bench`: bundles the benchmarks as the app is bundled, to measure what is deployed, and runs them. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { noProxy } from '../local/ports';
import { compileOptions } from './bundle';

async function main(): Promise<void> {
  mkdirSync('.local', { recursive: true });
  // A new folder each time, so that two runs never share one; inside the project, where Node finds the packages.
  const outdir = mkdtempSync(join('.local', 'bench-'));
  try {
    await build({
      ...(await compileOptions()),
      entryPoints: ['test/bench/index.ts'],
      outdir,
      bundle: true,
      packages: 'external',
    });
    const argv = ['--expose-gc', join(outdir, 'index.js'), ...process.argv.slice(2)];
    const env = { ...process.env, ...noProxy(process.env) };
    process.exitCode = spawnSync(process.execPath, argv, { stdio: 'inherit', env }).status ?? 1;
  } finally {
    rmSync(outdir, { recursive: true });
  }
}

void main();
