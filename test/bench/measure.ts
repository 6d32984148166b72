/** What a benchmark returns, and how it measures: ratios of two costs in one run hold on any machine. */

export interface Ratio {
  readonly what: string;
  readonly value: number;
  readonly unit: 'x' | '%';
  /** For example `at most 1.25`. */
  readonly budget: string;
}

/** Seconds of wall time, and of processor time of this process. */
export interface Cost {
  readonly wall: number;
  readonly cpu: number;
}

export async function costOf(work: () => Promise<unknown>): Promise<Cost> {
  const cpuBefore = process.cpuUsage();
  const before = performance.now();
  await work();
  const { user, system } = process.cpuUsage(cpuBefore);
  return { wall: (performance.now() - before) / 1_000, cpu: (user + system) / 1_000_000 };
}

export function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}
