/** Dates from outside: read strictly and by the calendar (rule 5), or not at all. */
import fc from 'fast-check';
import { formatInstant, parseInstant } from '../../src/formats/instant';

const EARLIEST = Date.UTC(2000, 0, 1);
const LATEST = Date.UTC(9999, 11, 31, 23, 59, 59, 999);
const instants = fc.integer({ min: EARLIEST, max: LATEST });

/** An instant in any allowed spelling: any offset, 0 to 12 fraction digits, `T` and `Z` in either case. */
const written = fc
  .record({
    instant: fc.integer({ min: EARLIEST + 86_400_000, max: LATEST - 86_400_000 }),
    digits: fc.stringMatching(/^\d{9}$/),
    precision: fc.nat(12),
    offset: fc.option(fc.record({ sign: fc.constantFrom(1, -1), hours: fc.nat(23), minutes: fc.nat(59) })),
    utc: fc.constantFrom('Z', ''),
    lower: fc.boolean(),
  })
  .map(({ instant, digits, precision, offset, utc, lower }) => {
    const shift = offset ? offset.sign * (offset.hours * 60 + offset.minutes) * 60_000 : 0;
    const local = new Date(instant + shift).toISOString();
    const fraction = `${local.slice(20, 23)}${digits}`.slice(0, precision);
    const zone = offset ? `${offset.sign > 0 ? '+' : '-'}${two(offset.hours)}:${two(offset.minutes)}` : utc;
    const text = `${local.slice(0, 19)}${precision > 0 ? `.${fraction}` : ''}${zone}`;
    const kept = 10 ** (3 - Math.min(precision, 3));
    return { text: lower ? text.toLowerCase() : text, instant: Math.floor(instant / kept) * kept };
  });

function two(value: number): string {
  return String(value).padStart(2, '0');
}

it('what was written down is read back the same', () => {
  fc.assert(fc.property(instants, instant => expect(parseInstant(formatInstant(instant))).toBe(instant)));
  fc.assert(fc.property(instants, instant => expect(formatInstant(instant)).toHaveLength(24)));
});

it('any offset and any number of fraction digits give the same instant, cut to milliseconds', () => {
  fc.assert(
    fc.property(written, ({ text, instant }) => expect(parseInstant(text)).toBe(instant)),
    {
      numRuns: 1_000,
    },
  );
});

it('fields out of the calendar are never carried over into another date', () => {
  const field = (max: number) => fc.nat(max).map(two);
  const parts = fc.tuple(
    fc.integer({ min: 1999, max: 2105 }),
    field(14),
    field(33),
    field(26),
    field(62),
    field(62),
  );
  fc.assert(
    fc.property(parts, ([year, month, day, hour, minute, second]) => {
      const text = `${year}-${month}-${day}T${hour}:${minute}:${second}`;
      const instant = parseInstant(`${text}Z`);
      const real = isReal(text);
      if (instant === undefined) expect(real && year >= 2000).toBe(false);
      else expect(formatInstant(instant).slice(0, 19)).toBe(text);
    }),
    { numRuns: 2_000 },
  );
});

/** Whether a date exists, found another way: the engine gives an existing date back unchanged. */
function isReal(text: string): boolean {
  const date = new Date(`${text}Z`);
  return !Number.isNaN(date.getTime()) && date.toISOString().slice(0, 19) === text;
}

it('a text with one character changed is read by the calendar or not at all', () => {
  const change = fc.record({ at: fc.nat(23), to: fc.constantFrom(...'0123456789-+:.TZ /,eE\u0660') });
  fc.assert(
    fc.property(instants, change, (instant, { at, to }) => {
      const text = formatInstant(instant);
      const near = text.slice(0, at) + to + text.slice(at + 1);
      const seen = parseInstant(near);
      if (seen !== undefined) expect(seen).toBe(Date.parse(near));
    }),
    { numRuns: 2_000 },
  );
});

it('no other text is a date', () => {
  fc.assert(fc.property(fc.string(), text => expect(parseInstant(text)).toBeUndefined()));
});

it.each<[string, number]>([
  ['2022-07-14T19:22:50.3080223Z', Date.UTC(2022, 6, 14, 19, 22, 50, 308)],
  ['2020-10-18T18:30:40.227Z', Date.UTC(2020, 9, 18, 18, 30, 40, 227)],
  ['2026-03-01t12:00:00z', Date.UTC(2026, 2, 1, 12)],
  ['2026-03-01T12:00:00', Date.UTC(2026, 2, 1, 12)],
  ['2026-03-01T12:00:00.9999', Date.UTC(2026, 2, 1, 12, 0, 0, 999)],
  ['2026-03-01T01:30:00+05:45', Date.UTC(2026, 1, 28, 19, 45)],
  ['2026-12-31T23:00:00-02:00', Date.UTC(2027, 0, 1, 1)],
  ['2024-02-29T00:00:00Z', Date.UTC(2024, 1, 29)],
  ['2000-01-01T00:00:00Z', EARLIEST],
  ['9999-12-31T23:59:59.999Z', LATEST],
  ['1999-12-31T23:30:00-01:00', Date.UTC(2000, 0, 1, 0, 30)],
])('%s is a date', (text, instant) => {
  expect(parseInstant(text)).toBe(instant);
});

it.each([
  '',
  'never',
  '2026-03-01',
  '2026-03-01 12:00:00Z',
  '2026-02-29T00:00:00Z',
  '2100-02-29T00:00:00Z',
  '2026-04-31T00:00:00Z',
  '2026-00-10T00:00:00Z',
  '2026-13-10T00:00:00Z',
  '2026-03-00T00:00:00Z',
  '2026-03-01T24:00:00Z',
  '2026-03-01T12:60:00Z',
  '2016-12-31T23:59:60Z',
  '2026-03-01T12:00Z',
  '2026-03-01T12:00:00.Z',
  '2026-03-01T12:00:00,5Z',
  '2026-03-01T12:00:00+0100',
  '2026-03-01T12:00:00+24:00',
  '2026-03-01T12:00:00+01:60',
  '1999-12-31T23:59:59Z',
  '2000-01-01T00:00:00+01:00',
  '9999-12-31T23:59:59-01:00',
  '0001-01-01T00:00:00Z',
  '+002026-03-01T12:00:00Z',
  ' 2026-03-01T12:00:00Z',
  '2026-03-01T12:00:00Z\n',
  '1772366400',
])('%j is no date', text => {
  expect(parseInstant(text)).toBeUndefined();
});
