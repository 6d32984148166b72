/** `npm run bicep`: compiles and lints every Bicep file and each deployment of the tests. A warning fails it. */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findCompiler, type Ran, run } from './bicep-compiler';
import { syntaxFaults } from './bicep-syntax';

const DEPLOYMENTS = 'test/infra/deployments';

/** Every file of a folder and below that ends so. */
function filesIn(folder: string, end: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter(name => name.endsWith(end))
    .map(name => join(folder, name))
    .sort();
}

async function main(): Promise<void> {
  const files = filesIn('infra', '.bicep');
  const faults = await syntaxFaults(files);
  let checked = files.length;
  const compiler = findCompiler(process.env);
  if ('missing' in compiler) {
    console.log(`${compiler.missing} Only the syntax was checked, with tree-sitter.`);
    if (process.env.BICEP) faults.push('A compiler was asked for by BICEP, so this run fails.');
  } else {
    const { program } = compiler;
    console.log((await run(program, ['--version'])).stdout.trim());
    const outdir = mkdtempSync(join(tmpdir(), 'bicep-build-'));
    faults.push(
      ...said(await run(program, ['lint', '--pattern', 'infra/**/*.bicep'])),
      ...said(
        await run(program, ['build-params', '--pattern', `${DEPLOYMENTS}/*.bicepparam`, '--outdir', outdir]),
      ),
    );
    rmSync(outdir, { recursive: true });
    checked += files.length + filesIn(DEPLOYMENTS, '.bicepparam').length;
  }
  for (const fault of faults) console.error(fault);
  const failed = Math.min(faults.length, checked);
  // As Jest ends a run, so that .ci/run counts it.
  console.log(`Tests:       ${failed} failed, ${checked - failed} passed, ${checked} total`);
  process.exitCode = failed > 0 ? 1 : 0;
}

/** The lines of the compiler's complaints; a failure without words is one, too. */
function said({ code, stderr }: Ran): string[] {
  const lines = stderr.split('\n').filter(line => line.trim() !== '');
  return code !== 0 && lines.length === 0 ? [`bicep ended with exit code ${code}`] : lines;
}

void main();
