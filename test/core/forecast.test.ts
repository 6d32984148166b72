import fc from 'fast-check';
import { assess, scheduleOf } from '../../src/core/assess';
import type { Expiry } from '../../src/core/expiry';
import { type Foreseen, foresee } from '../../src/core/forecast';
import type { FailureCode, Reading } from '../../src/core/reading';
import type { Snooze } from '../../src/core/snooze';
import { withTold } from '../../src/core/told';
import type { MailPolicy, Watched } from '../../src/core/watched';
import { DAY, formatInstant, HOUR, type Instant, MINUTE } from '../../src/formats/instant';
import { at, crossings, failing, fixed, row, state, told } from './states';

const EXPIRY = at('06-30');
const MAIL: MailPolicy = { to: 'owners', operators: ['ops@example.com'] };
const ada = 'ada@example.com';

const said = ({ at: on, reminder: { owner, reason } }: Foreseen) =>
  `${formatInstant(on).slice(5, 16)} ${reason} ${owner.split('@')[0]}`;

function lines(expiry: Expiry | undefined, from: Instant, days: number, more: Partial<Case> = {}): string[] {
  const { of = row(), mail = MAIL, canBeRead = true } = more;
  return [...foresee({ row: of, state: expiry, canBeRead }, mail, from, from + days * DAY)].map(said);
}
interface Case {
  readonly of: Watched;
  readonly mail: MailPolicy;
  readonly canBeRead: boolean;
}

const snoozed = (until: Instant, about: Instant | undefined = EXPIRY): Pick<Expiry, 'snoozes'> => {
  const snooze: Snooze = { about, until, reason: 'on leave', on: until - DAY };
  return { snoozes: new Map([[ada, snooze]]) };
};

describe('if nothing changes', () => {
  test('every threshold is mailed at its instant, to the operators too from the expiry on', () => {
    expect(lines(fixed(EXPIRY, at('05-01')), at('05-01 01:00'), 90)).toEqual([
      '05-31T00:00 30d ada',
      '06-23T00:00 7d ada',
      '06-29T00:00 1d ada',
      '06-30T00:00 0 ada',
      '06-30T00:00 0 ops',
    ]);
  });

  test('what is due right now goes out now, and wider thresholds never', () => {
    const now = at('06-24');
    expect(lines(fixed(EXPIRY, now), now, 4)).toEqual(['06-24T00:00 7d ada']);
    expect(lines(fixed(EXPIRY, at('06-22')), now, 4)).toEqual(['06-24T00:00 7d ada']);
  });

  test('what was told is not told again', () => {
    const now = at('06-24');
    const lately = new Map([[ada, [told('7d', EXPIRY, at('06-23'))]]]);
    expect(lines(fixed(EXPIRY, now, { told: lately }), now, 6)).toEqual([
      '06-29T00:00 1d ada',
      '06-30T00:00 0 ada',
      '06-30T00:00 0 ops',
    ]);
  });

  test('a snooze that ends gives way to the tightest threshold crossed under it', () => {
    const now = at('06-24');
    expect(lines(fixed(EXPIRY, now, snoozed(at('06-29 12:00'))), now, 6)).toEqual([
      '06-29T12:00 1d ada',
      '06-30T00:00 0 ada',
      '06-30T00:00 0 ops',
    ]);
    expect(lines(fixed(EXPIRY, now, snoozed(at('06-29 12:00'), EXPIRY - DAY)), now, 1)).toEqual([
      '06-24T00:00 7d ada',
    ]);
  });

  test('nothing is mailed while MAIL_TO is none, and all to the operators while it is operators', () => {
    const now = at('06-28');
    expect(lines(fixed(EXPIRY, now), now, 9, { mail: { ...MAIL, to: 'none' } })).toEqual([]);
    expect(lines(fixed(EXPIRY, now), now, 9, { mail: { ...MAIL, to: 'operators' } })).toEqual([
      '06-28T00:00 7d ops',
      '06-29T00:00 1d ops',
      '06-30T00:00 0 ops',
    ]);
  });

  test.each<[string, Watched]>([
    ['disabled', row({ enabled: 'false' })],
    ['replaced', row({}, { replacement: { is: 'replaced', by: 'gateway-2' } })],
  ])('nothing is mailed about a row that is %s', (_, of) => {
    expect(lines(fixed(EXPIRY, at('06-28')), at('06-28'), 365, { of })).toEqual([]);
  });

  test.each<[string, Expiry | undefined]>([
    ['was never read', undefined],
    ['never expires', fixed('never', at('06-01'))],
    ['is minted', fixed(EXPIRY, at('06-01'), { evidence: 'minted' })],
    ['is undecided', fixed(EXPIRY, at('06-01'), { evidence: 'first' })],
  ])('nothing is mailed about what %s', (_, expiry) => {
    const of = row({}, { mayMint: true });
    expect(lines(expiry, at('06-28'), 365, { of })).toEqual([]);
  });

  test('reads that fail go on failing: thresholds go by the last known expiry, and that it is unreadable is told', () => {
    const now = at('06-20 00:10');
    const bad = fixed(EXPIRY, at('06-19'), { ...failing(at('06-20')), checkedOn: at('06-20') });
    expect(lines(bad, now, 4)).toEqual([
      '06-20T00:10 30d ada',
      '06-20T01:00 unreadable ada',
      '06-23T00:00 7d ada',
    ]);
  });

  test('what is missing is told after the second read, and as gone when its expiry comes', () => {
    const missing = failing(at('06-29 12:00'), { code: 'missing', sameCodeCount: 1 });
    const seen = new Map([[ada, [told('1d', EXPIRY, at('06-29'))]]]);
    const bad = fixed(EXPIRY, at('06-29 06:00'), { ...missing, checkedOn: at('06-29 12:00'), told: seen });
    expect(lines(bad, at('06-29 12:01'), 30)).toEqual(['06-29T12:06 missing ada', '06-30T00:00 gone ops']);
  });

  test('a row that is not understood is told to the operators, and its thresholds by the last known expiry', () => {
    const of = row({ owners: 'ada@example.com nonsense' });
    expect(lines(fixed(EXPIRY, at('06-22')), at('06-22 01:00'), 2, { of, canBeRead: false })).toEqual([
      '06-22T01:00 invalid ops',
      '06-22T01:00 30d ada',
      '06-23T00:00 7d ada',
    ]);
  });
});

const NOW = at('06-01');
const TICK = 5 * MINUTE;
const DAYS = 6;

const soon = fc.integer({ min: -8 * 24 * 60, max: 12 * 24 * 60 }).map(minutes => NOW + minutes * MINUTE);
const anExpiry: fc.Arbitrary<Expiry> = fc
  .record({
    expiresOn: soon,
    readAgo: fc.integer({ min: 0, max: 300 }),
    evidence: fc.constantFrom('fixed' as const, 'fixed' as const, 'minted' as const),
    lifetimeMs: fc.option(fc.constantFrom(2 * DAY, 365 * DAY), { nil: undefined }),
    failure: fc.option(
      fc.record({
        code: fc.constantFrom<FailureCode>('missing', 'notAllowed'),
        ago: fc.integer({ min: 0, max: 100 }),
        count: fc.integer({ min: 1, max: 4 }),
      }),
      { nil: undefined },
    ),
    tolds: fc.subarray(['3d', '1d', '0']),
    snoozed: fc.option(fc.record({ hours: fc.integer({ min: -10, max: 200 }), same: fc.boolean() }), {
      nil: undefined,
    }),
  })
  .map(({ expiresOn, readAgo, evidence, lifetimeMs, failure, tolds, snoozed }) => {
    const readOn = NOW - readAgo * MINUTE;
    const since = failure && Math.max(readOn, NOW - failure.ago * MINUTE);
    const crossed = crossings(tolds.join(' '), expiresOn).filter(crossing => crossing.at <= readOn);
    const last = crossed.at(-1);
    const about = snoozed?.same ? expiresOn : expiresOn + 1;
    const snooze = snoozed && { about, until: NOW + snoozed.hours * HOUR, reason: 'x', on: NOW };
    return fixed(evidence === 'minted' ? readOn + HOUR : expiresOn, readOn, {
      evidence,
      ...(lifetimeMs !== undefined && { lifetimeMs }),
      ...(failure && since && { ...failing(since, { ...failure, sameCodeCount: failure.count }) }),
      checkedOn: since ?? readOn,
      told: new Map(last ? [[ada, [told('1d', expiresOn, last.at)]]] : []),
      snoozes: new Map(snooze ? [[ada, snooze]] : []),
    });
  });
const aRow: fc.Arbitrary<Watched> = fc
  .record({
    thresholds: fc.constantFrom('3d 1d 0 -1d', '30d 12h', '20% 2d 0', '0', '-3d 5d'),
    owners: fc.constantFrom('ada@example.com', 'Ada@Example.com, bob@example.com', '', 'OPS@example.com'),
    checkEvery: fc.constantFrom('1h', '6h', '3d'),
    enabled: fc.constantFrom('true', 'true', 'true', 'false'),
  })
  .map(columns => row(columns, { mayMint: true }));
const aMail: fc.Arbitrary<MailPolicy> = fc.record({
  to: fc.constantFrom('owners' as const, 'owners' as const, 'operators' as const, 'none' as const),
  operators: fc.constantFrom(['ops@example.com'], []),
});

/** What the service goes on saying. */
function readingOf(before: Expiry, now: Instant): Reading {
  const { failure, expiresOn } = before;
  if (failure) return { outcome: 'failed', code: failure.code, message: failure.message };
  if (before.evidence === 'minted') return { outcome: 'expires', expiresOn: now + HOUR };
  return typeof expiresOn === 'number' ? { outcome: 'expires', expiresOn } : { outcome: 'neverExpires' };
}

/** A sweep every five minutes, and every reminder told at once; the forecast skips from event to event instead. */
function lived(of: Watched, first: Expiry, mail: MailPolicy, until: Instant) {
  const mailed: { at: Instant; is: string }[] = [];
  let current = first;
  for (let now = NOW; now <= until; now += TICK) {
    const due = scheduleOf(of, current, mail, now).on <= now;
    const { after, reminders } = assess(of, current, due ? readingOf(current, now) : undefined, mail, now);
    const heard = new Map(after.told);
    for (const { owner, reason, about, crossedOn } of reminders) {
      mailed.push({ at: now, is: `${reason} of ${about} to ${owner}` });
      const line = told(reason, about, crossedOn, { on: now });
      heard.set(owner.toLowerCase(), withTold(heard.get(owner.toLowerCase()) ?? [], line));
    }
    current = { ...after, told: heard };
  }
  return mailed;
}

test('what the forecast says is what is mailed when sweeps step through those days, and nothing else is', () => {
  let mails = 0;
  fc.assert(
    fc.property(aRow, anExpiry, aMail, (of, expiry, mail) => {
      const until = NOW + DAYS * DAY;
      const real = lived(of, expiry, mail, until + 2 * TICK);
      const foreseen = [...foresee({ row: of, state: expiry, canBeRead: true }, mail, NOW, until + TICK)];
      const said = foreseen.map(({ at: on, reminder: { reason, about, owner } }) => ({
        at: on,
        is: `${reason} of ${about} to ${owner}`,
      }));
      // A young failure is told when a retry says so, and retries fall on sweeps: both ways, one tick is the grain.
      const isNear = (a: Instant, b: Instant) => Math.abs(a - b) <= TICK;
      for (const line of said.filter(({ at: on }) => on <= until))
        expect(real.filter(other => other.is === line.is && isNear(other.at, line.at))).toHaveLength(1);
      for (const line of real.filter(({ at: on }) => on <= until))
        expect(said.filter(other => other.is === line.is && isNear(other.at, line.at))).toHaveLength(1);
      expect(new Set(said.map(({ is }) => is)).size).toBe(said.length);
      mails += said.length;
    }),
    { seed: 20_260_601, numRuns: 200 },
  );
  expect(mails).toBeGreaterThan(100);
});

test('a state without anything in it ends the forecast', () => {
  expect(lines(state(), NOW, 365)).toEqual([]);
});
