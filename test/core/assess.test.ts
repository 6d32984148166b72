import { assess, assessGone, scheduleOf } from '../../src/core/assess';
import type { Listing } from '../../src/core/listing';
import { failed, type Reading } from '../../src/core/reading';
import type { MailPolicy } from '../../src/core/watched';
import { DAY, HOUR } from '../../src/formats/instant';
import { at, failing, fixed, KEY, row, state, told } from './states';

const mail: MailPolicy = { to: 'owners', operators: ['ops@example.com'] };
const NOW = at('06-01');
const EXPIRY = at('06-30');
const reading: Reading = { outcome: 'expires', expiresOn: EXPIRY };
const timeout = failed('timeout', 'no answer in 10 s');

const told30 = (...owners: string[]) =>
  new Map(owners.map(owner => [owner, [told('30d', EXPIRY, at('05-31'))]]));
const recipients = (...args: Parameters<typeof assess>) =>
  assess(...args).reminders.map(({ owner, reason }) => `${owner}: ${reason}`);

describe('a target met for the first time', () => {
  test('and read is recorded, listed and counted', () => {
    const { after, events, listing, tally } = assess(
      row({ displayName: 'Gateway' }),
      undefined,
      reading,
      mail,
      at('05-01'),
    );
    expect(after).toEqual(fixed(EXPIRY, at('05-01'), { firstSeenOn: at('05-01') }));
    expect(events).toEqual([{ type: 'firstSeen', on: at('05-01'), note: 'in the registry' }]);
    expect(listing).toEqual<Listing>({
      kind: 'iotCentralToken',
      displayName: 'Gateway',
      owners: ['ada@example.com'],
      expiresOn: EXPIRY,
      expiringFrom: at('05-31'),
      minted: false,
      failing: false,
      check: 'ok',
      checkedOn: at('05-01'),
      nextCheckOn: at('05-01 06:00'),
    });
    expect(tally).toEqual({ standing: 'healthy', check: 'ok', minted: false });
  });

  test('but not read is pending, due since now', () => {
    const { after, listing, tally } = assess(row(), undefined, undefined, mail, NOW);
    expect(after).toEqual(state({ firstSeenOn: NOW }));
    expect(listing).toMatchObject({ displayName: KEY.name, check: 'pending', nextCheckOn: NOW });
    expect(tally).toEqual({ standing: 'unknown', check: 'pending', minted: false });
  });

  test('within a threshold is told at once', () => {
    expect(recipients(row(), undefined, reading, mail, NOW)).toEqual(['ada@example.com: 30d']);
  });
});

describe('reminders', () => {
  const state30 = fixed(EXPIRY, NOW);

  test('go to each owner who was not told', () => {
    const two = row({ owners: 'ada@example.com Grace@Example.com' });
    expect(recipients(two, state30, undefined, mail, NOW)).toEqual([
      'ada@example.com: 30d',
      'Grace@Example.com: 30d',
    ]);
    expect(recipients(two, { ...state30, told: told30('grace@example.com') }, undefined, mail, NOW)).toEqual([
      'ada@example.com: 30d',
    ]);
  });

  test('carry the key of their target', () => {
    expect(assess(row(), state30, undefined, mail, NOW).reminders).toEqual([
      {
        ...KEY,
        owner: 'ada@example.com',
        reason: '30d',
        about: EXPIRY,
        crossedOn: at('05-31'),
        since: at('05-31'),
      },
    ]);
  });

  test('reach operators from the expiry on', () => {
    expect(recipients(row(), fixed(EXPIRY, EXPIRY), undefined, mail, EXPIRY)).toEqual([
      'ada@example.com: 0',
      'ops@example.com: 0',
    ]);
    const after = row({ thresholds: '1d -7d' });
    expect(recipients(after, fixed(EXPIRY, EXPIRY), undefined, mail, EXPIRY)).toEqual([
      'ada@example.com: 1d',
    ]);
    expect(recipients(after, fixed(EXPIRY, at('07-07')), undefined, mail, at('07-07'))).toEqual([
      'ada@example.com: -7d',
      'ops@example.com: -7d',
    ]);
  });

  test('reach an operator who is an owner, in another spelling, once', () => {
    const both = { ...mail, operators: ['ADA@example.com', 'ops@example.com'] };
    expect(recipients(row(), fixed(EXPIRY, EXPIRY), undefined, both, EXPIRY)).toEqual([
      'ada@example.com: 0',
      'ops@example.com: 0',
    ]);
  });

  test('that it is expired and gone go to owners and operators; that it is missing or unreadable to owners alone', () => {
    const lost = failing(at('06-29'), { code: 'missing', count: 2 });
    expect(recipients(row(), fixed(EXPIRY, at('06-28'), lost), undefined, mail, EXPIRY)).toEqual([
      'ada@example.com: gone',
      'ops@example.com: gone',
    ]);
    const early = row({ thresholds: '1d' });
    const missing = fixed(EXPIRY, at('05-01'), failing(at('05-02'), { code: 'missing', count: 2 }));
    expect(recipients(early, missing, undefined, mail, NOW)).toEqual(['ada@example.com: missing']);
    const unread = fixed(EXPIRY, at('05-01'), failing(at('05-02'), { count: 3 }));
    expect(recipients(early, unread, undefined, mail, NOW)).toEqual(['ada@example.com: unreadable']);
    expect(recipients(row({ owners: '', thresholds: '1d' }), unread, undefined, mail, NOW)).toEqual([
      'ops@example.com: unreadable',
    ]);
  });

  test('with good news go to each owner who heard the bad, and to no other', () => {
    const since = at('05-02');
    const back = fixed(EXPIRY, at('05-03'), {
      recovered: { since, on: at('05-03') },
      told: new Map([['grace@example.com', [told('unreadable', since, since)]]]),
    });
    const two = row({ owners: 'ada@example.com Grace@Example.com' });
    expect(recipients(two, back, undefined, mail, at('05-03'))).toEqual(['Grace@Example.com: readable']);
    const later = at('09-30');
    const renewed = fixed(later, NOW, {
      renewed: { from: EXPIRY, on: NOW },
      told: told30('ada@example.com'),
    });
    expect(recipients(two, renewed, undefined, mail, NOW)).toEqual(['ada@example.com: renewed']);
  });

  test('that it is renewed go to operators, too, if they had a copy of the bad news, and not if they had none', () => {
    const renewed = (lines: Map<string, ReturnType<typeof told>[]>) =>
      fixed(at('12-31'), at('07-02'), { renewed: { from: EXPIRY, on: at('07-02') }, told: lines });
    const expired = [told('0', EXPIRY, EXPIRY)];
    const both = new Map([
      ['ada@example.com', expired],
      ['ops@example.com', expired],
    ]);
    expect(recipients(row(), renewed(both), undefined, mail, at('07-02'))).toEqual([
      'ada@example.com: renewed',
      'ops@example.com: renewed',
    ]);
    expect(recipients(row(), renewed(told30('ada@example.com')), undefined, mail, at('07-02'))).toEqual([
      'ada@example.com: renewed',
    ]);
  });

  test('are not sent to an owner who snoozed the target, in any spelling of the address; others get theirs', () => {
    const snooze = { about: EXPIRY, until: at('06-20'), reason: 'on it', on: NOW };
    const snoozed = { ...state30, snoozes: new Map([['grace@example.com', snooze]]) };
    const two = row({ owners: 'ada@example.com Grace@Example.com' });
    expect(recipients(two, snoozed, undefined, mail, NOW)).toEqual(['ada@example.com: 30d']);
    expect(recipients(two, { ...snoozed, readOn: at('06-20') }, undefined, mail, at('06-20'))).toEqual([
      'ada@example.com: 30d',
      'Grace@Example.com: 30d',
    ]);
  });

  test('carry since when a notice is so, as its identity', () => {
    const since = at('05-02');
    const unread = fixed(EXPIRY, at('05-01'), failing(since, { count: 3 }));
    expect(assess(row({ thresholds: '1d' }), unread, undefined, mail, NOW).reminders).toEqual([
      { ...KEY, owner: 'ada@example.com', reason: 'unreadable', about: since, crossedOn: since, since },
    ]);
  });

  test('of a container app that may mint wait for the second reading', () => {
    const app = row({}, { mayMint: true });
    const first = assess(app, undefined, reading, mail, NOW);
    expect(first.reminders).toEqual([]);
    expect(assess(app, first.after, reading, mail, NOW + HOUR).reminders).toHaveLength(1);
  });

  test('are none with MAIL_TO=none, for invalid rows either', () => {
    const invalid = row({ owners: 'ada@example.com x' });
    expect(recipients(invalid, state30, undefined, { ...mail, to: 'none' }, NOW)).toEqual([]);
  });

  test('keep their target on an hourly read while they wait, and no longer', () => {
    expect(scheduleOf(row(), state30, mail, NOW)).toEqual({ on: NOW + HOUR, because: 'reminderWaits' });
    expect(scheduleOf(row(), { ...state30, told: told30('ada@example.com') }, mail, NOW).because).toBe(
      'interval',
    );
  });

  test('that are notices keep no target on an hourly read: nothing is lost when they are told late', () => {
    const read = fixed(EXPIRY, at('05-03'), {
      recovered: { since: at('05-02'), on: at('05-03') },
      told: new Map([['ada@example.com', [told('missing', at('05-02'), at('05-02'))]]]),
    });
    expect(assess(row(), read, undefined, mail, at('05-03')).reminders).toHaveLength(1);
    expect(scheduleOf(row(), read, mail, at('05-03'))).toEqual({
      on: at('05-03 06:00'),
      because: 'interval',
    });
  });
});

describe('a snoozed target', () => {
  const snooze = (until: number, about = EXPIRY) => ({ about, until, reason: 'on it', on: NOW });

  test('shows the latest end of the snoozes that hold, and none once they are over', () => {
    const snoozes = new Map([
      ['ada@example.com', snooze(at('06-20'))],
      ['grace@example.com', snooze(at('06-10'))],
      ['eve@example.com', snooze(at('06-29'), EXPIRY - DAY)],
    ]);
    const shown = (now: number) =>
      assess(row(), fixed(EXPIRY, NOW, { snoozes }), undefined, mail, now).listing;
    expect(shown(NOW)?.snoozedUntil).toBe(at('06-20'));
    expect(shown(at('06-20'))?.snoozedUntil).toBeUndefined();
  });

  test('is read and counted like any other', () => {
    const snoozes = new Map([['ada@example.com', snooze(at('06-20'))]]);
    const { after, tally } = assess(row(), fixed(EXPIRY, NOW, { snoozes }), reading, mail, NOW + DAY);
    expect(after).toEqual(fixed(EXPIRY, NOW + DAY, { snoozes }));
    expect(tally).toEqual({ standing: 'expiring', check: 'ok', minted: false });
  });
});

describe('a target that was read before', () => {
  test('and fails keeps its expiry, and shows the failure beside it', () => {
    const { listing, tally } = assess(row(), fixed(EXPIRY, at('05-01')), timeout, mail, NOW);
    expect(listing).toMatchObject({
      expiresOn: EXPIRY,
      failing: true,
      check: 'failing',
      failure: { code: 'timeout', message: 'no answer in 10 s', since: NOW, count: 1 },
    });
    expect(tally).toEqual({ standing: 'expiring', check: 'failing', minted: false });
  });

  test('and fails past a threshold is told on the last known expiry (rule 10)', () => {
    expect(recipients(row(), fixed(EXPIRY, at('05-01')), timeout, mail, NOW)).toEqual([
      'ada@example.com: 30d',
    ]);
  });

  test('and is minted shows its lifetime, and has no reminder', () => {
    const minted = { ...fixed(NOW + HOUR, NOW), evidence: 'minted', lifetimeMs: HOUR } as const;
    const { listing, reminders, tally } = assess(row({}, { mayMint: true }), minted, undefined, mail, NOW);
    expect(listing).toMatchObject({ minted: true, lifetimeMs: HOUR, expiresOn: NOW + HOUR });
    expect(listing?.expiringFrom).toBeUndefined();
    expect([reminders, tally]).toEqual([[], { standing: 'healthy', check: 'ok', minted: true }]);
  });

  test('left unread changes nothing', () => {
    const before = fixed(EXPIRY, at('05-01'), failing(at('05-02')));
    expect(assess(row(), before, undefined, mail, at('05-03'))).toMatchObject({ after: before, events: [] });
  });
});

describe('a row that is not understood (rule 22)', () => {
  const broken = row({ owners: 'ada@example.com grace', thresholds: '30d soon' });

  test('is shown with every fault, beside the expiry that is still read', () => {
    const { after, listing, events } = assess(broken, undefined, reading, mail, NOW);
    expect(after.invalid).toEqual({ faults: broken.faults, since: NOW });
    expect(listing).toMatchObject({
      check: 'invalid',
      expiresOn: EXPIRY,
      failure: { code: 'invalid', message: broken.faults.join('; '), since: NOW, count: 1 },
    });
    expect(events.map(({ type }) => type)).toEqual(['firstSeen', 'invalid']);
    expect(broken.faults).toHaveLength(2);
  });

  test('is told to operators with MAIL_TO=operators, too, and never to its owners', () => {
    const quiet = { ...mail, to: 'operators' } as const;
    expect(recipients(broken, fixed(EXPIRY, at('05-01')), undefined, quiet, at('05-02'))).toEqual([
      'ops@example.com: invalid',
    ]);
    const copied = fixed(EXPIRY, EXPIRY, { invalid: { faults: broken.faults, since: NOW } });
    expect(recipients(broken, copied, undefined, mail, EXPIRY)).not.toContain('ada@example.com: invalid');
  });

  test('is told to the operators once, and its good columns go on working', () => {
    expect(recipients(broken, undefined, reading, mail, NOW)).toEqual([
      'ops@example.com: invalid',
      'ada@example.com: 30d',
    ]);
    const before = fixed(EXPIRY, NOW, {
      invalid: { faults: broken.faults, since: NOW },
      told: new Map([['ops@example.com', [told('invalid', NOW, NOW)]], ...told30('ada@example.com')]),
    });
    expect(recipients(broken, before, undefined, mail, NOW + DAY)).toEqual([]);
  });

  test('stays invalid since the first fault while other faults follow, and each new fault is an event', () => {
    const before = fixed(EXPIRY, NOW, { invalid: { faults: ['other'], since: at('05-01') } });
    const { after, events } = assess(broken, before, undefined, mail, NOW);
    expect(after.invalid).toEqual({ faults: broken.faults, since: at('05-01') });
    expect(events.map(({ type }) => type)).toEqual(['invalid']);
    expect(assess(broken, after, undefined, mail, NOW + DAY).events).toEqual([]);
  });

  test('is valid once it is repaired', () => {
    const before = fixed(EXPIRY, NOW, { invalid: { faults: ['other'], since: at('05-01') } });
    const { after, listing } = assess(row(), before, undefined, mail, NOW);
    expect(after).toEqual(fixed(EXPIRY, NOW));
    expect(listing?.check).toBe('ok');
  });

  test('that was never read is due since it was first seen', () => {
    expect(scheduleOf(broken, state({ firstSeenOn: NOW }), mail, NOW)).toEqual({
      on: NOW,
      because: 'neverRead',
    });
  });
});

describe('a target off the reports', () => {
  test('disabled keeps its state, and is neither listed, counted nor told', () => {
    const before = fixed(EXPIRY, NOW);
    expect(assess(row({ enabled: false }), before, undefined, mail, NOW)).toEqual({
      after: before,
      events: [],
      reminders: [],
      unreached: 0,
      listing: undefined,
      tally: undefined,
    });
  });

  test('replaced by another is off the reports like a disabled one', () => {
    const before = fixed(EXPIRY, NOW);
    expect(
      assess(row({}, { replacement: { is: 'replaced', by: 'gateway-2' } }), before, undefined, mail, NOW),
    ).toMatchObject({
      after: before,
      reminders: [],
      listing: undefined,
    });
  });

  test('gone is remembered since it was first missed, with one event', () => {
    const gone = assessGone(fixed(EXPIRY, NOW), at('06-02'));
    expect(gone).toMatchObject({
      after: { goneSince: at('06-02'), expiresOn: EXPIRY },
      reminders: [],
      listing: undefined,
      tally: undefined,
    });
    expect(gone.events).toEqual([{ type: 'gone', on: at('06-02'), note: 'its registry row was removed' }]);
    const later = assessGone(gone.after, at('06-03'));
    expect([later.after.goneSince, later.events]).toEqual([at('06-02'), []]);
  });

  test('returned keeps its old state, and sends no mail twice', () => {
    const before = fixed(EXPIRY, NOW, { goneSince: at('06-02'), told: told30('ada@example.com') });
    const { after, events, reminders } = assess(row(), before, reading, mail, at('06-03'));
    expect(after).toEqual(fixed(EXPIRY, at('06-03'), { told: told30('ada@example.com') }));
    expect(events).toEqual([{ type: 'returned', on: at('06-03'), note: 'its registry row is back' }]);
    expect(reminders).toEqual([]);
  });
});
