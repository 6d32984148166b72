/** What loading the deployed bundle costs beside the same code in its many files, which is what a cold start pays. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { build } from 'esbuild';
import { bundle } from '../../scripts/bundle';

const ROUNDS = 9;
const FOLDERS = ['core', 'watch', 'sources', 'storage', 'mail', 'web', 'functions'];
/** What the worker supplies, as far as registering asks for it. */
const CORE = `const noop = () => {}; module.exports = { version: '4', hostVersion: '4', setProgrammingModel: noop, registerHook: () => ({ dispose: noop }), registerFunction: noop, Disposable: class {} };`;

export async function benchLoad(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'load-'));
  try {
    const modules = join(folder, 'node_modules');
    mkdirSync(join(modules, '@azure', 'functions-core'), { recursive: true });
    writeFileSync(join(modules, '@azure', 'functions-core', 'index.js'), CORE);
    const bundled = join(folder, 'bundled.js');
    await bundle({ outfile: bundled });
    const files = join(folder, 'files');
    await build({
      entryPoints: ['src/*.ts', ...FOLDERS.map(folder => `src/${folder}/*.ts`)],
      outdir: files,
      format: 'cjs',
      platform: 'node',
      logLevel: 'warning',
    });
    // The loose files find their packages where the project keeps them.
    symlinkSync(resolve('node_modules'), join(files, 'node_modules'));
    const pairs = Array.from(
      { length: ROUNDS },
      () => [load(bundled, modules), load(join(files, 'main.js'), modules)] as const,
    );
    const ratios = pairs.map(([one, many]) => one / many).sort((a, b) => a - b);
    const [one = 0, many = 0] = pairs[0] ?? [];
    console.log(`  for scale, the first round: ${one.toFixed(0)} ms bundled, ${many.toFixed(0)} ms in files`);
    console.log(
      `loading the bundle over its files: ${(ratios[Math.floor(ROUNDS / 2)] ?? Number.NaN).toFixed(2)} x (budget 0.35); ${Math.round(statSync(bundled).size / 1024)} KiB (budget 1024)`,
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Milliseconds of one `require` in a fresh process. */
function load(file: string, modules: string): number {
  const program = `const start = performance.now(); require(${JSON.stringify(file)}); console.log(performance.now() - start)`;
  const { stdout, stderr } = spawnSync(process.execPath, ['-e', program], {
    env: { ...process.env, NODE_PATH: modules },
    encoding: 'utf8',
  });
  const ms = Number(stdout);
  if (!(ms > 0)) throw new Error(`Loading failed: ${stderr}`);
  return ms;
}
