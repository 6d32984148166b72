/** Reading an environment: every fault is kept, so that one message can name them all. */

import type { Cron } from 'croner';
import { parseDuration, splitList } from '../formats/duration';
import { isUsable } from '../formats/endpoint';
import { DAY, HOUR } from '../formats/instant';
import { parseNcrontab } from '../formats/ncrontab';

export type Environment = Readonly<Record<string, string | undefined>>;

export interface EnvReader {
  /** Every fault met so far, each naming its setting. */
  readonly faults: readonly string[];
  fault(name: string, message: string): void;
  /** The trimmed value; undefined when it is missing or empty. */
  text(name: string): string | undefined;
  list(name: string): string[] | undefined;
  /** Milliseconds; at most `most`, a duration too. */
  duration(name: string, fallback: string, most: string): number;
  number(name: string, fallback: number, range: { least: number; most: number }): number;
  choice<T extends string>(name: string, choices: readonly [T, ...T[]]): T;
  /** A URL without a trailing slash: https, or plain http on a loopback address only. */
  url(name: string, fallback?: string): string | undefined;
  /** A six-field NCRONTAB in UTC, as the longest gap between two of its next ticks. */
  schedulePeriod(name: string, fallback: string): number;
}

export function readEnv(env: Environment): EnvReader {
  const faults: string[] = [];
  const fault = (name: string, message: string) => {
    faults.push(`${name}: ${message}`);
  };
  const text = (name: string) => env[name]?.trim() || undefined;
  /** A value through a parser; the fallback, once the fault is kept, where it is unusable. */
  const parsed = <T>(
    name: string,
    fallback: T,
    parse: (value: string) => T | undefined,
    message: string,
  ): T => {
    const value = text(name);
    if (value === undefined) return fallback;
    const result = parse(value);
    if (result === undefined) fault(name, message);
    return result ?? fallback;
  };
  return {
    faults,
    fault,
    text,
    list: name => {
      const value = text(name);
      return value === undefined ? undefined : splitList(value);
    },
    duration: (name, fallback, most) =>
      parsed(
        name,
        parseDuration(fallback) ?? 0,
        value => {
          const ms = parseDuration(value);
          return ms !== undefined && ms <= (parseDuration(most) ?? 0) ? ms : undefined;
        },
        `write a duration of at most ${most}, such as ${fallback}`,
      ),
    number: (name, fallback, { least, most }) =>
      parsed(
        name,
        fallback,
        value =>
          /^\d+(\.\d+)?$/.test(value) && Number(value) >= least && Number(value) <= most
            ? Number(value)
            : undefined,
        `write a number from ${least} to ${most}`,
      ),
    choice: (name, choices) =>
      parsed(
        name,
        choices[0],
        value => choices.find(choice => choice === value),
        `write one of ${choices.join(', ')}`,
      ),
    url: (name, fallback) =>
      parsed(
        name,
        fallback,
        value => (isUsable(value) ? value.replace(/\/+$/, '') : undefined),
        'write an https:// URL (plain http only for a loopback address)',
      ),
    schedulePeriod: (name, fallback) =>
      parsed(
        name,
        longestGap(fallback) ?? DAY,
        longestGap,
        'write a six-field NCRONTAB in UTC, such as 0 */5 * * * *',
      ),
  };
}

/** How long the next tick takes to come, asked six times a day for more than a week: nights and weekends may have none. */
function waits(cron: Cron): number[] {
  return Array.from({ length: 8 * 6 }, (_, mark) => {
    const from = mark * 4 * HOUR;
    return (cron.nextRun(new Date(from - 1))?.getTime() ?? from) - from;
  });
}

/** The longest gap between the next ticks, in milliseconds; undefined for what is no schedule. */
function longestGap(ncrontab: string): number | undefined {
  try {
    const cron = parseNcrontab(ncrontab);
    const ticks = cron.nextRuns(100, new Date(0)).map(tick => tick.getTime());
    if (ticks.length < 2) return undefined;
    const gaps = ticks.slice(1).map((tick, index) => tick - (ticks[index] ?? tick));
    return Math.max(...gaps, ...waits(cron));
  } catch (error) {
    // croner's word for a pattern it can't read is a TypeError; anything else is not about the setting.
    if (error instanceof TypeError || error instanceof RangeError) return undefined;
    throw error;
  }
}
