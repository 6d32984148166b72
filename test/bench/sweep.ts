/** What a sweep of due targets costs, compared with the bare floor and with the function of most samples. */
import { setTimeout as sleep } from 'node:timers/promises';
import { bareFloor, naive } from './floor';
import { type Cost, costOf, median, type Ratio } from './measure';
import type { Services } from './services';
import { createTable, SILENT, watcherOf } from './watcher';

/** Code is compiled as it runs: before this many targets, compiling would be measured. */
const WARM = 10_000;
/** The `checkEvery` of the rows: earlier, a sweep has nothing to read. */
const UNTIL_DUE = 1_000;

export interface SweepSize {
  readonly targets: number;
  readonly rounds: number;
}

/**
 * The first sweep costs more; the due sweep runs every day. The floor also fills empty tables first and then writes over
 * full ones, because the emulator's work grows with its tables.
 */
export async function benchSweep(services: Services, { targets, rounds }: SweepSize): Promise<Ratio[]> {
  const app = await watcherOf(services, targets);
  const account = services.freshAccount();
  for (const table of ['expiries', 'calendar']) await createTable(account.connectionString, table);
  const sweep = () => oneSweep(app);
  const dueSweep = () => sleep(UNTIL_DUE).then(sweep);
  const floor = () => costOf(() => bareFloor(services, account.name, targets));
  print('first sweep', await sweep(), await floor());
  for (let seen = targets; targets >= 1_000 && seen < WARM; seen += targets) {
    await dueSweep();
    await floor();
  }
  const pairs: { sweep: Cost; floor: Cost }[] = [];
  for (let round = 1; round <= rounds; round++) {
    const pair = { sweep: await dueSweep(), floor: await floor() };
    print(`due sweep, round ${round}`, pair.sweep, pair.floor);
    pairs.push(pair);
  }
  const table = await createTable(services.freshAccount().connectionString, 'naive');
  const simple = await costOf(() => naive(services, table, targets));
  const ratio = (part: 'wall' | 'cpu') => median(pairs.map(({ sweep, floor }) => sweep[part] / floor[part]));
  const overNaive = median(pairs.map(({ sweep }) => sweep.cpu)) / simple.cpu;
  const what = `sweep of ${targets} due targets`;
  return [
    {
      what: `${what} over the bare floor, wall time`,
      value: ratio('wall'),
      unit: 'x',
      budget: 'at most 1.25',
    },
    { what: `${what} over the bare floor, CPU time`, value: ratio('cpu'), unit: 'x', budget: 'none' },
    { what: `${what} over the naive function, CPU time`, value: overNaive, unit: 'x', budget: 'less than 1' },
  ];
}

async function oneSweep(app: Awaited<ReturnType<typeof watcherOf>>): Promise<Cost> {
  const [message] = await app.startSweep(SILENT);
  if (!message) throw new Error('There is nothing to sweep.');
  return await costOf(() => app.sweepScope(message, SILENT));
}

function print(what: string, sweep: Cost, floor: Cost): void {
  const seconds = ({ wall, cpu }: Cost) => `${wall.toFixed(2)} s wall ${cpu.toFixed(2)} s cpu`;
  console.log(`  ${what}: sweep ${seconds(sweep)}, floor ${seconds(floor)}`);
}
