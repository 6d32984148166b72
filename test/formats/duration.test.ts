import fc from 'fast-check';
import { formatDuration, parseDuration } from '../../src/formats/duration';
import { DAY, HOUR, MINUTE, SECOND } from '../../src/formats/instant';
import { splitList } from '../../src/formats/text';

test.each([
  ['30s', 30 * SECOND],
  ['5m', 5 * MINUTE],
  ['6h', 6 * HOUR],
  ['30d', 30 * DAY],
  ['007d', 7 * DAY],
  ['3650d', 3_650 * DAY],
])('%s is read', (text, ms) => expect(parseDuration(text)).toBe(ms));

test.each([
  '',
  '0',
  '0d',
  '5',
  'd',
  '1w',
  '1.5h',
  '-1d',
  '+1d',
  ' 1d',
  '1d ',
  '1D',
  '1d2h',
  '١d',
  '3651d',
  '9999999999s',
  '1e3s',
])("'%s' is no duration", text => expect(parseDuration(text)).toBeUndefined());

test.each([
  [7 * DAY, '7d'],
  [90 * MINUTE, '90m'],
  [36 * HOUR, '36h'],
  [61 * SECOND, '61s'],
])('%i ms are written as %s', (ms, text) => expect(formatDuration(ms)).toBe(text));

test('whatever whole seconds are written are read as the same', () => {
  const seconds = fc.integer({ min: 1, max: 3_650 * 86_400 });
  fc.assert(fc.property(seconds, s => expect(parseDuration(formatDuration(s * SECOND))).toBe(s * SECOND)));
});

test('a list is separated by commas, semicolons and white space, in any mixture', () => {
  expect(splitList(' a,b;c d\t\n e,, ;f ')).toEqual(['a', 'b', 'c', 'd', 'e', 'f']);
  expect(splitList(' ,; ')).toEqual([]);
});
