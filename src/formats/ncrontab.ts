/** NCRONTAB schedules as the Functions host reads them: six fields, in UTC. */
import { Cron } from 'croner';
import { HOUR, type Instant } from './instant';

/**
 * A parsed schedule.
 * @throws TypeError or RangeError when croner can't read the pattern
 */
export function parseNcrontab(text: string): Cron {
  return new Cron(text, {
    mode: '6-part',
    // UTC. A named time zone gives the same result and is about five times slower.
    utcOffset: 0,
    paused: true,
    // Here NCRONTAB differs from cron: a day must match both day fields, and `5/10` counts from 5.
    domAndDow: true,
    sloppyRanges: true,
  });
}

/** The longest gap between two ticks, in milliseconds; undefined for a text that is not a schedule. */
export function longestGap(ncrontab: string): number | undefined {
  try {
    const cron = parseNcrontab(ncrontab);
    const ticks = cron.nextRuns(100, new Date(0)).map(tick => tick.getTime());
    if (ticks.length < 2) return undefined;
    const gaps = ticks.slice(1).map((tick, index) => tick - (ticks[index] ?? tick));
    return Math.max(...gaps, ...waits(cron));
  } catch (error) {
    if (error instanceof TypeError || error instanceof RangeError) return undefined;
    throw error;
  }
}

/** The first tick after an instant; undefined for a text that is not a schedule. */
export function nextTick(ncrontab: string, after: Instant): Instant | undefined {
  return longestGap(ncrontab) === undefined
    ? undefined
    : parseNcrontab(ncrontab).nextRun(new Date(after))?.getTime();
}

/** The time to the next tick, six times a day for more than a week: at night and at weekends there may be no ticks. */
function waits(cron: Cron): number[] {
  return Array.from({ length: 8 * 6 }, (_, index) => {
    const from = index * 4 * HOUR;
    return (cron.nextRun(new Date(from - 1))?.getTime() ?? from) - from;
  });
}
