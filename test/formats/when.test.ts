import { DAY, HOUR, MINUTE, SECOND } from '../../src/formats/instant';
import { expiryPhrase, moment, span } from '../../src/formats/when';

const NOW = Date.UTC(2026, 5, 8, 7, 30, 59);

test.each([
  [1, '1 minute'],
  [MINUTE + 1, '2 minutes'],
  [59 * MINUTE, '59 minutes'],
  [59 * MINUTE + SECOND, '1 hour'],
  [HOUR + 1, '2 hours'],
  [23 * HOUR, '23 hours'],
  [23 * HOUR + 1, '1 day'],
  [DAY, '1 day'],
  [DAY + 1, '2 days'],
])('%i ms are %s: rounded up, never zero', (ms, words) => {
  expect(span(ms)).toBe(words);
});

test('an expiry is in the future, in the past, or now', () => {
  expect(expiryPhrase(NOW + 7 * DAY, NOW)).toBe('expires in 7 days');
  expect(expiryPhrase(NOW, NOW)).toBe('expired just now');
  expect(expiryPhrase(NOW - 1, NOW)).toBe('expired 1 minute ago');
});

test('an instant is written in UTC without its seconds', () => {
  expect(moment(NOW)).toBe('Mon 2026-06-08 07:30 UTC');
});
