/** Reads settings from the environment and collects all faults, so that one message can name them all. */
import { parseDuration } from '../formats/duration';
import { isUsable } from '../formats/endpoint';
import { DAY } from '../formats/instant';
import { trimmed, unseenIn } from '../formats/invisible';
import { longestGap, ncrontabFault } from '../formats/ncrontab';
import { isQuoted, splitList } from '../formats/text';
import { isSecret, standInFault } from './secrets';

export type Environment = Readonly<Record<string, string | undefined>>;

export type EnvReader = ReturnType<typeof readEnv>;

const GUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

export const URL_FAULT = 'write an https:// URL (plain http only for a loopback address)';

/** Every method answers with the fallback where the setting is missing, empty or wrong. */
export function readEnv(env: Environment) {
  const faults: string[] = [];
  /** Settings whose value only stands in the place of a real one. Nothing else is said of them. */
  const standIns = new Set<string>();
  const fault = (name: string, message: string) => {
    if (standIns.has(name)) return;
    const value = trimmed(env[name] ?? '');
    const quotes = isQuoted(value) ? 'it is in quotes: write it without them' : undefined;
    // Nothing of a secret is shown, not even a character.
    const unseen = isSecret(name) ? undefined : unseenIn(env[name] ?? '');
    faults.push([`${name}: ${message}`, quotes, unseen].filter(part => part !== undefined).join('; '));
  };
  /** The trimmed value; undefined when it is missing or empty. */
  const text = (name: string) => {
    const value = trimmed(env[name] ?? '') || undefined;
    const standIn = value === undefined ? undefined : standInFault(name, value);
    if (standIn !== undefined) {
      fault(name, standIn);
      standIns.add(name);
    }
    return value;
  };
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
  /** The longest gap between two ticks; undefined, and a fault, for a text that is no schedule. */
  const gapOf = (name: string, schedule: string) => {
    const gap = longestGap(schedule);
    if (gap === undefined)
      fault(
        name,
        `${ncrontabFault(schedule) ?? 'it never comes'}; write six fields in UTC, for example 0 */5 * * * *`,
      );
    return gap;
  };
  return {
    /** Every fault so far, each with its setting's name. */
    faults,
    fault,
    text,
    /** Whether anything is written there, right or wrong. Reports no fault. */
    isSet: (name: string) => trimmed(env[name] ?? '') !== '',
    list(name: string) {
      const value = text(name);
      return value === undefined ? undefined : splitList(value);
    },
    /** The spelling of a name in this environment: the Functions host takes any case, and `:` for `__`. */
    spelled(name: string): string {
      const plain = (text: string) => text.replaceAll(':', '__').toLowerCase();
      return name in env ? name : (Object.keys(env).find(other => plain(other) === plain(name)) ?? name);
    },
    /** Of an identity. */
    clientId(name: string) {
      const parse = (value: string) => (GUID.test(value) ? value : undefined);
      const message = 'write the client id of the identity, which is a GUID';
      return parsed<string | undefined>(name, undefined, parse, message);
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
    /** An NCRONTAB in UTC; undefined where it is missing or wrong. */
    schedule(name: string) {
      const value = text(name) === undefined ? undefined : env[name];
      return value === undefined || gapOf(name, value) === undefined ? undefined : value;
    },
    /** The longest gap between two ticks of an NCRONTAB in UTC, in milliseconds. The Functions host reads it untrimmed. */
    schedulePeriod(name: string, fallback: string) {
      const value = text(name) === undefined ? fallback : (env[name] ?? '');
      return gapOf(name, value) ?? longestGap(fallback) ?? DAY;
    },
  };
}

function atMost(most: number): (value: number | undefined) => number | undefined {
  return value => (value !== undefined && value <= most ? value : undefined);
}
