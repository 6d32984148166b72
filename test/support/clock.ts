/** A clock that the test sets: it stands still, and a sleep moves it at once. */
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
  if (parsed === undefined) throw new Error(`'${text}' is not an instant`);
  return parsed;
}
