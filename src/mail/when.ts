/** Instants and spans as a mail says them: absolute in UTC, and counted from the digest's one instant (rule 19). */
import { DAY, formatInstant, HOUR, type Instant, MINUTE } from '../core/instant';

const WEEKDAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];

/** `2027-01-12`. */
export function utcDate(instant: Instant): string {
  return formatInstant(instant).slice(0, 10);
}

/** `2027-01-12 08:30 UTC`; seconds are cut off, so an expiry is never said to be later than it is. */
export function utc(instant: Instant): string {
  return `${formatInstant(instant).slice(0, 16).replace('T', ' ')} UTC`;
}

/** `Tue 2027-01-12 08:30 UTC`. */
export function utcWithDay(instant: Instant): string {
  return `${WEEKDAYS[new Date(instant).getUTCDay()]} ${utc(instant)}`;
}

/** `in 7 days`, `3 hours ago`, `just now`. */
export function relative(instant: Instant, asOf: Instant): string {
  if (instant === asOf) return 'just now';
  return instant > asOf ? `in ${span(instant - asOf)}` : `${span(asOf - instant)} ago`;
}

/** `expires in 7 days`, `expired 3 hours ago`; at the very instant it has expired. */
export function expiryPhrase(expiresOn: Instant, asOf: Instant): string {
  return `${expiresOn > asOf ? 'expires' : 'expired'} ${relative(expiresOn, asOf)}`;
}

/** Rounded up, so never `0 days`: below 24 hours in hours, below an hour in minutes. */
export function span(ms: number): string {
  const minutes = Math.ceil(ms / MINUTE);
  if (minutes < 60) return counted(minutes, 'minute');
  const hours = Math.ceil(ms / HOUR);
  return hours < 24 ? counted(hours, 'hour') : counted(Math.ceil(ms / DAY), 'day');
}

/** `1 day`, `2 days`. */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
