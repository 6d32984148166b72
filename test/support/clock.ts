/** A clock that the test owns: it stands still until told otherwise, and a sleep is a jump. */
import { formatInstant, type Instant, parseInstant } from '../../src/formats/instant';
import type { Clock } from '../../src/watch/ports';

export interface TestClock extends Clock {
  /** Sets it to an RFC 3339 instant. */
  to(text: string): void;
  pass(ms: number): void;
  text(): string;
}

export function testClock(start: string): TestClock {
  let now = instant(start);
  return {
    now: () => now,
    sleep: async ms => {
      now += ms;
    },
    to: text => {
      now = instant(text);
    },
    pass: ms => {
      now += ms;
    },
    text: () => formatInstant(now),
  };
}

export function instant(text: string): Instant {
  const parsed = parseInstant(text);
  if (parsed === undefined) throw new Error(`'${text}' is no instant`);
  return parsed;
}
