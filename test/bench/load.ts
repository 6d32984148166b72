/** How long the deployed bundle takes to load, compared with the same code in its many files: what a cold start costs. */
import { spawnSync } from 'node:child_process';
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { gzipSync } from 'node:zlib';
import { bundle, compileFiles } from '../../scripts/bundle';
import { median, type Ratio } from './measure';

const KIB = 1024;
const COMPRESSED_BUDGET = 400 * KIB;
/** The part of the Functions worker that registering needs. */
const CORE = `const noop = () => {}; module.exports = { version: '4', hostVersion: '4', setProgrammingModel: noop, registerHook: () => ({ dispose: noop }), registerFunction: noop, Disposable: class {} };`;

export async function benchLoad({ rounds }: { rounds: number }): Promise<Ratio[]> {
  const folder = mkdtempSync(join(tmpdir(), 'expiry-watcher-load-'));
  try {
    const worker = join(folder, 'node_modules', '@azure', 'functions-core');
    mkdirSync(worker, { recursive: true });
    writeFileSync(join(worker, 'index.js'), CORE);
    // Without it, a package.json above the temporary folder could make these files ES modules.
    writeFileSync(join(folder, 'package.json'), readFileSync('package.json'));
    // The data that files of src import from outside of it.
    mkdirSync(join(folder, 'infra'));
    copyFileSync('infra/sign-in.json', join(folder, 'infra', 'sign-in.json'));
    const bundled = join(folder, 'bundled.js');
    await bundle({ outfile: bundled });
    const files = join(folder, 'files');
    await compileFiles(files);
    // The files find their packages in the project.
    symlinkSync(resolve('node_modules'), join(files, 'node_modules'), 'junction');
    const modules = join(folder, 'node_modules');
    const times = Array.from({ length: rounds }, () => ({
      one: load(bundled, modules),
      many: load(join(files, 'main.js'), modules),
    }));
    console.log(
      `  load time: ${median(times.map(({ one }) => one)).toFixed(0)} ms bundled, ${median(times.map(({ many }) => many)).toFixed(0)} ms in files`,
    );
    const compressed = gzipSync(readFileSync(bundled), { level: 9 }).length;
    console.log(`  bundle: ${Math.round(compressed / KIB)} KiB compressed (budget: at most 400 KiB)`);
    const ratio = median(times.map(({ one, many }) => one / many));
    const share = (100 * compressed) / COMPRESSED_BUDGET;
    return [
      { what: 'loading the bundle over loading its files', value: ratio, unit: 'x', budget: 'at most 0.35' },
      { what: 'compressed size, of 400 KiB', value: share, unit: '%', budget: 'at most 100' },
    ];
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Milliseconds of one `require` in a new process. */
function load(file: string, modules: string): number {
  const program = `const start = performance.now(); require(${JSON.stringify(file)}); console.log(performance.now() - start)`;
  const env = { ...process.env, NODE_PATH: modules };
  const { stdout, stderr } = spawnSync(process.execPath, ['-e', program], { env, encoding: 'utf8' });
  const ms = Number(stdout);
  if (!(ms > 0)) throw new Error(`Loading ${file} failed: ${stderr}`);
  return ms;
}
