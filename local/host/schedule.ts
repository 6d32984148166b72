/** When a timer fires: NCRONTAB as the Functions host reads it. */
import { parseNcrontab } from '../../src/formats/ncrontab';

export type Environment = Readonly<Record<string, string | undefined>>;

/** Replaces each `%NAME%` by that setting. Throws, naming it, when a setting is missing: so does the real host. */
export function resolveSettings(text: string, env: Environment): string {
  return text.replace(/%(\w+)%/g, (_, name: string) => {
    const value = env[name];
    if (value === undefined || value === '')
      throw new Error(`the setting ${name} is missing; a schedule needs it`);
    return value;
  });
}

/** A parsed schedule: the first occurrence after an instant, or `undefined` when none will come. */
export type Schedule = (after: Date) => Date | undefined;

/** Parses six fields in UTC; throws on anything else. */
export function parseSchedule(ncrontab: string): Schedule {
  const cron = parseNcrontab(ncrontab);
  return after => cron.nextRun(after) ?? undefined;
}
