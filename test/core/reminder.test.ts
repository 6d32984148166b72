import fc from 'fast-check';
import { decide as decideTopic } from '../../src/core/decisions';
import type { Expiry } from '../../src/core/expiry';
import { describeReminder, isForCopies } from '../../src/core/reminder';
import { type Told, withTold } from '../../src/core/told';
import { DAY } from '../../src/formats/instant';
import { at, crossings, failing, fixed, KEY, SEEN, state, told, UNREPLACED } from './states';

const EXPIRY = at('06-30');
const all = crossings('30d 7d 1d 0 -7d', EXPIRY);
const WIDE = at('05-31');
const WEEK = at('06-23');

const decide = (expiry: Expiry, now: number, lines: readonly Told[] = [], of = all) =>
  decideTopic('threshold', {
    ...UNREPLACED,
    state: expiry,
    crossings: of,
    told: lines,
    snooze: undefined,
    now,
  });
const decideInvalid = (expiry: Expiry, lines: readonly Told[]) =>
  decideTopic('invalid', {
    ...UNREPLACED,
    state: expiry,
    crossings: [],
    told: lines,
    snooze: undefined,
    now: at('06-02'),
  });
const reason = (...args: Parameters<typeof decide>) => {
  const decision = decide(...args);
  return decision.due ? decision.reason : decision.because;
};

describe('a threshold', () => {
  test('is not due before it is crossed', () => {
    expect(reason(fixed(EXPIRY, WIDE - 1), WIDE - 1)).toBe('noThresholdCrossed');
  });

  test('is not due once crossed until a reading was taken after it (rule 10)', () => {
    expect(reason(fixed(EXPIRY, WIDE - 1), WIDE)).toBe('awaitsReading');
    expect(reason(fixed(EXPIRY, WIDE - 1), at('06-29'))).toBe('awaitsReading');
  });

  test('is due on a reading taken at its very instant, with what identifies it (rule 11)', () => {
    expect(decide(fixed(EXPIRY, WIDE), WIDE)).toEqual({
      topic: 'threshold',
      due: true,
      notice: 'threshold',
      reason: '30d',
      about: EXPIRY,
      crossedOn: WIDE,
      since: WIDE,
    });
  });

  test('speaks as its reading did, though a tighter one has been crossed since', () => {
    expect(reason(fixed(EXPIRY, WEEK - 1), WEEK + 1)).toBe('30d');
  });

  test.each([
    ['05-31', '30d'],
    ['06-23', '7d'],
    ['06-29', '1d'],
    ['06-30', '0'],
    ['07-07', '-7d'],
    ['12-31', '-7d'],
  ])('read on %s: only the tightest is due, %s (rule 12)', (day, tightest) => {
    expect(reason(fixed(EXPIRY, at(day)), at(day))).toBe(tightest);
  });

  test('could be told since it was crossed, and not before the target was first seen', () => {
    expect(decide(fixed(EXPIRY, at('06-10')), at('06-10'))).toMatchObject({ since: WIDE });
    expect(decide(fixed(EXPIRY, at('06-10'), { firstSeenOn: at('06-09') }), at('06-10'))).toMatchObject({
      since: at('06-09'),
    });
    expect(WIDE).toBeGreaterThan(SEEN);
  });
});

describe('while reads fail (rule 10)', () => {
  const unread = fixed(EXPIRY, at('05-01'), { checkedOn: at('06-23'), ...failing(at('05-02')) });

  test('a threshold is due on the last known expiry', () => {
    expect(reason(unread, WIDE - 1)).toBe('noThresholdCrossed');
    expect(reason(unread, WIDE)).toBe('30d');
    expect(reason(unread, WEEK)).toBe('7d');
  });

  test('so it is while the row is not understood', () => {
    expect(reason(fixed(EXPIRY, at('05-01'), { invalid: { faults: ['x'], since: at('05-02') } }), WEEK)).toBe(
      '7d',
    );
  });

  test('what was never read well is not due', () => {
    expect(reason(state({ checkedOn: WEEK, ...failing(WEEK) }), WEEK, [], [])).toBe('notRead');
  });
});

describe('an expiry that is not fixed is never due', () => {
  test.each<[string, Partial<Expiry>, string]>([
    ['never read', {}, 'notRead'],
    ['never expiring', { expiresOn: 'never', evidence: 'fixed' }, 'neverExpires'],
    ['read once, of a kind that may mint', { expiresOn: EXPIRY, evidence: 'first' }, 'undecided'],
    ['moved', { expiresOn: EXPIRY, evidence: 'moved' }, 'undecided'],
    ['minted', { expiresOn: EXPIRY, evidence: 'minted' }, 'minted'],
  ])('%s', (_, more, because) => {
    expect(reason(state({ readOn: WEEK, checkedOn: WEEK, ...more }), WEEK)).toBe(because);
    expect(reason(state({ readOn: WEEK, checkedOn: WEEK, ...more, ...failing(WEEK) }), WEEK)).toBe(because);
  });
});

describe('what an owner was told', () => {
  const read = fixed(EXPIRY, at('06-24'));

  test('is not due again', () => {
    expect(reason(read, at('06-24'), [told('7d', EXPIRY, WEEK)])).toBe('told');
  });

  test('counts as done for every wider threshold, and for none that is tighter (rule 12)', () => {
    expect(reason(fixed(EXPIRY, at('06-10')), at('06-10'), [told('7d', EXPIRY, WEEK)])).toBe('told');
    expect(reason(read, at('06-24'), [told('30d', EXPIRY, WIDE)])).toBe('7d');
  });

  test('was about its expiry alone: a renewed token starts clean (rule 11)', () => {
    expect(reason(read, at('06-24'), [told('7d', EXPIRY - DAY, WEEK + DAY)])).toBe('7d');
  });

  test('counts as done when the service refused it for good: it does not loop', () => {
    expect(reason(read, at('06-24'), [told('7d', EXPIRY, WEEK, { outcome: 'refused' })])).toBe('told');
  });

  test('of its row as invalid says nothing about thresholds', () => {
    expect(reason(read, at('06-24'), [told('invalid', EXPIRY, at('12-31'))])).toBe('7d');
  });

  test('holds when thresholds change: a wider new one is done, a tighter one is not', () => {
    const lines = [told('7d', EXPIRY, WEEK)];
    const now = at('06-28');
    expect(reason(fixed(EXPIRY, now), now, lines, crossings('14d', EXPIRY))).toBe('told');
    expect(reason(fixed(EXPIRY, now), now, lines, crossings('7d 3d', EXPIRY))).toBe('3d');
    expect(reason(fixed(EXPIRY, now), now, lines, crossings('1d', EXPIRY))).toBe('noThresholdCrossed');
  });
});

test('whatever happened between, an owner is told each crossing at most once, and always the tightest that was read', () => {
  const days = fc.uniqueArray(fc.integer({ min: -60, max: 60 }), { minLength: 1, maxLength: 12 });
  fc.assert(
    fc.property(days, readings => {
      const tellings: string[] = [];
      let lines: readonly Told[] = [];
      for (const day of readings.sort((a, b) => a - b)) {
        const now = EXPIRY + day * DAY;
        const decision = decide(fixed(EXPIRY, now), now, lines);
        const expected = all.findLast(crossing => crossing.at <= now);
        if (!decision.due) {
          const last = lines[0]?.crossedOn ?? Number.NEGATIVE_INFINITY;
          expect(expected === undefined || last >= expected.at).toBe(true);
          continue;
        }
        expect(decision.crossedOn).toBe(expected?.at);
        tellings.push(decision.reason);
        lines = withTold(lines, told(decision.reason, decision.about, decision.crossedOn));
      }
      expect(new Set(tellings).size).toBe(tellings.length);
    }),
  );
});

describe('a row that is not understood', () => {
  const since = at('06-01');
  const invalid = state({ invalid: { faults: ['owners: x'], since } });

  test('is told once for as long as it is so', () => {
    expect(decideInvalid(invalid, [])).toEqual({
      topic: 'invalid',
      due: true,
      notice: 'invalid',
      reason: 'invalid',
      about: since,
      crossedOn: since,
      since,
    });
    expect(decideInvalid(invalid, [told('invalid', since, since)])).toEqual({
      topic: 'invalid',
      due: false,
      because: 'told',
      about: since,
    });
  });

  test('is told again when it breaks again, and is not while it is understood', () => {
    expect(decideInvalid(invalid, [told('invalid', at('05-01'), at('05-01'))]).due).toBe(true);
    expect(decideInvalid(state(), [])).toEqual({ topic: 'invalid', due: false, because: 'notSo' });
  });

  test('is not what a threshold told', () => {
    expect(decideInvalid(invalid, [told('7d', since, since)]).due).toBe(true);
  });
});

describe('the record of what was told', () => {
  const months = [
    '01-01',
    '02-01',
    '03-01',
    '04-01',
    '05-01',
    '06-01',
    '07-01',
    '08-01',
    '09-01',
    '10-01',
  ].map(day => at(day));

  test('keeps the last eight expiries, latest first, and one entry an expiry', () => {
    const lines = months.reduce<readonly Told[]>(
      (before, about) => withTold(before, told('7d', about, about - DAY)),
      [],
    );
    expect(lines.map(({ about }) => about)).toEqual(months.slice(2).reverse());
    const again = withTold(lines, told('0', at('09-01'), at('09-01')));
    expect(again).toHaveLength(8);
    expect(again.filter(({ about }) => about === at('09-01')).map(({ reason }) => reason)).toEqual(['0']);
  });

  test('never loses a threshold to an invalid row, nor the other way round', () => {
    const lines = months.reduce<readonly Told[]>(
      (before, since) => withTold(before, told('invalid', since, since)),
      [told('7d', EXPIRY, WEEK)],
    );
    expect(lines).toHaveLength(6);
    expect(lines).toContainEqual(told('7d', EXPIRY, WEEK));
    expect(withTold(lines, told('0', EXPIRY, EXPIRY))).toHaveLength(6);
  });
});

describe('copies for operators', () => {
  test.each<[string, number, boolean]>([
    ['30d', WIDE, false],
    ['1d', EXPIRY - DAY, false],
    ['20%', EXPIRY - 1, false],
    ['0', EXPIRY, true],
    ['-7d', EXPIRY + 7 * DAY, true],
    ['gone', EXPIRY, true],
  ])('of a reminder for %s: only once the expiry is reached', (reason, crossedOn, expected) => {
    expect(isForCopies({ reason, about: EXPIRY, crossedOn })).toBe(expected);
  });

  test('of a renewal always, and of no other notice, whenever it came up', () => {
    expect(isForCopies({ reason: 'renewed', about: EXPIRY, crossedOn: WIDE })).toBe(true);
    for (const reason of ['missing', 'unreadable', 'readable', 'invalid', 'ownerless', 'revoked'])
      expect(isForCopies({ reason, about: EXPIRY, crossedOn: at('12-31') })).toBe(false);
  });
});

test('a reminder is described by its identity', () => {
  const reminder = {
    ...KEY,
    owner: 'ada@example.com',
    reason: '7d',
    about: EXPIRY,
    crossedOn: WEEK,
    since: WEEK,
  };
  expect(describeReminder(reminder)).toBe('7d of 2026-06-30T00:00:00.000Z to ada@example.com');
});
