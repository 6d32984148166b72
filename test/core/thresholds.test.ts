import fc from 'fast-check';
import {
  crossingsOf,
  expiringFrom,
  formatThreshold,
  parseThreshold,
  parseThresholds,
  type Threshold,
  tightestCrossed,
} from '../../src/core/thresholds';
import { DAY, HOUR, SECOND } from '../../src/formats/instant';
import { at, crossings, thresholds } from './states';

describe('what people write', () => {
  test.each<[string, Threshold]>([
    ['30d', { is: 'lead', ms: 30 * DAY }],
    ['12h', { is: 'lead', ms: 12 * HOUR }],
    ['0', { is: 'lead', ms: 0 }],
    ['0d', { is: 'lead', ms: 0 }],
    ['-7d', { is: 'lead', ms: -7 * DAY }],
    ['-366d', { is: 'lead', ms: -366 * DAY }],
    ['20%', { is: 'share', percent: 20 }],
    ['1%', { is: 'share', percent: 1 }],
  ])('%s is a threshold', (text, threshold) => expect(parseThreshold(text)).toEqual(threshold));

  test.each([
    '',
    '-',
    '--7d',
    '-0',
    '7',
    '7 d',
    '1w',
    '0%',
    '100%',
    '-20%',
    '2.5%',
    '%',
    'a-week',
    '-367d',
    '99999d',
    '7d;',
    'NaNd',
  ])("'%s' is not a threshold", text => expect(parseThreshold(text)).toBeUndefined());

  test('what is written is read as the same, whatever the threshold', () => {
    const lead = fc.integer({ min: -366 * 86_400, max: 3_650 * 86_400 });
    const any = fc.oneof(
      lead.map((s): Threshold => ({ is: 'lead', ms: s * SECOND })),
      fc.integer({ min: 1, max: 99 }).map((percent): Threshold => ({ is: 'share', percent })),
    );
    fc.assert(
      fc.property(any, threshold => expect(parseThreshold(formatThreshold(threshold))).toEqual(threshold)),
    );
  });

  test('one bad item is named with the fix, and the good ones hold', () => {
    const { thresholds, faults } = parseThresholds('30d, a-week; 0 200% -7d');
    expect(thresholds.map(formatThreshold)).toEqual(['30d', '0', '-7d']);
    expect(faults).toEqual([
      expect.stringMatching(/^'a-week' is not a threshold; write for example 30d/),
      expect.stringContaining("'200%'"),
    ]);
  });

  test('a hostile list is bounded: 20 thresholds, and no fault repeats more than 40 characters of it', () => {
    const many = parseThresholds(Array.from({ length: 30 }, (_, day) => `${day + 1}d`).join(' '));
    expect(many.thresholds).toHaveLength(20);
    expect(many.faults).toEqual(['write at most 20 thresholds, not 30']);
    expect(parseThresholds('x'.repeat(999)).faults.join()).not.toContain('x'.repeat(41));
  });

  test('no text at all makes the parser throw', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), text => void parseThresholds(text)));
  });
});

describe('where they fall', () => {
  const expiry = at('06-30');

  test('widest first, whatever order they were written in', () => {
    expect(
      crossings('0 7d -7d 30d', expiry).map(({ threshold, at }) => [formatThreshold(threshold), at]),
    ).toEqual([
      ['30d', at('05-31')],
      ['7d', at('06-23')],
      ['0', expiry],
      ['-7d', at('07-07')],
    ]);
  });

  test.each([
    ['30d 7d', undefined, ['30d', '7d', '0']],
    ['20%', 50 * DAY, ['20%', '0']],
    ['20%', undefined, ['0']],
    ['30d', 20 * DAY, ['0']],
    ['7d 0s', undefined, ['7d', '0']],
    ['7d -7d', undefined, ['7d', '-7d']],
    ['-7d', undefined, ['-7d']],
  ])(
    'of %s with a lifetime of %p they are %p: the expiry itself is always told (rule 12)',
    (text, lifetime, expected) => {
      expect(crossings(text, expiry, lifetime).map(({ threshold }) => formatThreshold(threshold))).toEqual(
        expected,
      );
    },
  );

  test('a share counts from the lifetime, once that is known', () => {
    const [share] = crossings('20%', expiry, 50 * DAY);
    expect(share).toEqual({ threshold: { is: 'share', percent: 20 }, leadMs: 10 * DAY, at: at('06-20') });
  });

  test('a share of an unknown lifetime is skipped, and the answer says why (rule 13)', () => {
    const { crossings, skipped } = crossingsOf(thresholds('20% 7d'), expiry, undefined);
    expect(crossings.map(({ threshold }) => formatThreshold(threshold))).toEqual(['7d', '0']);
    expect(skipped).toEqual([{ threshold: { is: 'share', percent: 20 }, because: 'lifetimeUnknown' }]);
  });

  test('if every threshold is skipped, the expiry itself is one', () => {
    for (const [text, lifetime] of [
      ['20%', undefined],
      ['30d', 20 * DAY],
    ] as const) {
      const { crossings } = crossingsOf(thresholds(text), expiry, lifetime);
      expect(crossings.map(({ threshold, at }) => [formatThreshold(threshold), at])).toEqual([['0', expiry]]);
    }
  });

  test('a lead at or above a known lifetime is skipped; one just below it holds (rule 13)', () => {
    const { crossings, skipped } = crossingsOf(thresholds('30d 14d 7d 0'), expiry, 14 * DAY);
    expect(crossings.map(({ threshold }) => formatThreshold(threshold))).toEqual(['7d', '0']);
    expect(skipped.map(({ threshold, because }) => [formatThreshold(threshold), because])).toEqual([
      ['30d', 'notBelowLifetime'],
      ['14d', 'notBelowLifetime'],
    ]);
    expect(crossingsOf(thresholds('14d'), expiry, 14 * DAY + 1).skipped).toEqual([]);
  });

  test('the tightest crossed one is the last that fell, its very instant included (rule 12)', () => {
    const all = crossings('30d 7d 0', expiry);
    const tightest = (now: number) => tightestCrossed(all, now)?.at;
    expect(tightest(at('05-30'))).toBeUndefined();
    expect(tightest(at('05-31') - 1)).toBeUndefined();
    expect(tightest(at('05-31'))).toBe(at('05-31'));
    expect(tightest(at('06-29'))).toBe(at('06-23'));
    expect(tightest(at('12-31'))).toBe(expiry);
  });

  test('a target is expiring from its widest threshold on, and never later than its expiry', () => {
    expect(expiringFrom(crossings('7d 30d', expiry), expiry)).toBe(at('05-31'));
    expect(expiringFrom(crossings('-7d', expiry), expiry)).toBe(expiry);
    expect(expiringFrom([], expiry)).toBe(expiry);
  });
});
