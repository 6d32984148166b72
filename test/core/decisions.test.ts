/** What is told beside thresholds (rules 8, 10, 14, 20), as the decisions for one owner say it. */
import { type Decision, decideAll } from '../../src/core/decisions';
import { type Expiry, withReading } from '../../src/core/expiry';
import { failed, type Reading } from '../../src/core/reading';
import type { Snooze } from '../../src/core/snooze';
import { type Told, withTold } from '../../src/core/told';
import { DAY, HOUR, MINUTE } from '../../src/formats/instant';
import { at, crossings, failing, fixed, state, told, UNREPLACED } from './states';

const EXPIRY = at('06-30');
const all = crossings('30d 7d 1d 0 -7d', EXPIRY);
const missing = failed('missing', 'it knows no such token');
const timeout = failed('timeout', 'no answer in 10 s');
const expires = (expiresOn: number): Reading => ({ outcome: 'expires', expiresOn });

interface Given {
  readonly told?: readonly Told[];
  readonly snooze?: Snooze;
  readonly of?: typeof all;
}

const decisions = (expiry: Expiry, now: number, given: Given = {}): Decision[] =>
  decideAll({
    ...UNREPLACED,
    state: expiry,
    crossings: given.of ?? all,
    told: given.told ?? [],
    snooze: given.snooze,
    now,
  });
const due = (...args: Parameters<typeof decisions>) =>
  decisions(...args).flatMap(decision => (decision.due ? [decision.reason] : []));
const dueOf = (reason: string, ...args: Parameters<typeof decisions>) =>
  decisions(...args).find(decision => decision.due && decision.reason === reason);
/** Why nothing is told, of threshold, missing, unreadable, readable, renewed and replaced. */
const why = (...args: Parameters<typeof decisions>) =>
  decisions(...args).map(decision => (decision.due ? decision.reason : decision.because));

/** One reading after the other; each is told at once what is then due, if mails arrive. */
function live(
  readings: readonly (readonly [Reading, number])[],
  before: Expiry,
  options: { mayMint?: boolean; of?: typeof all; outcome?: Told['outcome']; lines?: readonly Told[] } = {},
) {
  let after = before;
  let lines = options.lines ?? [];
  const tellings: string[] = [];
  for (const [reading, now] of readings) {
    after = withReading(after, reading, now, options.mayMint ?? false).after;
    for (const decision of decisions(after, now, { told: lines, of: options.of ?? [] })) {
      if (!decision.due) continue;
      tellings.push(decision.reason);
      const { reason, about, crossedOn } = decision;
      lines = withTold(
        lines,
        told(reason, about, crossedOn, { on: now, outcome: options.outcome ?? 'accepted' }),
      );
    }
  }
  return { after, lines, tellings };
}

const healthy = fixed(EXPIRY, at('05-01'));

test('a healthy target has nothing to tell, each with its reason', () => {
  expect(why(healthy, at('05-01'))).toEqual(['noThresholdCrossed', ...Array(5).fill('notSo')]);
});

describe('missing', () => {
  const since = at('05-02');
  const gone = (count: number, sameCodeCount = count) =>
    fixed(EXPIRY, at('05-01'), failing(since, { code: 'missing', count, sameCodeCount }));

  test('waits for a second read', () => {
    expect(why(gone(1), since)[1]).toBe('awaitsSecondLook');
    expect(due(gone(1), since + DAY)).toEqual([]);
  });

  test('is told at the second in a row, about the first of them', () => {
    expect(dueOf('missing', gone(2), since + MINUTE)).toEqual({
      topic: 'missing',
      due: true,
      notice: 'missing',
      reason: 'missing',
      about: since,
      crossedOn: since,
      since,
    });
  });

  test('takes two in a row: after another failure between them, the count starts again', () => {
    const reads = live(
      [
        [missing, since],
        [timeout, since + MINUTE],
        [missing, since + 2 * MINUTE],
      ],
      healthy,
    );
    expect(reads.tellings).toEqual([]);
    expect(live([[missing, since + 3 * MINUTE]], reads.after).tellings).toEqual(['missing']);
  });

  test('after a success between them, the count starts again, too', () => {
    const reads: [Reading, number][] = [
      [missing, since],
      [expires(EXPIRY), since + MINUTE],
      [missing, since + 2 * MINUTE],
    ];
    expect(live(reads, healthy).tellings).toEqual([]);
  });

  test('is told once, however long it lasts, and once more when it goes missing again', () => {
    const days = (from: number): [Reading, number][] => [0, 1, 2, 3].map(day => [missing, from + day * DAY]);
    const first = live(days(since), healthy);
    expect(first.tellings).toEqual(['missing']);
    const back = live([[expires(EXPIRY), at('05-07')]], first.after, { lines: first.lines });
    expect(back.tellings).toEqual(['readable']);
    expect(live(days(at('05-08')), back.after, { lines: back.lines }).tellings).toEqual(['missing']);
  });

  test('is never told as unreadable as well, though it failed often and long', () => {
    expect(why(gone(9), since + 9 * DAY, { told: [told('missing', since, since)] }).slice(1, 3)).toEqual([
      'told',
      'notSo',
    ]);
  });

  test('is told of what was never read', () => {
    expect(due(state({ checkedOn: since, ...failing(since, { code: 'missing', count: 2 }) }), since)).toEqual(
      ['missing'],
    );
  });

  describe('comes in place of the reminders of that expiry', () => {
    const heard = [told('missing', since, since)];

    test('also of one that is due at the same time, and one more look decides', () => {
      expect(due(gone(2), at('06-24'))).toEqual(['missing']);
      expect(why(gone(2), at('06-24'))[0]).toBe('toldAsMissing');
      expect(why(gone(1), at('06-24'))[0]).toBe('awaitsSecondLook');
      expect(
        due(fixed(EXPIRY, at('05-01'), failing(since, { code: 'timeout', count: 2 })), at('06-24')),
      ).toEqual(['7d']);
    });

    test('before it, at it and after it, whatever later reads say', () => {
      for (const now of [at('06-24'), EXPIRY, at('07-07'), at('12-31')]) {
        expect(due(gone(9), now, { told: heard })).toEqual([]);
        for (const code of ['timeout', 'notAllowed'] as const) {
          const other = fixed(EXPIRY, at('05-01'), failing(since, { code, count: 9, sameCodeCount: 3 }));
          expect(due(other, now, { told: heard })).toEqual([]);
          expect(why(other, now, { told: heard })[2]).toBe('toldAsMissing');
        }
      }
    });

    test('but not for an owner whom that mail did not reach, or who was not told', () => {
      for (const outcome of ['refused', 'undelivered'] as const) {
        const lost = [told('missing', since, since, { outcome })];
        expect(due(gone(9), at('06-24'), { told: lost })).toEqual(['7d']);
        expect(due(gone(9), EXPIRY, { told: lost })).toEqual(['gone']);
      }
      expect(due(gone(9), at('06-24'))).toEqual(['missing']);
      expect(due(gone(9), EXPIRY)).toEqual(['gone']);
    });

    test('until it is found again', () => {
      expect(due(fixed(EXPIRY, at('06-24')), at('06-24'), { told: heard })).toEqual(['7d']);
      const again = fixed(EXPIRY, at('06-23'), failing(at('06-25'), { code: 'missing', count: 2 }));
      expect(due(again, at('06-26'), { told: heard })).toEqual(['missing']);
      expect(due(again, EXPIRY, { told: heard })).toEqual(['gone']);
    });
  });
});

describe('expired and gone', () => {
  const since = at('07-01');
  const lost = (count: number, from = since) =>
    fixed(EXPIRY, at('06-29'), failing(from, { code: 'missing', count }));
  const before = [told('1d', EXPIRY, at('06-29'))];

  test('waits at the first read, and no threshold is told in its place', () => {
    expect(due(lost(1), since, { told: before })).toEqual([]);
    expect(why(lost(1), since, { told: before }).slice(0, 2)).toEqual([
      'awaitsSecondLook',
      'awaitsSecondLook',
    ]);
  });

  test('is one notice at the second, about the expiry, whether or not the owner was told of thresholds', () => {
    for (const lines of [before, [], [told('0', EXPIRY, EXPIRY)]])
      expect(due(lost(2), since + HOUR, { told: lines })).toEqual(['gone']);
    expect(dueOf('gone', lost(2), since + HOUR)).toEqual({
      topic: 'missing',
      due: true,
      notice: 'gone',
      reason: 'gone',
      about: EXPIRY,
      crossedOn: EXPIRY,
      since,
    });
  });

  test('at the very instant of its expiry it is gone, one before it is missing', () => {
    const known = lost(2, at('06-28'));
    expect(due(known, EXPIRY - 1, { told: before })).toEqual(['missing']);
    expect(due(known, EXPIRY, { told: before })).toEqual(['gone']);
  });

  test('what went missing before its expiry is told when it expires to those who were not told before, waiting since then', () => {
    const known = lost(9, at('06-20'));
    const lines = [told('7d', EXPIRY, at('06-23'))];
    expect(dueOf('gone', known, EXPIRY, { told: lines })).toMatchObject({ about: EXPIRY, since: EXPIRY });
    const heard = [...lines, told('missing', at('06-20'), at('06-20'))];
    expect(due(known, EXPIRY, { told: heard })).toEqual([]);
    expect(why(known, EXPIRY, { told: heard }).slice(0, 2)).toEqual(['toldAsMissing', 'toldAsMissing']);
  });

  test('ends the thresholds: no -7d comes after it, nor is it told twice', () => {
    const lines = withTold(before, told('gone', EXPIRY, EXPIRY));
    for (const now of [since + DAY, at('07-07'), at('07-20'), at('12-31')]) {
      expect(due(lost(9), now, { told: lines })).toEqual([]);
      expect(why(lost(9), now, { told: lines }).slice(0, 2)).toEqual(['told', 'told']);
    }
  });

  test('so it does where the mail did not arrive: it does not loop', () => {
    for (const outcome of ['refused', 'undelivered'] as const)
      expect(due(lost(9), at('07-20'), { told: [told('gone', EXPIRY, EXPIRY, { outcome })] })).toEqual([]);
  });

  test('is for an expiry alone: what is replaced by a later one starts clean, and is told as renewed', () => {
    const later = at('09-30');
    const lines = withTold([], told('gone', EXPIRY, EXPIRY));
    const { tellings } = live([[expires(later), at('07-02')]], lost(5), {
      lines,
      of: crossings('30d 0', later),
    });
    expect(tellings).toEqual(['renewed']);
  });

  test('is not told of a minted target, which is missing instead', () => {
    const minted = { ...lost(2), evidence: 'minted' } as const;
    expect(due(minted, at('07-20'), { of: [] })).toEqual(['missing']);
  });
});

describe('unreadable', () => {
  const since = at('05-02');
  const unread = (count: number) => fixed(EXPIRY, at('05-01'), failing(since, { count, code: 'notAllowed' }));

  test.each([
    [2, HOUR, 'notYet'],
    [2, 9 * DAY, 'notYet'],
    [3, HOUR - 1, 'notYet'],
    [99, HOUR - 1, 'notYet'],
    [3, HOUR, 'unreadable'],
    [99, DAY, 'unreadable'],
  ])('after %i failures and %i ms: %s', (count, passed, expected) => {
    expect(why(unread(count), since + passed)[2]).toBe(expected);
  });

  test('is about the first failure, whatever the failures were called since', () => {
    expect(dueOf('unreadable', unread(3), since + DAY)).toEqual({
      topic: 'unreadable',
      due: true,
      notice: 'unreadable',
      reason: 'unreadable',
      about: since,
      crossedOn: since,
      since,
    });
    const mixed = live(
      [
        [timeout, since],
        [missing, since + HOUR],
        [timeout, since + 2 * HOUR],
      ],
      healthy,
    );
    expect(mixed.tellings).toEqual(['unreadable']);
    expect(mixed.lines[0]?.about).toBe(since);
  });

  test('is told once in a run of failures, and again in the next', () => {
    const run = (from: number): [Reading, number][] =>
      [0, 1, 2, 3, 4].map(hour => [timeout, from + hour * HOUR]);
    const first = live(run(since), healthy);
    expect(first.tellings).toEqual(['unreadable']);
    const back = live([[expires(EXPIRY), since + DAY]], first.after, { lines: first.lines });
    const again = live(run(since + 2 * DAY), back.after, { lines: back.lines });
    expect([back.tellings, again.tellings]).toEqual([['readable'], ['unreadable']]);
  });

  test('comes beside a threshold on the last known expiry (rule 10)', () => {
    expect(due(unread(3), at('06-24'))).toEqual(['7d', 'unreadable']);
  });

  test('is not told again when its mail did not arrive: it does not loop', () => {
    for (const outcome of ['refused', 'undelivered'] as const)
      expect(due(unread(9), at('05-20'), { told: [told('unreadable', since, since, { outcome })] })).toEqual(
        [],
      );
  });
});

describe('readable again', () => {
  const since = at('05-02');
  const back = fixed(EXPIRY, at('05-03'), { recovered: { since, on: at('05-03') } });

  test.each(['unreadable', 'missing'])('is told to those who heard that it was %s', bad => {
    expect(dueOf('readable', back, at('05-03'), { told: [told(bad, since, since)] })).toEqual({
      topic: 'readable',
      due: true,
      notice: 'readable',
      reason: 'readable',
      about: since,
      crossedOn: at('05-03'),
      since: at('05-03'),
    });
  });

  test('is not told to those who heard nothing, or heard of an earlier failure', () => {
    expect(why(back, at('05-03'))[3]).toBe('notTold');
    expect(why(back, at('05-03'), { told: [told('7d', since, since)] })[3]).toBe('notTold');
    const earlier = [told('unreadable', since - DAY, since - DAY)];
    expect(why(back, at('05-03'), { told: earlier })[3]).toBe('notTold');
  });

  test('is not told to those whose mail with the bad news did not arrive', () => {
    for (const outcome of ['refused', 'undelivered'] as const)
      expect(why(back, at('05-03'), { told: [told('unreadable', since, since, { outcome })] })[3]).toBe(
        'notTold',
      );
  });

  test('is told once', () => {
    const lines = [told('readable', since, at('05-03')), told('unreadable', since, since)];
    expect(why(back, at('05-09'), { told: lines })[3]).toBe('told');
  });

  test('is not told while it fails again', () => {
    const again = { ...back, ...failing(at('05-04')) };
    expect(why(again, at('05-04'), { told: [told('unreadable', since, since)] })[3]).toBe('notSo');
  });

  test('a failure too short to be told ends in silence', () => {
    const blip: [Reading, number][] = [
      [timeout, since],
      [timeout, since + MINUTE],
      [expires(EXPIRY), since + 2 * MINUTE],
    ];
    expect(live(blip, healthy).tellings).toEqual([]);
  });
});

describe('renewed', () => {
  const later = at('09-30');
  const reminded = [told('7d', EXPIRY, at('06-23'))];
  const to = (expiresOn: number, options: Parameters<typeof live>[2] = { lines: reminded }) =>
    live([[expires(expiresOn), at('06-24')]], fixed(EXPIRY, at('06-23')), options);

  test('is told to those who were reminded of the earlier expiry, about the new one', () => {
    const { after, tellings } = to(later);
    expect(tellings).toEqual(['renewed']);
    expect(dueOf('renewed', after, at('06-25'), { told: reminded, of: [] })).toEqual({
      topic: 'renewed',
      due: true,
      notice: 'renewed',
      reason: 'renewed',
      about: later,
      crossedOn: at('06-24'),
      since: at('06-24'),
    });
  });

  test('is told to those who were reminded of any earlier expiry, if no good news came since', () => {
    const lines = [told('7d', EXPIRY - DAY, at('06-22'))];
    expect(to(later, { lines }).tellings).toEqual(['renewed']);
    const heard = told('renewed', EXPIRY, at('06-22'), { on: at('06-23') });
    expect(to(later, { lines: [heard, ...lines] }).tellings).toEqual([]);
  });

  test('is not told to those who were not reminded', () => {
    expect(to(later, { lines: [] }).tellings).toEqual([]);
    expect(to(later, { lines: [told('unreadable', EXPIRY, EXPIRY)] }).tellings).toEqual([]);
  });

  test('is not told to those whose reminder did not arrive', () => {
    for (const outcome of ['refused', 'undelivered'] as const)
      expect(to(later, { lines: [told('7d', EXPIRY, at('06-23'), { outcome })] }).tellings).toEqual([]);
  });

  test('is not told for an earlier expiry, nor for the same', () => {
    expect(to(at('06-28')).tellings).toEqual([]);
    expect(to(EXPIRY).tellings).toEqual([]);
  });

  test('is told once, though it is read again and again', () => {
    const reads: [Reading, number][] = [24, 25, 26].map(day => [expires(later), at(`06-${day}`)]);
    expect(live(reads, fixed(EXPIRY, at('06-23')), { lines: reminded }).tellings).toEqual(['renewed']);
  });

  test('is told on what was read before reads began to fail', () => {
    const { after } = to(later, { lines: [] });
    const failed = withReading(after, timeout, at('06-25'), false).after;
    expect(due(failed, at('06-25'), { told: reminded, of: [] })).toEqual(['renewed']);
  });

  test('is not told of a container app while its move is undecided, and is once it is repeated', () => {
    const moves: [Reading, number][] = [
      [expires(later), at('06-24')],
      [expires(later), at('06-24 00:05')],
    ];
    const before = fixed(EXPIRY, at('06-23'));
    const options = { mayMint: true, lines: reminded };
    expect(live(moves.slice(0, 1), before, options).tellings).toEqual([]);
    expect(live(moves, before, options).tellings).toEqual(['renewed']);
  });

  test('is not told of a container app that turns out to mint', () => {
    const moves: [Reading, number][] = [24, 25, 26].map(day => [expires(later + day), at(`06-${day}`)]);
    expect(live(moves, fixed(EXPIRY, at('06-23')), { mayMint: true, lines: reminded }).tellings).toEqual([]);
  });

  test('comes beside a threshold of the new expiry that is crossed already', () => {
    const soon = at('07-20');
    expect(to(soon, { lines: reminded, of: crossings('30d 7d 0', soon) }).tellings).toEqual([
      '30d',
      'renewed',
    ]);
  });
});

describe('of a minted target (rule 8)', () => {
  const minted = (more: Partial<Expiry> = {}) =>
    state({ expiresOn: EXPIRY, evidence: 'minted', readOn: at('06-29'), checkedOn: at('06-29'), ...more });
  const since = at('06-20');

  test('no threshold and no renewal is told, though its last expiry is past', () => {
    const lines = [told('7d', EXPIRY - DAY, since)];
    const renewed = { from: EXPIRY - DAY, on: since };
    expect(due(minted({ renewed }), at('08-01'), { told: lines })).toEqual([]);
    expect(why(minted(), at('08-01'))[0]).toBe('minted');
  });

  test.each<[string, Partial<Expiry>, Told[]]>([
    ['missing', failing(since, { code: 'missing', count: 2 }), []],
    ['unreadable', failing(since, { count: 3 }), []],
    ['readable', { recovered: { since, on: at('06-29') } }, [told('unreadable', since, since)]],
  ])('its owners hear that it is %s', (reason, more, lines) => {
    expect(due(minted(more), at('08-01'), { told: lines })).toEqual([reason]);
  });
});

describe('a snooze (rule 20)', () => {
  const snooze = (more: Partial<Snooze> = {}): Snooze => ({
    about: EXPIRY,
    until: at('09-01'),
    reason: 'on it',
    on: at('06-01'),
    ...more,
  });
  const since = at('06-20');

  test.each<[string, Expiry, number]>([
    ['7d', fixed(EXPIRY, at('06-24')), at('06-24')],
    ['missing', fixed(EXPIRY, at('05-01'), failing(since, { code: 'missing', count: 2 })), at('05-30')],
    ['unreadable', fixed(EXPIRY, at('05-01'), failing(at('05-02'), { count: 3 })), at('05-30')],
    ['gone', fixed(EXPIRY, at('06-29'), failing(since, { code: 'missing', count: 2 })), at('07-01')],
  ])('silences %s while it is in force, and not after', (reason, expiry, now) => {
    expect(due(expiry, now)).toContain(reason);
    expect(due(expiry, now, { snooze: snooze() })).toEqual([]);
    expect(why(expiry, now, { snooze: snooze() })).toContain('snoozed');
    expect(due(expiry, now, { snooze: snooze({ until: now }) })).toContain(reason);
  });

  test('of another expiry silences nothing', () => {
    const read = fixed(EXPIRY, at('06-24'));
    expect(due(read, at('06-24'), { snooze: snooze({ about: EXPIRY - DAY }) })).toEqual(['7d']);
    expect(due(read, at('06-24'), { snooze: snooze({ about: undefined }) })).toEqual(['7d']);
  });

  test('of a minted target, which has no expiry to name, silences its bad news', () => {
    const minted = state({ expiresOn: EXPIRY, evidence: 'minted', ...failing(since, { count: 3 }) });
    expect(due(minted, at('07-01'), { snooze: snooze({ about: undefined }), of: [] })).toEqual([]);
    expect(due(minted, at('07-01'), { of: [] })).toEqual(['unreadable']);
  });

  test('keeps no good news back', () => {
    const back = fixed(EXPIRY, at('06-24'), { recovered: { since, on: at('06-24') } });
    const lines = [told('7d', EXPIRY, at('06-23')), told('unreadable', since, since)];
    expect(due(back, at('06-24'), { told: lines, snooze: snooze() })).toEqual(['readable']);
  });

  test('does not change the reason of what was told before', () => {
    const read = fixed(EXPIRY, at('06-24'));
    expect(why(read, at('06-24'), { told: [told('7d', EXPIRY, at('06-23'))], snooze: snooze() })[0]).toBe(
      'told',
    );
  });
});
