/** Schedules as the Functions host takes them. What its library NCrontab makes of each was worked out from that library's source. */
import * as fc from 'fast-check';
import { MINUTE } from '../../src/formats/instant';
import { longestGap, ncrontabFault, parseNcrontab } from '../../src/formats/ncrontab';

/** A Thursday. */
const FROM = '2026-01-01T00:00:00Z';
const next = (text: string, count: number, from = FROM) =>
  parseNcrontab(text)
    .nextRuns(count, new Date(from))
    .map(tick => tick.toISOString().replace('.000Z', ''));

describe('taken, with these next ticks', () => {
  test.each<[string, ...string[]]>([
    ['0 */5 * * * *', '2026-01-01T00:05:00', '2026-01-01T00:10:00'],
    ['  0  */5 * *  * * ', '2026-01-01T00:05:00'],
    // Five fields have no seconds.
    ['*/5 * * * *', '2026-01-01T00:05:00', '2026-01-01T00:10:00'],
    ['30 6 * * 1-5', '2026-01-01T06:30:00', '2026-01-02T06:30:00', '2026-01-05T06:30:00'],
    // Both day fields must match.
    ['0 0 0 1 * Mon', '2026-06-01T00:00:00'],
    ['0 0 0 13 * 5', '2026-02-13T00:00:00', '2026-03-13T00:00:00', '2026-11-13T00:00:00'],
    // `n/m` counts from n to the end.
    [
      '0 7/20 * * * *',
      '2026-01-01T00:07:00',
      '2026-01-01T00:27:00',
      '2026-01-01T00:47:00',
      '2026-01-01T01:07:00',
    ],
    ['0 0 0 * * Fri/1', '2026-01-02T00:00:00', '2026-01-03T00:00:00', '2026-01-09T00:00:00'],
    ['0 59/2 * * * *', '2026-01-01T00:59:00', '2026-01-01T01:59:00'],
    // A range that is written backwards is turned round: it does not go past midnight.
    ['0 0 22-2 * * *', '2026-01-01T02:00:00', '2026-01-01T03:00:00'],
    ['0 0 0 * * Fri-Sun', '2026-01-02T00:00:00', '2026-01-04T00:00:00', '2026-01-05T00:00:00'],
    [
      '0 0 8-17/4 * * *',
      '2026-01-01T08:00:00',
      '2026-01-01T12:00:00',
      '2026-01-01T16:00:00',
      '2026-01-02T08:00:00',
    ],
    // Names: whole, or any beginning; of several the first one.
    ['0 0 0 1 January,JUN *', '2026-06-01T00:00:00', '2027-01-01T00:00:00'],
    ['0 0 0 1 J *', '2027-01-01T00:00:00'],
    ['0 0 0 1 Ju *', '2026-06-01T00:00:00'],
    ['0 0 0 1 M *', '2026-03-01T00:00:00'],
    ['0 0 0 * * Wednesday', '2026-01-07T00:00:00'],
    ['0 0 0 * * W', '2026-01-07T00:00:00'],
    ['0 0 0 * * s', '2026-01-04T00:00:00'],
    ['0 0 0 * * T', '2026-01-06T00:00:00'],
    // A step below 1 counts as 1, one with a sign is read, and one beyond the field leaves its first value.
    ['0 */0 * * * *', '2026-01-01T00:01:00'],
    ['0 */-3 * * * *', '2026-01-01T00:01:00'],
    ['0 */+30 * * * *', '2026-01-01T00:30:00'],
    ['0 */90 * * * *', '2026-01-01T01:00:00'],
    ['00 007 0 * * *', '2026-01-01T00:07:00'],
    [
      '0 5,5,3-4 * * * *',
      '2026-01-01T00:03:00',
      '2026-01-01T00:04:00',
      '2026-01-01T00:05:00',
      '2026-01-01T01:03:00',
    ],
    ['0 0 0 31 * *', '2026-01-31T00:00:00', '2026-03-31T00:00:00', '2026-05-31T00:00:00'],
    ['0 0 0 29 2 *', '2028-02-29T00:00:00'],
    ['0 0 0 * * 0\n', '2026-01-04T00:00:00'],
    ['0 */\t9\t * * * *', '2026-01-01T00:09:00'],
    ['0 0 0 * * 0', '2026-01-04T00:00:00'],
  ])('%s', (text, ...ticks) => {
    expect([ncrontabFault(text), next(text, ticks.length)]).toEqual([undefined, ticks]);
  });
});

describe('refused, in words', () => {
  test.each<[string, RegExp]>([
    ['', /0 of the six fields/],
    ['* * * *', /4 of the six fields/],
    ['0 * * * * * *', /7 of the six fields/],
    ['0\t*/5\t*\t*\t*\t*', /1 of the six fields, which are separated by spaces/],
    ['@daily', /1 of the six fields/],
    ['2020-01-01T00:00:00', /six fields/],
    ['0 0 0 ? * *', /'\?' is no day of the month \(write \*/],
    ['0 0 0 * * ?', /'\?' is no day of the week \(write \*/],
    ['0 0 0 L * *', /L, W and # are not taken/],
    ['0 0 0 LW * *', /L, W and # are not taken/],
    ['0 0 0 15W * *', /L, W and # are not taken/],
    ['0 0 0 * * 5L', /L, W and # are not taken/],
    ['0 0 0 * * FRI#2', /L, W and # are not taken/],
    ['0 0 0 * * 7', /'7' is no day of the week \(Sunday is 0\)/],
    ['0 0 0 * * 5-7', /day of the week \(0 to 6, or a name\)/],
    ['0 0 0 * * Mondays', /day of the week/],
    ['0 0 0 * * Mo n', /7 of the six/],
    ['0 0 0 0 * *', /day of the month \(1 to 31\)/],
    ['0 0 0 1 0 *', /month \(1 to 12, or a name\)/],
    ['0 0 0 1 13 *', /month/],
    ['0 60 * * * *', /'60' is no minute \(0 to 59\)/],
    ['60 * * * * *', /second/],
    ['0 0 24 * * *', /hour/],
    ['0 -5 * * * *', /minute/],
    ['0 +5 * * * *', /minute/],
    ['0 5- * * * *', /minute/],
    ['0 1-2-3 * * * *', /minute/],
    ['0 *-5 * * * *', /minute/],
    ['0 */ * * * *', /minute/],
    ['0 */5/2 * * * *', /minute/],
    ['0 */1.5 * * * *', /minute/],
    ['0 */99999999999 * * * *', /minute/],
    ['0 /5 * * * *', /minute/],
    ['0 ,5 * * * *', /minute/],
    ['0 5, * * * *', /minute/],
    ['0 1,,2 * * * *', /minute/],
    ['0 ** * * * *', /minute/],
    ['0 H * * * *', /minute/],
    ['0 Jan * * * *', /minute/],
    ['0 ٥ * * * *', /U\+0665.*minute/],
    ['0 */5 * * * *\u200b', /U\+200B.*day of the week/],
    ['0 */5 * * * *\n', /U\+000A.*day of the week/],
    ['"0 */5 * * * *"', /second/],
    ['00:05:00', /a time span such as hh:mm:ss/],
    ['1.00:00:00', /time span/],
    ['0:05', /time span/],
    [' 00:00:30.5', /time span/],
    ['%SWEEP_SCHEDULE%', /name of another setting/],
  ])('%j', (text, words) => {
    expect(ncrontabFault(text)).toMatch(words);
    expect(() => parseNcrontab(text)).toThrow(RangeError);
    expect(longestGap(text)).toBeUndefined();
  });
});

test('a schedule that never comes is taken and has no gap', () => {
  expect([ncrontabFault('0 0 0 30 2 *'), next('0 0 0 30 2 *', 1), longestGap('0 0 0 30 2 *')]).toEqual([
    undefined,
    [],
    undefined,
  ]);
  expect(longestGap('*/5 * * * *')).toBe(5 * MINUTE);
});

test('whatever is written is taken or refused, and nothing else', () => {
  const sign = fc.constantFrom(...'0123456789*/-,?LWJ# MonFeb%:.'.split(''));
  fc.assert(
    fc.property(fc.string({ unit: sign, maxLength: 24 }), text => {
      if (ncrontabFault(text) === undefined) expect(next(text, 1).length).toBeLessThanOrEqual(1);
    }),
  );
  const field = fc.constantFrom(
    '*',
    '*/7',
    '3',
    '5-2',
    '1,2',
    '9/4',
    '0',
    '1-5/2',
    '59',
    'Feb',
    'Mon',
    '31',
    '12',
  );
  fc.assert(
    fc.property(fc.array(field, { minLength: 5, maxLength: 6 }), fields => {
      const text = fields.join(' ');
      if (ncrontabFault(text) === undefined) expect(next(text, 1).length).toBeLessThanOrEqual(1);
    }),
  );
});
