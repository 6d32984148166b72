/** Instants and time spans as people read them: in UTC, or as a distance from one instant, with days rounded up (rule 19). */
import { DAY, formatInstant, HOUR, type Instant, MINUTE } from './instant';

const WEEKDAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];

/** `2026-06-08`. */
export function utcDate(instant: Instant): string {
  return formatInstant(instant).slice(0, 10);
}

/** `2026-06-08 07:30 UTC`. Seconds are cut, so that no expiry is shown later than it is. */
export function utc(instant: Instant): string {
  return `${formatInstant(instant).slice(0, 16).replace('T', ' ')} UTC`;
}

/** `Mon 2026-06-08`. */
export function day(instant: Instant): string {
  return `${weekday(instant)} ${utcDate(instant)}`;
}

/** `Mon 2026-06-08 07:30 UTC`. */
export function moment(instant: Instant): string {
  return `${weekday(instant)} ${utc(instant)}`;
}

/** `expires in 7 days`, `expired 3 hours ago`, `expired just now`. */
export function expiryPhrase(expiresOn: Instant, asOf: Instant): string {
  return `${expiresOn > asOf ? 'expires' : 'expired'} ${distance(expiresOn, asOf)}`;
}

/** `in 7 days`, `3 hours ago`, `just now`. */
export function distance(instant: Instant, asOf: Instant): string {
  if (instant > asOf) return `in ${span(instant - asOf)}`;
  return instant === asOf ? 'just now' : `${span(asOf - instant)} ago`;
}

/** `7 days`; in hours up to 23 hours, in minutes up to 59 minutes. */
export function span(ms: number): string {
  if (ms <= 59 * MINUTE) return counted(Math.ceil(ms / MINUTE), 'minute');
  return ms <= 23 * HOUR ? counted(Math.ceil(ms / HOUR), 'hour') : counted(Math.ceil(ms / DAY), 'day');
}

/** `1 day`, `2 days`. */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

function weekday(instant: Instant): string {
  return WEEKDAYS[new Date(instant).getUTCDay()] ?? '';
}
