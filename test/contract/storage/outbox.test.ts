/** The outbox port on the emulator: lines wait until told, and one sender at a time tells them. */
import { MATTERS } from '../../../src/core/digest';
import { formatInstant, HOUR, MINUTE } from '../../../src/core/instant';
import type { Reminder } from '../../../src/core/reminder';
import { isWellFormed } from '../../../src/storage/keys';
import type { Claim, Outbox, SentDigest } from '../../../src/watch/ports';
import { all, freshTables, NOON, names, plant, SCOPE } from './storage';

const ANN = 'Ann@Example.com';
const CLAIM: Claim = {
  operationId: 'op',
  attempt: 1,
  lineIds: ['a', 'b'],
  claimedOn: NOON,
  accepted: false,
  tries: 0,
};

const SENT: SentDigest = { operationId: 'op', on: NOON, reminders: [], looks: 0, lookOn: NOON + MINUTE };

function reminder(name: string, more: Partial<Reminder> = {}): Reminder {
  return {
    scope: SCOPE,
    name,
    owner: ANN,
    reason: '30d',
    about: NOON,
    crossedOn: NOON - 1,
    since: NOON - HOUR,
    ...more,
  };
}

/** A whole mail of them, each as long as a key may be. */
function ninetyNine(letter: string, shift = ''): Reminder[] {
  const long = shift + letter.repeat(Math.floor(490 / letter.length));
  return names(99).map(name => reminder(`${long}${name}`));
}

async function remindersOf(outbox: Outbox): Promise<Reminder[]> {
  return (await all(outbox.byOwner())).flatMap(({ lines }) => lines.map(line => line.reminder));
}

async function idsOf(outbox: Outbox): Promise<string[]> {
  return (await all(outbox.byOwner())).flatMap(({ lines }) => lines.map(({ id }) => id));
}

test.each(['30d', '0', '-7d', '20%', 'invalid', "it's /?#\\"])(
  'a reminder for %s is read as it was put',
  async reason => {
    const { outbox } = (await freshTables()).tables;
    await outbox.put([reminder('token~2F1', { reason })]);
    expect(await all(outbox.byOwner())).toEqual([
      {
        owner: ANN,
        lines: [{ id: expect.any(String), reminder: reminder('token~2F1', { reason }) }],
        claim: undefined,
        sent: [],
      },
    ]);
  },
);

test('the note of a matter is read as it was put, and belongs to it alone', async () => {
  const { outbox } = (await freshTables()).tables;
  const matter = { scope: 'mail', name: '', reason: 'undelivered', note: 'It\'s "500" – 日 😀\n' };
  const reminders = [reminder('a'), reminder('b', matter)];
  await outbox.put(reminders);
  expect(await remindersOf(outbox)).toEqual(expect.arrayContaining(reminders));
  const { lines } = await outbox.of(ANN);
  expect(lines.map(({ reminder: { note } }) => note).filter(Boolean)).toEqual([matter.note]);
});

test('the same reminder put again is one line', async () => {
  const { outbox } = (await freshTables()).tables;
  await outbox.put([reminder('a'), reminder('a', { owner: ANN.toLowerCase() })]);
  await outbox.put([reminder('a')]);
  expect(await remindersOf(outbox)).toEqual([reminder('a')]);
});

test('another reason, expiry or target is another line', async () => {
  const { outbox } = (await freshTables()).tables;
  await outbox.put([
    reminder('a'),
    reminder('a', { reason: '0' }),
    reminder('a', { about: NOON + 1 }),
    reminder('b'),
  ]);
  expect(await remindersOf(outbox)).toHaveLength(4);
});

test('lines are grouped by owner, each in one piece, beyond a page', async () => {
  const { outbox } = (await freshTables()).tables;
  const owners = ["o'neil+x@example.com", 'bob@example.com', 'z%/#?@example.com'];
  await outbox.put(owners.flatMap(owner => names(600).map(name => reminder(name, { owner }))));
  const found = await all(outbox.byOwner());
  expect(found.map(({ owner, lines }) => [owner, lines.length]).sort()).toEqual(
    owners.map(owner => [owner, 600]).sort(),
  );
});

test('one owner is found by any spelling of the address, with everything of theirs and nothing of others', async () => {
  const { outbox } = (await freshTables()).tables;
  const nobody = { owner: 'z%/#?@example.com', lines: [], claim: undefined, sent: [] };
  expect(await outbox.of('z%/#?@example.com')).toEqual(nobody);
  await outbox.put([reminder('a'), reminder('b', { owner: 'bob@example.com' })]);
  await outbox.put(names(1_100).map(name => reminder(name, { owner: "o'neil@example.com" })));
  await outbox.claim(ANN, CLAIM);
  await outbox.follow(ANN, SENT);
  expect(await outbox.of(ANN.toUpperCase())).toEqual({
    owner: ANN,
    lines: [{ id: expect.any(String), reminder: reminder('a') }],
    claim: CLAIM,
    sent: [SENT],
  });
  expect((await outbox.of("O'Neil@example.com")).lines).toHaveLength(1_100);
  expect(await outbox.of('z%/#?@example.com')).toEqual(nobody);
});

test('of two senders one gets the claim', async () => {
  const { outbox } = (await freshTables()).tables;
  const claims = await Promise.all(names(8).map(operationId => outbox.claim(ANN, { ...CLAIM, operationId })));
  expect(claims.filter(Boolean)).toHaveLength(1);
  const [owner] = await all(outbox.byOwner());
  expect(owner?.claim?.operationId).toBe(names(8)[claims.indexOf(true)]);
});

test('a claim is read as it was made, then accepted, then released', async () => {
  const { outbox } = (await freshTables()).tables;
  await outbox.put([reminder('a')]);
  expect(await outbox.claim(ANN, CLAIM)).toBe(true);
  expect(await outbox.claim(ANN.toUpperCase(), CLAIM)).toBe(false);
  expect((await all(outbox.byOwner()))[0]?.claim).toEqual(CLAIM);
  await outbox.markAccepted(ANN);
  expect((await all(outbox.byOwner()))[0]?.claim).toEqual({ ...CLAIM, accepted: true });
  await outbox.release(ANN);
  expect((await all(outbox.byOwner()))[0]).toMatchObject({
    lines: [{ reminder: { name: 'a' } }],
    claim: undefined,
  });
});

test('a claim that could not be sent waits, knows how often, and is otherwise what it was', async () => {
  const { outbox } = (await freshTables()).tables;
  await outbox.claim(ANN, CLAIM);
  await outbox.postpone(ANN.toUpperCase(), 1, NOON + HOUR);
  expect((await outbox.of(ANN)).claim).toEqual({ ...CLAIM, tries: 1, notBefore: NOON + HOUR });
  await outbox.postpone(ANN, 2, NOON + 2 * HOUR);
  await outbox.markAccepted(ANN);
  const accepted = { ...CLAIM, tries: 2, notBefore: NOON + 2 * HOUR, accepted: true };
  expect((await outbox.of(ANN)).claim).toEqual(accepted);
  await outbox.finish(ANN, []);
  await outbox.claim(ANN, { ...CLAIM, operationId: 'next' });
  expect((await outbox.of(ANN)).claim).toEqual({ ...CLAIM, operationId: 'next' });
});

test('a claim that was made to wait is read as it was made', async () => {
  const { outbox } = (await freshTables()).tables;
  const claim = { ...CLAIM, tries: 3, notBefore: NOON + 1 };
  await outbox.claim(ANN, claim);
  expect((await outbox.of(ANN)).claim).toEqual(claim);
});

test('a claim that is gone is neither accepted, postponed nor released into being', async () => {
  const { outbox } = (await freshTables()).tables;
  await outbox.markAccepted(ANN);
  await outbox.postpone(ANN, 1, NOON);
  await outbox.release(ANN);
  expect(await all(outbox.byOwner())).toEqual([]);
});

test('a claim without lines is seen, so that it can end', async () => {
  const { outbox } = (await freshTables()).tables;
  await outbox.claim(ANN, CLAIM);
  expect(await all(outbox.byOwner())).toEqual([{ owner: ANN, lines: [], claim: CLAIM, sent: [] }]);
});

test('finishing deletes 99 lines and the claim, and leaves the rest', async () => {
  const { outbox } = (await freshTables()).tables;
  await outbox.put(names(120).map(name => reminder(name)));
  await outbox.claim(ANN, CLAIM);
  const told = (await idsOf(outbox)).slice(0, 99);
  await outbox.finish(ANN, told);
  const [owner] = await all(outbox.byOwner());
  expect(owner?.lines).toHaveLength(21);
  expect(owner?.claim).toBeUndefined();
});

test('finishing again, or with lines that are gone, is no fault', async () => {
  const { outbox } = (await freshTables()).tables;
  await outbox.put([reminder('a'), reminder('b')]);
  const ids = await idsOf(outbox);
  await outbox.drop(ANN, ids.slice(0, 1));
  await outbox.finish(ANN, ids);
  await outbox.finish(ANN, ids);
  expect(await all(outbox.byOwner())).toEqual([]);
});

test('dropping takes the lines that are named and no others', async () => {
  const { outbox } = (await freshTables()).tables;
  await outbox.put(names(3).map(name => reminder(name)));
  const [first = ''] = await idsOf(outbox);
  await outbox.drop(ANN, [first, 'gone']);
  await outbox.drop(ANN, []);
  expect(await idsOf(outbox)).toHaveLength(2);
});

test('the oldest line tells since when mail waits', async () => {
  const { outbox } = (await freshTables()).tables;
  expect(await outbox.oldest()).toBeUndefined();
  await outbox.put([]);
  await outbox.claim('bob@example.com', CLAIM);
  expect(await outbox.oldest()).toBeUndefined();
  await outbox.put([
    reminder('a'),
    reminder('b', { since: NOON - 5 * HOUR }),
    reminder('c', { owner: 'c@example.com' }),
  ]);
  expect(await outbox.oldest()).toBe(NOON - 5 * HOUR);
});

test('the oldest line is an owner’s: what operators hear once a day may wait, and so may what is only followed', async () => {
  const { outbox } = (await freshTables()).tables;
  const old = { since: NOON - 30 * HOUR };
  await outbox.follow(ANN, { ...SENT, reminders: [reminder('a', old)] });
  await outbox.put(['invalid', ...MATTERS].map(reason => reminder('a', { reason, ...old })));
  expect(await outbox.oldest()).toBeUndefined();
  await outbox.put([reminder('a'), reminder('b', { reason: 'unreadable', since: NOON - 2 * HOUR })]);
  expect(await outbox.oldest()).toBe(NOON - 2 * HOUR);
});

describe('a digest that is followed', () => {
  test('is read as it was put, is no line and no claim, and is gone once it is followed no more', async () => {
    const { outbox } = (await freshTables()).tables;
    const note = { reason: 'undelivered', note: 'It did not arrive.' };
    const sent = { ...SENT, reminders: [reminder('a'), reminder('b', note)] };
    await outbox.follow(ANN, sent);
    await outbox.follow(ANN, { ...SENT, operationId: 'other', reminders: [] });
    const both = [sent, { ...SENT, operationId: 'other', reminders: [] }];
    const found = await outbox.of(ANN);
    expect(found).toMatchObject({ owner: ANN, lines: [], claim: undefined });
    expect(found.sent).toEqual(expect.arrayContaining(both));
    expect(await all(outbox.byOwner())).toEqual([found]);
    await outbox.unfollow(ANN.toUpperCase(), SENT.operationId);
    expect((await outbox.of(ANN)).sent).toEqual(both.slice(1));
    await outbox.unfollow(ANN, 'other');
    await outbox.unfollow(ANN, 'other');
    expect(await all(outbox.byOwner())).toEqual([]);
  });

  test('put again takes the place of what was there, also where it says less', async () => {
    const { outbox } = (await freshTables()).tables;
    await outbox.follow(ANN, { ...SENT, reminders: ninetyNine('x') });
    const later = { ...SENT, reminders: [reminder('a')], looks: 3, lookOn: NOON + HOUR };
    await outbox.follow(ANN, later);
    expect((await outbox.of(ANN)).sent).toEqual([later]);
  });

  test.each([
    ['x', 'ASCII'],
    ['😀', 'surrogate pairs, on either side of a column’s border'],
    ['"', 'what JSON escapes'],
  ])('of 99 reminders with long names of %s keeps each of them: %s', async letter => {
    const { tables, bare } = await freshTables();
    for (const shift of ['', 'a']) {
      const sent = { ...SENT, reminders: ninetyNine(letter, shift) };
      await tables.outbox.follow(ANN, sent);
      expect((await tables.outbox.of(ANN)).sent).toEqual([sent]);
      const [row = {}] = await all(bare('outbox').listEntities());
      const pieces = Object.entries(row).filter(([column]) => column.startsWith('reminders'));
      expect(pieces.length).toBeGreaterThan(1);
      // The emulator keeps half a character and more than 32,768 of them; the service does not.
      for (const [column, piece] of pieces)
        expect([column, String(piece).length <= 32_768, isWellFormed(String(piece))]).toEqual([
          column,
          true,
          true,
        ]);
    }
  });

  test('outlives the end of the mails after it: finishing takes lines and claim alone', async () => {
    const { outbox } = (await freshTables()).tables;
    await outbox.put([reminder('a')]);
    await outbox.follow(ANN, SENT);
    await outbox.claim(ANN, CLAIM);
    await outbox.finish(ANN, await idsOf(outbox));
    expect(await outbox.of(ANN)).toEqual({ owner: ANN, lines: [], claim: undefined, sent: [SENT] });
  });

  test('that somebody spoilt is still seen, so that it can end', async () => {
    const { tables, bare } = await freshTables();
    const good = { scope: SCOPE, name: 'a', reason: '7d', about: formatInstant(NOON) };
    await plant(bare('outbox'), [
      ['ann~40example.com', 'sent|one', { reminders0: '[{', on: 'then', looks: 'x' }],
      [
        'ann~40example.com',
        'sent|two',
        { owner: ANN, reminders0: JSON.stringify([{ ...good, crossedOn: good.about }, good, {}]) },
      ],
    ]);
    const { owner, sent } = await tables.outbox.of(ANN);
    expect([owner, sent.map(({ operationId }) => operationId)]).toEqual([ANN.toLowerCase(), ['one', 'two']]);
    expect(sent.map(({ reminders }) => reminders.map(({ name }) => name))).toEqual([[], ['a']]);
    for (const { operationId } of sent) await tables.outbox.unfollow(ANN, operationId);
    expect(await all(tables.outbox.byOwner())).toEqual([]);
  });
});

test('rows that somebody spoilt stop nobody', async () => {
  const { tables, bare } = await freshTables();
  await tables.outbox.put([reminder('a')]);
  await plant(bare('outbox'), [
    ['ann~40example.com', '0junk', { reason: 7 }],
    ['bob~40example.com', 'digest', { attempt: 'x', lineIds: '[', claimedOn: 'then' }],
    ['not encoded', 'x'],
  ]);
  const found = await all(tables.outbox.byOwner());
  expect(found.map(({ owner, lines, claim }) => [owner, lines.length, claim?.operationId])).toEqual([
    [ANN, 1, undefined],
    ['bob@example.com', 0, ''],
    ['not encoded', 0, undefined],
  ]);
});
