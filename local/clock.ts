/** The clock of `npm start`: the machine's own, or days ahead of it when a person lets the demo pass time. */
import { readFileSync, writeFileSync } from 'node:fs';
import { DAY } from '../src/formats/instant';

export interface DemoClock {
  readonly now: () => number;
  readonly sleep: (ms: number) => Promise<void>;
  /** From now on it is one day later. Kept in a file: time that went back after a restart would confuse every reader. */
  passDay(): void;
}

const sleep = (ms: number) => new Promise<void>(resolve => setTimeout(resolve, ms));

/** @param file holds how many days ahead it is */
export function demoClock(file: string): DemoClock {
  let days = daysIn(file);
  return {
    now: () => Date.now() + days * DAY,
    sleep,
    passDay() {
      days += 1;
      writeFileSync(file, String(days));
    },
  };
}

function daysIn(file: string): number {
  try {
    const days = Number(readFileSync(file, 'utf8'));
    return Number.isSafeInteger(days) && days > 0 ? days : 0;
  } catch (error) {
    // Absent until a first day passed.
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return 0;
    throw error;
  }
}
