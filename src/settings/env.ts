/** Reads settings from the environment and collects all faults, so that one message can name them all. */
import { parseDuration } from '../formats/duration';
import { isUsable } from '../formats/endpoint';
import { DAY } from '../formats/instant';
import { trimmed, unseenIn } from '../formats/invisible';
import { longestGap } from '../formats/ncrontab';
import { splitList } from '../formats/text';

export type Environment = Readonly<Record<string, string | undefined>>;

export type EnvReader = ReturnType<typeof readEnv>;

/** Nothing of these is shown, not even a character. */
const SECRET = /SECRET|CONNECTION_STRING|^AzureWebJobsStorage$/;

export const URL_FAULT = 'write an https:// URL (plain http only for a loopback address)';

/** Every method answers with the fallback where the setting is missing, empty or wrong. */
export function readEnv(env: Environment) {
  const faults: string[] = [];
  const fault = (name: string, message: string) => {
    const unseen = SECRET.test(name) ? undefined : unseenIn(env[name] ?? '');
    faults.push([`${name}: ${message}`, ...(unseen === undefined ? [] : [unseen])].join('; '));
  };
  /** The trimmed value; undefined when it is missing or empty. */
  const text = (name: string) => trimmed(env[name] ?? '') || undefined;
  /** `parse` answers undefined for a wrong value; `message` then says what to write. */
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
    /** Every fault so far, each with its setting's name. */
    faults,
    fault,
    text,
    list(name: string) {
      const value = text(name);
      return value === undefined ? undefined : splitList(value);
    },
    /** In milliseconds. `fallback` and `most` are durations, too. */
    duration(name: string, fallback: string, most: string) {
      const within = atMost(parseDuration(most) ?? 0);
      const message = `write a duration of at most ${most}, for example ${fallback}`;
      return parsed(name, parseDuration(fallback) ?? 0, value => within(parseDuration(value)), message);
    },
    number(name: string, fallback: number, { least, most }: { least: number; most: number }) {
      const parse = (value: string) => {
        const number = /^\d+(\.\d+)?$/.test(value) ? atMost(most)(Number(value)) : undefined;
        return number !== undefined && number >= least ? number : undefined;
      };
      return parsed(name, fallback, parse, `write a number from ${least} to ${most}`);
    },
    choice<T extends string>(name: string, choices: readonly [T, ...T[]]): T {
      const parse = (value: string) => choices.find(choice => choice === value);
      return parsed(name, choices[0], parse, `write one of ${choices.join(', ')}`);
    },
    /** A URL without a slash at its end: https, or plain http on a loopback address. */
    url(name: string) {
      const parse = (value: string) => (isUsable(value) ? value.replace(/\/+$/, '') : undefined);
      return parsed<string | undefined>(name, undefined, parse, URL_FAULT);
    },
    /** A six-field NCRONTAB in UTC; undefined where it is missing. */
    schedule(name: string) {
      const parse = (value: string) => (longestGap(value) === undefined ? undefined : value);
      const message = 'write a six-field NCRONTAB in UTC, for example 0 0 7 * * 1';
      return parsed<string | undefined>(name, undefined, parse, message);
    },
    /** The longest gap between two ticks of a six-field NCRONTAB in UTC, in milliseconds. */
    schedulePeriod(name: string, fallback: string) {
      const message = 'write a six-field NCRONTAB in UTC, for example 0 */5 * * * *';
      return parsed(name, longestGap(fallback) ?? DAY, longestGap, message);
    },
  };
}

function atMost(most: number): (value: number | undefined) => number | undefined {
  return value => (value !== undefined && value <= most ? value : undefined);
}
