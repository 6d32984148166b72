/** What a mail says of its other recipients: each by what the records of the target hold. */
import { type RecipientState, recipientStates } from '../../src/core/recipient-states';
import type { Told } from '../../src/core/told';
import type { MailPolicy } from '../../src/core/watched';
import { DAY } from '../../src/formats/instant';
import { at, fixed, row, told } from './states';

const ADA = 'ada@example.com';
const BOB = 'bob@example.com';
const OPS = 'ops@example.com';
const EXPIRY = at('06-30');
const WEEK = at('06-23');
const NOW = at('06-24');
const MAIL: MailPolicy = { to: 'owners', operators: [OPS] };

const owned = (owners: readonly string[]) => ({ ...row(), columns: { ...row().columns, owners } });

function statesOf(
  known: Record<string, readonly Told[]>,
  { mail = MAIL, crossedOn = WEEK, owners = [ADA, BOB], snoozed = false } = {},
): RecipientState[] {
  const snooze = { about: EXPIRY, until: NOW + DAY, reason: 'away', on: NOW };
  const state = fixed(EXPIRY, NOW, {
    told: new Map(Object.entries(known)),
    snoozes: new Map(snoozed ? [[BOB, snooze]] : []),
  });
  const reason = crossedOn === EXPIRY ? '0' : '7d';
  const { scope, name } = row();
  const reminder = { scope, name, owner: ADA, reason, about: EXPIRY, crossedOn, since: crossedOn };
  return recipientStates(reminder, 'threshold', owned(owners), state, mail, NOW);
}

test('an owner who was told, and one whose mail is still to go out', () => {
  expect(statesOf({ [BOB]: [told('7d', EXPIRY, WEEK)] })).toEqual([
    { address: ADA, isOwner: true, heard: { is: 'waits' } },
    { address: BOB, isOwner: true, heard: { is: 'told', on: expect.any(Number) } },
  ]);
});

test.each(['refused', 'undelivered'] as const)(
  'an owner whose mail was %s was not reached, with the reason',
  how => {
    const lost = told('7d', EXPIRY, WEEK, { outcome: how, why: 'no such mailbox' });
    expect(statesOf({ [BOB]: [lost] })[1]).toEqual({
      address: BOB,
      isOwner: true,
      heard: { is: 'notReached', why: 'no such mailbox' },
    });
  },
);

test('a mail that the service forgot goes out again, and one about an earlier expiry says nothing', () => {
  const forgotten = told('7d', EXPIRY, WEEK, { outcome: 'forgotten' });
  for (const entry of [forgotten, told('7d', EXPIRY - 90 * DAY, WEEK - 90 * DAY)])
    expect(statesOf({ [BOB]: [entry] })[1]?.heard).toEqual({ is: 'waits' });
});

test('an owner who snoozed it', () => {
  expect(statesOf({}, { snoozed: true })[1]?.heard).toEqual({ is: 'snoozed', until: NOW + DAY });
});

test('operators are named where they are told, too', () => {
  expect(statesOf({}).map(({ address }) => address)).toEqual([ADA, BOB]);
  expect(statesOf({}, { crossedOn: EXPIRY }).map(({ address, isOwner }) => [address, isOwner])).toEqual([
    [ADA, true],
    [BOB, true],
    [OPS, false],
  ]);
  expect(statesOf({}, { owners: [] })).toEqual([{ address: OPS, isOwner: false, heard: { is: 'waits' } }]);
});

test('owners whom nobody tells are named without a word on what they heard', () => {
  expect(statesOf({}, { mail: { to: 'operators', operators: [OPS] } })).toEqual([
    { address: ADA, isOwner: true },
    { address: BOB, isOwner: true },
    { address: OPS, isOwner: false, heard: { is: 'waits' } },
  ]);
});
