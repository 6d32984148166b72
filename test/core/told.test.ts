import { TARGET_NOTICES } from '../../src/core/notices';
import {
  hasHeard,
  nextAttempt,
  type Told,
  takenBack,
  wasNoticed,
  wasReminded,
  withTold,
} from '../../src/core/told';
import { DAY, formatInstant, HOUR } from '../../src/formats/instant';
import { at, told } from './states';

const EXPIRY = at('06-30');
const WEEK = at('06-23');
const months = ['01', '02', '03', '04', '05', '06', '07', '08', '09', '10'].map(month => at(`${month}-01`));
const tell = (lines: readonly Told[]) => lines.reduce<readonly Told[]>(withTold, []);

const NOTICES = TARGET_NOTICES.filter(kind => kind !== 'threshold');

describe('what was heard', () => {
  const first = told('30d', EXPIRY, at('05-31'), { operationId: 'one' });
  const lost = told('7d', EXPIRY, WEEK, { operationId: 'two', outcome: 'undelivered' });

  test('stays heard though a later mail about the same was lost', () => {
    expect(tell([first, lost]).map(hasHeard)).toEqual([true]);
  });

  test('stays heard when it is learnt only later that the later mail was lost', () => {
    const sent = { ...lost, outcome: 'accepted' } as const;
    expect(tell([first, sent, lost]).map(hasHeard)).toEqual([true]);
  });

  test('was not heard when the very mail turns out to be lost', () => {
    expect(tell([first, { ...first, outcome: 'undelivered' }]).map(hasHeard)).toEqual([false]);
    expect(tell([lost]).map(hasHeard)).toEqual([false]);
  });
});

describe('the record of what was told', () => {
  test('has one line for each expiry: the last notice about it, a threshold or that it is gone', () => {
    const lines = tell([
      told('30d', EXPIRY, at('05-31')),
      told('7d', EXPIRY, WEEK),
      told('gone', EXPIRY, EXPIRY),
      told('7d', at('12-31'), at('12-24')),
    ]);
    expect(lines.map(({ reason }) => reason)).toEqual(['7d', 'gone']);
  });

  test('keeps each topic apart, also where they are about the same instant', () => {
    const reasons = ['7d', 'renewed', 'missing', 'unreadable', 'readable', 'invalid'];
    const lines = tell(reasons.map(reason => told(reason, EXPIRY, EXPIRY)));
    expect(lines.map(({ reason }) => reason).sort()).toEqual([...reasons].sort());
  });

  test('stays small: the latest eight expiries and five of each notice, and no topic costs another its own', () => {
    const reasons = ['7d', 'renewed', 'missing', 'unreadable', 'readable', 'invalid'];
    const lines = tell(months.flatMap(about => reasons.map(reason => told(reason, about, about))));
    expect(lines).toHaveLength(8 + 5 * (reasons.length - 1));
    for (const reason of reasons)
      expect(lines.filter(line => line.reason === reason).map(({ about }) => about)).toEqual(
        months.slice(reason === '7d' ? -8 : -5).reverse(),
      );
  });

  test('fits its column: 32,768 characters', () => {
    const lines = tell(
      months.flatMap(about =>
        NOTICES.map(reason =>
          told(reason, about, about, { outcome: 'undelivered', operationId: 'x'.repeat(36) }),
        ),
      ),
    );
    expect(JSON.stringify(lines).length).toBeLessThan(20_000);
  });

  test('learns that a mail did not arrive', () => {
    const lines = tell([told('7d', EXPIRY, WEEK), told('7d', EXPIRY, WEEK, { outcome: 'undelivered' })]);
    expect(lines).toEqual([told('7d', EXPIRY, WEEK, { outcome: 'undelivered' })]);
  });

  test('takes no late word that the very mail was accepted', () => {
    const lost = told('7d', EXPIRY, WEEK, { outcome: 'undelivered', operationId: 'one' });
    expect(tell([lost, told('7d', EXPIRY, WEEK, { operationId: 'one' })])).toEqual([lost]);
    const next = told('1d', EXPIRY, EXPIRY - DAY, { operationId: 'two' });
    expect(tell([lost, next])).toEqual([next]);
  });

  test('never forgets a tighter word over a late one: that a wider reminder did not arrive is known after the next', () => {
    const lines = tell([
      told('1h', EXPIRY, EXPIRY - HOUR),
      told('0', EXPIRY, EXPIRY),
      told('1h', EXPIRY, EXPIRY - HOUR, { outcome: 'undelivered', on: EXPIRY + 5 }),
    ]);
    expect(wasReminded(lines, EXPIRY, EXPIRY)).toBe(true);
    expect(lines).toEqual([told('0', EXPIRY, EXPIRY)]);
    const ended = tell([
      told('-7d', EXPIRY, EXPIRY + 7 * DAY),
      told('gone', EXPIRY, EXPIRY),
      told('-7d', EXPIRY, EXPIRY + 7 * DAY, { outcome: 'undelivered' }),
    ]);
    expect(wasReminded(ended, EXPIRY, EXPIRY + 30 * DAY)).toBe(true);
  });
});

describe('being reminded of an expiry', () => {
  test('is by a threshold as tight, or a tighter one', () => {
    const lines = [told('7d', EXPIRY, WEEK)];
    expect(wasReminded(lines, EXPIRY, WEEK)).toBe(true);
    expect(wasReminded(lines, EXPIRY, WEEK - 1)).toBe(true);
    expect(wasReminded(lines, EXPIRY, WEEK + 1)).toBe(false);
    expect(wasReminded(lines, EXPIRY + 1, WEEK)).toBe(false);
  });

  test('is by hearing that it is gone, for every threshold after it, too', () => {
    expect(wasReminded([told('gone', EXPIRY, EXPIRY)], EXPIRY, at('12-31'))).toBe(true);
  });

  test('is by no other notice', () => {
    for (const reason of NOTICES.filter(notice => notice !== 'gone'))
      expect(wasReminded([told(reason, EXPIRY, at('12-31'))], EXPIRY, WEEK)).toBe(false);
  });
});

test('an unknown reason reminds of no expiry, whatever instant it is about', () => {
  const lines = tell([told('7d', EXPIRY, WEEK), told('revoked', EXPIRY, at('12-31'))]);
  expect(lines.map(({ reason }) => reason)).toEqual(['revoked', '7d']);
  expect(wasReminded(lines, EXPIRY, WEEK)).toBe(true);
  expect(wasReminded(lines, EXPIRY, EXPIRY)).toBe(false);
});

test('a notice was heard only in its own word and about its own instant', () => {
  const lines = [told('missing', WEEK, WEEK)];
  expect(wasNoticed(lines, 'missing', WEEK)).toBe(true);
  expect(wasNoticed(lines, 'unreadable', WEEK)).toBe(false);
  expect(wasNoticed(lines, 'missing', WEEK + 1)).toBe(false);
});

describe('a mail that the service took and does not know', () => {
  const REMINDER = { reason: '7d', about: EXPIRY };
  const line = told('7d', EXPIRY, WEEK, { operationId: 'one' });
  const forgotten: Told = { ...line, outcome: 'forgotten' };

  test('is taken back, and counts as not told', () => {
    expect(takenBack([line], 'one', 'why')).toEqual([forgotten]);
    expect(wasReminded([forgotten], EXPIRY, WEEK)).toBe(false);
    expect(wasNoticed([{ ...forgotten, reason: 'missing' }], 'missing', EXPIRY)).toBe(false);
    expect(hasHeard(forgotten)).toBe(false);
  });

  test('takes back nothing that another mail told, or that ended', () => {
    const lines = [line, told('missing', WEEK, WEEK, { operationId: 'two', outcome: 'undelivered' })];
    for (const id of ['two', 'three']) expect(takenBack(lines, id, 'why')).toBe(lines);
    expect(takenBack(lines, 'one', 'why')).toEqual([forgotten, lines[1]]);
  });

  test('is sent again under the next attempt, and given up after the third', () => {
    expect(nextAttempt([], REMINDER)).toBe(1);
    expect(nextAttempt([line], REMINDER)).toBe(1);
    expect(nextAttempt([forgotten], REMINDER)).toBe(2);
    expect(nextAttempt([{ ...forgotten, attempt: 2 }], REMINDER)).toBe(3);
    expect(nextAttempt([forgotten], { ...REMINDER, reason: '1d' })).toBe(1);
    expect(nextAttempt([forgotten], { ...REMINDER, meantFor: 'ada@example.com' })).toBe(1);
    expect(takenBack([{ ...line, attempt: 2 }], 'one', 'why')).toEqual([{ ...forgotten, attempt: 2 }]);
    expect(takenBack([{ ...line, attempt: 3 }], 'one', 'why')).toEqual([
      { ...line, attempt: 3, outcome: 'refused', why: 'why' },
    ]);
  });

  test('stays taken back when a slower sender writes of it, and is replaced by the next attempt alone', () => {
    expect(tell([forgotten, line])).toEqual([forgotten]);
    const second = { ...line, operationId: 'two', attempt: 2 };
    expect(tell([forgotten, second])).toEqual([second]);
    expect(tell([second, line])).toEqual([second]);
    expect(tell([second, forgotten])).toEqual([second]);
  });
});

describe('what is recorded twice', () => {
  test('changes nothing, so that nothing is written', () => {
    const lines = [told('7d', EXPIRY, WEEK)];
    expect(withTold(lines, told('7d', EXPIRY, WEEK, { on: EXPIRY }))).toBe(lines);
  });
});

describe('what an operator was told in the place of owners', () => {
  const owner = (index: number) =>
    `owner-${String(index).padStart(3, '0')}-${'x'.repeat(235)}@example.com`.slice(-254);

  test('is kept apart for each owner, and reminds the operator of no expiry', () => {
    const lines = tell([0, 1].map(index => told('7d', EXPIRY, WEEK, { meantFor: owner(index) })));
    expect(lines).toHaveLength(2);
    expect(wasReminded(lines, EXPIRY, WEEK)).toBe(false);
    expect(
      tell([
        told('7d', EXPIRY, WEEK, { meantFor: 'Ada@x.org' }),
        told('1d', EXPIRY, EXPIRY, { meantFor: 'ada@x.org' }),
      ]),
    ).toHaveLength(1);
  });

  test('fits its column beside their own, with every reason why', () => {
    const more = {
      outcome: 'undelivered',
      operationId: 'x'.repeat(36),
      attempt: 3,
      why: 'y'.repeat(1_000),
    } as const;
    const own = months.flatMap(about => ['7d', ...NOTICES].map(reason => told(reason, about, about, more)));
    const inPlace = Array.from({ length: 60 }, (_, index) =>
      told('7d', EXPIRY, WEEK, { ...more, meantFor: owner(index) }),
    );
    const lines = tell([...own, ...inPlace]);
    expect(lines.filter(({ meantFor }) => meantFor !== undefined)).toHaveLength(40);
    expect(lines.filter(({ meantFor }) => meantFor === undefined).length).toBeGreaterThan(40);
    const stored = lines.map(({ about, crossedOn, on, ...line }) => ({
      ...line,
      ...{ about: formatInstant(about), crossedOn: formatInstant(crossedOn), on: formatInstant(on) },
    }));
    expect(JSON.stringify({ owner: owner(0), told: stored }).length).toBeLessThan(32_768);
  });
});
