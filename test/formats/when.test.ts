import { DAY, HOUR, MINUTE } from '../../src/formats/instant';
import { date, day, distance, expiryPhrase, moment, span, utc } from '../../src/formats/when';

const NOW = Date.UTC(2026, 5, 8, 7, 30, 59);

test.each([
  [0, 'less than a minute'],
  [MINUTE - 1, 'less than a minute'],
  [MINUTE, '1 minute'],
  [HOUR - 1, '59 minutes'],
  [HOUR, '1 hour'],
  [DAY - 1, '23 hours'],
  [DAY, '1 day'],
  [2 * DAY - 1, '1 day'],
  [2 * DAY, '2 days'],
])('%i ms are %s: rounded down', (ms, words) => {
  expect(span(ms)).toBe(words);
});

test.each([
  [3 * DAY - 1, 'expired 2 days ago'],
  [3 * DAY, 'expired 3 days ago'],
  [MINUTE, 'expired 1 minute ago'],
  [MINUTE - 1, 'expired just now'],
  [0, 'expired just now'],
  [-1, 'expires today at 07:30 UTC'],
  [-11 * HOUR, 'expires today at 18:30 UTC'],
  [-17 * HOUR, 'expires in 17 hours'],
  [1 - 7 * DAY, 'expires in 6 days'],
  [-7 * DAY, 'expires in 7 days'],
])('what is %i ms ago %s: never later than it is', (ago, words) => {
  expect(expiryPhrase(NOW - ago, NOW)).toBe(words);
});

test('what comes within a minute after midnight is not of today', () => {
  const midnight = Date.UTC(2026, 5, 9);
  expect(distance(midnight, midnight - 1)).toBe('in less than a minute');
});

test('a date says its month in letters, an instant is UTC without its seconds', () => {
  expect(date(NOW)).toBe('8 June 2026');
  expect(day(NOW)).toBe('Mon 8 Jun 2026');
  expect(utc(NOW)).toBe('8 Jun 2026, 07:30 UTC');
  expect(moment(NOW)).toBe('Mon 8 Jun 2026, 07:30 UTC');
});
