/** What a sweep of 10,000 due targets costs beside the bare floor. */

import { setTimeout as sleep } from 'node:timers/promises';
import { TableClient } from '@azure/data-tables';
import { floor } from './floor';
import type { OtherSide } from './other-side';
import { cost, SILENT, watcherOf } from './watcher';

const TARGETS = Number(process.env.BENCH_TARGETS ?? 10_000);
const ROUNDS = 3;
/** Code is compiled as it runs: before it has seen so many targets, compiling is what would be measured. */
const WARM = 10_000;
/** The `checkEvery` of the rows: sooner than that, a sweep has nothing to read. */
const UNTIL_DUE = 1_000;

/**
 * First sight is the dearer sweep; what runs day after day is the due one. The floor, too, first fills empty tables and then
 * writes over full ones, since the emulator's work grows with its tables.
 */
export async function benchSweep(other: OtherSide): Promise<void> {
  const app = await watcherOf(other, TARGETS);
  const first = await oneSweep(app);
  const account = await emptyAccount(other);
  const bare = await cost(() => floor(other, account, TARGETS));
  say('first sight', ratioOf(first, bare), first, bare);
  for (let seen = TARGETS; seen < WARM; seen += TARGETS) {
    await oneSweep(app);
    await floor(other, account, TARGETS);
  }
  const ratios: Cost[] = [];
  for (let round = 1; round <= ROUNDS; round++) {
    const sweep = await oneSweep(app);
    const again = await cost(() => floor(other, account, TARGETS));
    const ratio = ratioOf(sweep, again);
    say(`due, round ${round}`, ratio, sweep, again);
    ratios.push(ratio);
  }
  const wall = median(ratios.map(ratio => ratio.wall));
  const cpu = median(ratios.map(ratio => ratio.cpu));
  console.log(
    `sweep of ${TARGETS} due targets over the bare floor: wall ${wall} x (budget 1.25), cpu ${cpu} x (budget 2.2)`,
  );
}

type Cost = Awaited<ReturnType<typeof cost>>;

async function oneSweep(app: Awaited<ReturnType<typeof watcherOf>>): Promise<Cost> {
  await sleep(UNTIL_DUE);
  const [message] = await app.startSweep(SILENT);
  if (!message) throw new Error('There is nothing to sweep.');
  return await cost(() => app.sweepScope(message, SILENT));
}

async function emptyAccount(other: OtherSide): Promise<string> {
  const { name, connectionString } = other.freshAccount();
  for (const table of ['expiries', 'calendar']) {
    await TableClient.fromConnectionString(connectionString, table, {
      allowInsecureConnection: true,
    }).createTable();
  }
  return name;
}

function ratioOf(a: Cost, b: Cost): Cost {
  return { wall: a.wall / b.wall, cpu: a.cpu / b.cpu };
}

function median(values: number[]): string {
  return (values.sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN).toFixed(2);
}

function say(what: string, ratio: Cost, sweep: Cost, bare: Cost): void {
  const words = ({ wall, cpu }: Cost) => `${wall.toFixed(2)} s wall ${cpu.toFixed(2)} s cpu`;
  console.log(
    `  ${what}: sweep ${words(sweep)}, floor ${words(bare)}, ratio ${ratio.wall.toFixed(2)} wall ${ratio.cpu.toFixed(2)} cpu`,
  );
}
