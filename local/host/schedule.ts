/** When a timer fires: NCRONTAB as the Functions host reads it. */
import { Cron } from 'croner';

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
  const cron = new Cron(ncrontab, {
    mode: '6-part',
    timezone: 'UTC',
    paused: true,
    // Where NCRONTAB differs from cron: a day must suit both day fields, and `5/10` counts from 5.
    domAndDow: true,
    sloppyRanges: true,
  });
  return after => cron.nextRun(after) ?? undefined;
}
