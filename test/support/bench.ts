/** Runs `npm run bench` at toy size, as a user runs it, and reads the ratios that it prints. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

/** The ratios by benchmark; throws if the run fails. */
export async function toyBench(...names: string[]): Promise<Map<string, number[]>> {
  const argv = ['--import', 'tsx', 'scripts/bench.ts', '--toy', ...names];
  const { stdout } = await promisify(execFile)(process.execPath, argv);
  const ratios = new Map<string, number[]>();
  for (const [, name = '', ratio] of stdout.matchAll(/^(\w+): .+: (\S+) (?:x|%) \(budget: .+\)$/gm))
    ratios.set(name, [...(ratios.get(name) ?? []), Number(ratio)]);
  return ratios;
}
