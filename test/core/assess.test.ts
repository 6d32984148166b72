import { assess, assessGone, type Listing, scheduleOf } from '../../src/core/assess';
import { DAY, HOUR } from '../../src/core/instant';
import { failed, type Reading } from '../../src/core/reading';
import type { MailPolicy } from '../../src/core/watched';
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
  });

  test('of a container app that may mint wait for the second reading', () => {
    const app = row({}, { mayMint: true });
    const first = assess(app, undefined, reading, mail, NOW);
    expect(first.reminders).toEqual([]);
    expect(assess(app, first.after, reading, mail, NOW + HOUR).reminders).toHaveLength(1);
  });

  test('are nobody’s with MAIL_TO=none, invalid rows included', () => {
    const invalid = row({ owners: 'ada@example.com x' });
    expect(recipients(invalid, state30, undefined, { ...mail, to: 'none' }, NOW)).toEqual([]);
  });

  test('keep their target on an hourly read while they wait, and no longer', () => {
    expect(scheduleOf(row(), state30, mail, NOW)).toEqual({ on: NOW + HOUR, because: 'reminderWaits' });
    expect(scheduleOf(row(), { ...state30, told: told30('ada@example.com') }, mail, NOW).because).toBe(
      'interval',
    );
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

  test('and is minted shows its lifetime, and is nobody’s reminder', () => {
    const minted = { ...fixed(NOW + HOUR, NOW), evidence: 'minted', lifetimeMs: HOUR } as const;
    const { listing, reminders, tally } = assess(row({}, { mayMint: true }), minted, undefined, mail, NOW);
    expect(listing).toMatchObject({ minted: true, lifetimeMs: HOUR, expiresOn: NOW + HOUR });
    expect(listing).not.toHaveProperty('expiringFrom');
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

  test('stays invalid since the first sight while it is mended badly, and each new fault is an event', () => {
    const before = fixed(EXPIRY, NOW, { invalid: { faults: ['other'], since: at('05-01') } });
    const { after, events } = assess(broken, before, undefined, mail, NOW);
    expect(after.invalid).toEqual({ faults: broken.faults, since: at('05-01') });
    expect(events.map(({ type }) => type)).toEqual(['invalid']);
    expect(assess(broken, after, undefined, mail, NOW + DAY).events).toEqual([]);
  });

  test('is well once it is mended', () => {
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
      listing: undefined,
      tally: undefined,
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

  test('returned goes on where it was, and mails nobody twice', () => {
    const before = fixed(EXPIRY, NOW, { goneSince: at('06-02'), told: told30('ada@example.com') });
    const { after, events, reminders } = assess(row(), before, reading, mail, at('06-03'));
    expect(after).toEqual(fixed(EXPIRY, at('06-03'), { told: told30('ada@example.com') }));
    expect(events).toEqual([{ type: 'returned', on: at('06-03'), note: 'its registry row is back' }]);
    expect(reminders).toEqual([]);
  });
});
