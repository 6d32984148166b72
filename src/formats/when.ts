/** Instants and time spans as people read them: in UTC, or as a distance from one instant, rounded down (rule 19). */
import { DAY, formatInstant, HOUR, type Instant, MINUTE } from './instant';

const WEEKDAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
const MONTHS = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
];
const SHORT_MONTH = 3;

/** `2026-06-08`, for programs and forms. */
export function utcDate(instant: Instant): string {
  return formatInstant(instant).slice(0, 10);
}

/** `8 June 2026`: no reader can take the day for the month. */
export function date(instant: Instant): string {
  return dayOf(instant, monthOf(instant));
}

/** `8 Jun 2026, 07:30 UTC`. Seconds are cut, so that no expiry is shown later than it is. */
export function utc(instant: Instant): string {
  return `${dayOf(instant, monthOf(instant).slice(0, SHORT_MONTH))}, ${clockTime(instant)}`;
}

/** `Mon 8 Jun 2026`. */
export function day(instant: Instant): string {
  return `${weekday(instant)} ${dayOf(instant, monthOf(instant).slice(0, SHORT_MONTH))}`;
}

/** `Mon 8 Jun 2026, 07:30 UTC`. */
export function moment(instant: Instant): string {
  return `${weekday(instant)} ${utc(instant)}`;
}

/** `expires in 6 days`, `expires today at 18:35 UTC`, `expired 3 hours ago`. */
export function expiryPhrase(expiresOn: Instant, asOf: Instant): string {
  return `${expiresOn > asOf ? 'expires' : 'expired'} ${distance(expiresOn, asOf)}`;
}

/** `in 6 days`, `today at 18:35 UTC`, `3 hours ago`, `just now`. What lies ahead never sounds later than it is. */
export function distance(instant: Instant, asOf: Instant): string {
  if (instant > asOf)
    return utcDate(instant) === utcDate(asOf)
      ? `today at ${clockTime(instant)}`
      : `in ${span(instant - asOf)}`;
  return asOf - instant < MINUTE ? 'just now' : `${span(asOf - instant)} ago`;
}

/** `6 days`; in hours up to 23 hours, in minutes up to 59 minutes. */
export function span(ms: number): string {
  if (ms < MINUTE) return 'less than a minute';
  if (ms < HOUR) return counted(Math.floor(ms / MINUTE), 'minute');
  return ms < DAY ? counted(Math.floor(ms / HOUR), 'hour') : counted(Math.floor(ms / DAY), 'day');
}

/** `1 day`, `2 days`. */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

/** `07:30 UTC`. */
function clockTime(instant: Instant): string {
  return `${formatInstant(instant).slice(11, 16)} UTC`;
}

function weekday(instant: Instant): string {
  return WEEKDAYS[new Date(instant).getUTCDay()] ?? '';
}

function monthOf(instant: Instant): string {
  return MONTHS[new Date(instant).getUTCMonth()] ?? '';
}

function dayOf(instant: Instant, month: string): string {
  const on = new Date(instant);
  return `${on.getUTCDate()} ${month} ${on.getUTCFullYear()}`;
}
