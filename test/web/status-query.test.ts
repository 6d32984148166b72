import fc from 'fast-check';
import { DAY, HOUR } from '../../src/formats/instant';
import { parseQuery } from '../../src/web/query';
import { encodeCursor, reportQuery, statusQuery } from '../../src/web/status/query';

const KINDS = ['containerApp', 'iotCentralToken'];
const NAMES = ['within', 'standing', 'check', 'kind', 'scope', 'owner', 'q', 'limit', 'cursor'];
const KEY = `2026-06-30T00:00:00.000Z|${'0123456789abcdef'.repeat(2)}`;

const parse = (query: string | URLSearchParams) => {
  const parsed = parseQuery(new URLSearchParams(query), statusQuery(KINDS));
  return 'faults' in parsed ? parsed : { query: reportQuery(parsed.query) };
};

test('without parameters the first 100 are asked for', () => {
  expect(parse('')).toEqual({ query: { limit: 100 } });
});

test.each<[string, object]>([
  ['within=30d', { withinMs: 30 * DAY }],
  ['within=12h', { withinMs: 12 * HOUR }],
  ['standing=expiring', { standing: ['expiring'] }],
  ['standing=expired,expiring;expired', { standing: ['expiring', 'expired'] }],
  ['standing=healthy+unknown', { standing: ['healthy', 'unknown'] }],
  ['check=failing,invalid,pending,ok', { check: ['ok', 'failing', 'invalid', 'pending'] }],
  ['kind=containerApp', { kind: 'containerApp' }],
  [
    'scope=iotCentralToken:contoso.azureiotcentral.com',
    { scope: 'iotCentralToken:contoso.azureiotcentral.com' },
  ],
  ['owner=Ada%40example.com', { owner: 'Ada@example.com' }],
  ["q=gate%20'way", { q: "gate 'way" }],
  ['limit=1', { limit: 1 }],
  ['limit=1000', { limit: 1_000 }],
  [`cursor=${encodeCursor(KEY)}`, { cursor: KEY }],
  ['code=a-function-key&clientId=default', {}],
])('%s is understood', (text, query) => expect(parse(text)).toEqual({ query: { limit: 100, ...query } }));

test('all of them together are one query', () => {
  const text = `within=1d&standing=expired&check=ok&kind=containerApp&scope=s&owner=o@example.com&q=q&limit=5&cursor=${encodeCursor(KEY)}`;
  expect(parse(text)).toEqual({
    query: {
      withinMs: DAY,
      standing: ['expired'],
      check: ['ok'],
      kind: 'containerApp',
      scope: 's',
      owner: 'o@example.com',
      q: 'q',
      limit: 5,
      cursor: KEY,
    },
  });
});

describe('a fault names its parameter and the fix', () => {
  test.each([
    ['within', ['', '30', '0d', '-1d', '1w', '30d,7d', '1 d', '3651d']],
    ['standing', ['', ',', 'Expired', 'expiring,soon', 'ok']],
    ['check', ['', 'OK', 'failing,broken', 'expired']],
    ['kind', ['', 'containerapp', 'containerApp,iotCentralToken', '__proto__']],
    ['scope', ['', 'x'.repeat(1_025)]],
    ['owner', ['', 'x'.repeat(1_025)]],
    ['q', ['', 'x'.repeat(1_025)]],
    ['limit', ['', '0', '1001', '-1', '1.5', '1e2', '0x10', ' 1', '٣', '99999']],
    [
      'cursor',
      [
        '',
        'x',
        KEY,
        encodeCursor('nonsense'),
        encodeCursor(`${KEY}x`),
        encodeCursor(`${KEY}' or '1' eq '1`),
        `${encodeCursor(KEY)}A`.repeat(20),
      ],
    ],
  ])('%s', (parameter, bad) => {
    for (const value of bad)
      expect([value, parse(new URLSearchParams({ [parameter]: value }))]).toEqual([
        value,
        { faults: [{ parameter, detail: expect.stringMatching(/^write /) }] },
      ]);
  });

  test('a parameter given twice is ambiguous', () => {
    expect(parse('limit=1&limit=2')).toEqual({ faults: [expect.objectContaining({ parameter: 'limit' })] });
  });

  test('an unknown parameter is named, with those that exist: a mistyped filter must not show everything', () => {
    expect(parse('standng=expired')).toEqual({
      faults: [{ parameter: 'standng', detail: `there is no such parameter; there are ${NAMES.join(', ')}` }],
    });
  });

  test('all at once', () => {
    const parsed = parse('limit=0&within=x&colour=red');
    expect('faults' in parsed && parsed.faults.map(({ parameter }) => parameter).sort()).toEqual([
      'colour',
      'limit',
      'within',
    ]);
  });
});

test.each([
  ['no instant', encodeCursor(`2026-13-45T99:99:99.999Z|${'0'.repeat(32)}`)],
  ['half an instant', encodeCursor(`2026-01-01T::.Z|${'0'.repeat(32)}`)],
  ['padding', `${encodeCursor(`~|${'0'.repeat(32)}`)}=`],
  ['a stray character', `${encodeCursor(KEY)}*`],
  ['blanks', ` ${encodeCursor(KEY)}`],
])('a cursor with %s is none of ours', (_, cursor) => {
  expect(parse(new URLSearchParams({ cursor }))).toMatchObject({ faults: [{ parameter: 'cursor' }] });
});

test('a cursor leads back to the key it was made of', () => {
  const hash = fc.string({ unit: fc.constantFrom(...'0123456789abcdef'), minLength: 32, maxLength: 32 });
  const year = fc.date({ min: new Date('2000-01-01'), max: new Date('9999-12-31'), noInvalidDate: true });
  const key = fc
    .tuple(
      fc.oneof(
        year.map(date => date.toISOString()),
        fc.constant('~'),
      ),
      hash,
    )
    .map(parts => parts.join('|'));
  fc.assert(
    fc.property(key, some =>
      expect(parse(`cursor=${encodeCursor(some)}`)).toEqual({ query: { limit: 100, cursor: some } }),
    ),
  );
});

test('whatever is asked, the answer is a query or faults that each name a parameter that was sent', () => {
  const name = fc.oneof({ arbitrary: fc.constantFrom(...NAMES), weight: 4 }, fc.string({ unit: 'binary' }));
  const value = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 40 }),
    fc.constantFrom('30d', 'expired', 'ok', 'containerApp', '5', encodeCursor(KEY), 'x'.repeat(2_000)),
  );
  fc.assert(
    fc.property(fc.array(fc.tuple(name, value), { maxLength: 6 }), sent => {
      const parameters = new URLSearchParams(sent);
      const parsed = parse(parameters);
      if ('query' in parsed) {
        expect(parsed.query.limit).toBeGreaterThanOrEqual(1);
        expect(Object.values(parsed.query)).not.toContain(undefined);
        return;
      }
      expect(parsed.faults.length).toBeGreaterThan(0);
      for (const { parameter, detail } of parsed.faults) {
        expect([...parameters.keys()].some(key => key.slice(0, 100) === parameter)).toBe(true);
        expect(detail).not.toBe('');
      }
    }),
    { numRuns: 3_000 },
  );
});
