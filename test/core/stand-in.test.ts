/** What did not arrive at its owner: which operators get it in the owner's place, and what reached nobody. */
import { assess } from '../../src/core/assess';
import type { Expiry } from '../../src/core/expiry';
import type { Told } from '../../src/core/told';
import type { MailPolicy } from '../../src/core/watched';
import { DAY } from '../../src/formats/instant';
import { at, failing, fixed, row, told } from './states';

const ADA = 'ada@example.com';
const BOB = 'bob@example.com';
const OPS = 'ops@example.com';
const OPER = 'oper@example.com';
const EXPIRY = at('06-30');
const WEEK = at('06-23');
const NOW = at('06-24');
const WHY = 'the mailbox is full';

const operators = (...addresses: string[]): MailPolicy => ({ to: 'owners', operators: addresses });
const lost = (more: Partial<Told> = {}) =>
  told('7d', EXPIRY, WEEK, { outcome: 'undelivered', why: WHY, ...more });
const hears = (more: Partial<Told> = {}) => told('7d', EXPIRY, WEEK, { meantFor: ADA, ...more });

function outcome(known: Record<string, readonly Told[]>, mail: MailPolicy, more: Partial<Expiry> = {}) {
  const state = fixed(EXPIRY, NOW, { told: new Map(Object.entries(known)), ...more });
  const { reminders, unreached } = assess(row(), state, undefined, mail, NOW);
  return { lines: reminders.map(one => `${one.owner}: ${one.reason} for ${one.meantFor}`), unreached };
}

test.each(['undelivered', 'refused'] as const)(
  'a reminder that was %s goes to every operator, with its owner and why it did not arrive',
  how => {
    const state = fixed(EXPIRY, NOW, { told: new Map([[ADA, [lost({ outcome: how })]]]) });
    const { reminders, unreached } = assess(row(), state, undefined, operators(OPS, OPER), NOW);
    const line = { reason: '7d', about: EXPIRY, crossedOn: WEEK, meantFor: ADA, note: WHY };
    expect(reminders).toEqual([
      expect.objectContaining({ ...line, owner: OPS }),
      expect.objectContaining({ ...line, owner: OPER }),
    ]);
    expect(unreached).toBe(0);
  },
);

test('goes also where an earlier mail about the same expiry did arrive', () => {
  expect(outcome({ [ADA]: [lost({ earlierArrived: true })] }, operators(OPS)).lines).toHaveLength(1);
});

test.each<[string, Record<string, readonly Told[]>]>([
  ['it arrived', { [ADA]: [told('7d', EXPIRY, WEEK)] }],
  ['the operator has heard it', { [ADA]: [lost()], [OPS]: [hears()] }],
  [
    'the operator has heard it, in another spelling',
    { [ADA]: [lost()], [OPS]: [hears({ meantFor: 'ADA@example.com' })] },
  ],
  ['a later one arrived', { [ADA]: [told('1d', EXPIRY, EXPIRY - DAY)] }],
  ['it is about an earlier expiry', { [ADA]: [told('7d', EXPIRY, WEEK), lost({ about: at('05-01') })] }],
  ['it was for somebody who left', { [ADA]: [told('7d', EXPIRY, WEEK)], [BOB]: [lost()] }],
])('goes to nobody when %s', (_why, known) => {
  expect(outcome(known, operators(OPS))).toEqual({ lines: [], unreached: 0 });
});

test('an operator who mutes the target hears nothing of it, and that is no reminder that reached nobody', () => {
  const snoozes = new Map([[OPS, { about: EXPIRY, until: at('12-31'), reason: 'known', on: WEEK }]]);
  expect(outcome({ [ADA]: [lost()] }, operators(OPS), { snoozes })).toEqual({ lines: [], unreached: 0 });
});

test('an operator hears for each owner apart, whatever they were told of their own', () => {
  const known = { [ADA]: [lost()], [BOB]: [lost()], [OPS]: [told('7d', EXPIRY, WEEK), hears()] };
  const state = fixed(EXPIRY, NOW, { told: new Map(Object.entries(known)) });
  const { reminders } = assess(row({ owners: `${ADA} ${BOB}` }), state, undefined, operators(OPS), NOW);
  expect(reminders.map(({ owner, meantFor }) => [owner, meantFor])).toEqual([[OPS, BOB]]);
});

test('what an operator heard in the place of an owner is not told to them as their own', () => {
  const known = {
    [ADA]: [lost({ reason: '0', crossedOn: EXPIRY })],
    [OPS]: [hears({ reason: '0', crossedOn: EXPIRY })],
  };
  const state = fixed(EXPIRY, EXPIRY + 1, { told: new Map(Object.entries(known)) });
  const { reminders } = assess(row(), state, undefined, operators(OPS), EXPIRY + 1);
  expect(reminders.map(({ owner, reason, meantFor }) => [owner, reason, meantFor])).toEqual([
    [OPS, '0', undefined],
  ]);
});

test('whoever heard it in the place of an owner hears of the renewal', () => {
  const known = { [ADA]: [lost()], [OPS]: [hears()] };
  const renewed = { renewed: { from: EXPIRY, on: NOW } };
  const state = fixed(EXPIRY + 365 * DAY, NOW, { told: new Map(Object.entries(known)), ...renewed });
  const { reminders } = assess(row(), state, undefined, operators(OPS), NOW);
  expect(reminders.map(({ owner, reason, meantFor }) => [owner, reason, meantFor])).toEqual([
    [OPS, 'renewed', undefined],
  ]);
});

test('good news that did not arrive goes to operators, too', () => {
  const known = {
    [ADA]: [lost({ reason: 'unreadable', about: WEEK }), lost({ reason: 'unreadable', about: WEEK })],
  };
  const state = {
    ...fixed(at('12-31'), NOW),
    ...failing(WEEK, { count: 3 }),
    told: new Map(Object.entries(known)),
  };
  const { reminders } = assess(row(), state, undefined, operators(OPS), NOW);
  expect(reminders.map(({ reason, meantFor }) => [reason, meantFor])).toContainEqual(['unreadable', ADA]);
});

describe('a reminder has reached nobody', () => {
  test.each<[string, Record<string, readonly Told[]>, MailPolicy, number]>([
    ['without operators', { [ADA]: [lost()] }, operators(), 1],
    ['when it was the only operator’s own', { [ADA]: [lost()] }, operators(ADA), 1],
    [
      'when no operator could be reached',
      {
        [ADA]: [lost()],
        [OPS]: [hears({ outcome: 'undelivered' })],
        [OPER]: [hears({ outcome: 'refused' })],
      },
      operators(OPS, OPER),
      1,
    ],
    [
      'unless one operator has it',
      { [ADA]: [lost()], [OPS]: [hears({ outcome: 'undelivered' })], [OPER]: [hears()] },
      operators(OPS, OPER),
      0,
    ],
    [
      'unless it waits for one',
      { [ADA]: [lost()], [OPS]: [hears({ outcome: 'undelivered' })] },
      operators(OPS, OPER),
      0,
    ],
    [
      'unless it is sent again to one',
      { [ADA]: [lost()], [OPS]: [hears({ outcome: 'forgotten' })] },
      operators(OPS),
      0,
    ],
    ['unless it is over', { [ADA]: [lost({ about: at('05-01') })] }, operators(), 0],
    ['but not while no mail is sent', { [ADA]: [lost()] }, { to: 'none', operators: [] }, 0],
  ])('%s', (_when, known, mail, unreached) => {
    expect(outcome(known, mail).unreached).toBe(unreached);
  });

  test('when it is about a row and every operator missed it', () => {
    const invalid = { faults: ['owners: none'], since: WEEK };
    const missed = lost({ reason: 'invalid', about: WEEK });
    const known = (...owners: string[]) => new Map(owners.map(owner => [owner, [missed]]));
    const count = (...owners: string[]) =>
      assess(
        row({}, { faults: ['owners: none'] }),
        fixed(at('12-31'), NOW, { invalid, told: known(...owners) }),
        undefined,
        operators(OPS, OPER),
        NOW,
      ).unreached;
    expect([count(OPS), count(OPS, OPER)]).toEqual([0, 1]);
  });
});

test('a target that is watched no more has nothing to hand over', () => {
  const state = fixed(EXPIRY, NOW, { told: new Map([[ADA, [lost()]]]) });
  const { reminders, unreached } = assess(row({ enabled: false }), state, undefined, operators(), NOW);
  expect([reminders, unreached]).toEqual([[], 0]);
});
