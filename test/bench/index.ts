/**
 * `npm run bench -- [--toy] [load mail memory pace paint sweep]`: the budgets of docs/design.md, as ratios measured in one run.
 * `--toy` runs every benchmark at a small size: its ratios mean nothing, but a test sees that they all work.
 */
import { benchLoad } from './load';
import { benchMail } from './mail';
import type { Ratio } from './measure';
import { benchMemory } from './memory';
import { benchPace } from './pace';
import { benchPaint } from './paint';
import { type Services, serveParent, startServices } from './services';
import { benchSweep } from './sweep';

type Benchmark = (services: Services, toy: boolean) => Promise<readonly Ratio[]>;

const BENCHMARKS: Readonly<Record<string, Benchmark>> = {
  load: (_, toy) => benchLoad({ rounds: toy ? 1 : 9 }),
  mail: (services, toy) =>
    benchMail(services, toy ? { lines: 120, owners: 40 } : { lines: 20_000, owners: 5_000 }),
  memory: (services, toy) =>
    benchMemory(services, toy ? { few: 100, many: 500 } : { few: 10_000, many: 100_000 }),
  pace: (services, toy) => benchPace(services, { targets: toy ? 300 : 6_000 }),
  paint: (services, toy) =>
    benchPaint(services, toy ? { few: 5, many: 20, loads: 1 } : { few: 100, many: 10_000, loads: 9 }),
  sweep: (services, toy) =>
    benchSweep(services, toy ? { targets: 50, rounds: 1 } : { targets: 10_000, rounds: 3 }),
};

async function main(args: readonly string[]): Promise<void> {
  if (args.includes('serve')) return await serveParent();
  const names = args.filter(arg => arg !== '--toy');
  const unknown = names.filter(name => !Object.hasOwn(BENCHMARKS, name));
  if (unknown.length > 0)
    throw new Error(
      `Unknown benchmark: ${unknown.join(', ')}. Known: ${Object.keys(BENCHMARKS).join(', ')}.`,
    );
  const services = await startServices();
  try {
    for (const [name, bench] of Object.entries(BENCHMARKS)) {
      if (names.length > 0 && !names.includes(name)) continue;
      for (const { what, value, unit, budget } of await bench(services, args.includes('--toy')))
        console.log(`${name}: ${what}: ${value.toFixed(2)} ${unit} (budget: ${budget})`);
    }
  } finally {
    services.close();
  }
}

main(process.argv.slice(2)).catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
