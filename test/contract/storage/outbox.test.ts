/** The outbox port on the emulator: lines wait until told, and one sender at a time tells them. */
import { NOTICE_KINDS, waitsForDailyMail } from '../../../src/core/notices';
import type { Reminder } from '../../../src/core/reminder';
import type { Told } from '../../../src/core/told';
import { rangesAt } from '../../../src/core/urgency';
import { DAY, formatInstant, HOUR, MINUTE } from '../../../src/formats/instant';
import type { Claim, HeldClaim, Outbox, OutboxPage, SentDigest } from '../../../src/watch/ports';
import { all, freshTables, NOON, names, plant, SCOPE } from './storage';

const ANN = 'Ann@Example.com';
const CLAIM: Claim = {
  operationId: 'op',
  attempt: 1,
  lineIds: [],
  claimedOn: NOON,
  accepted: false,
  tries: 0,
};

const SENT: SentDigest = {
  operationId: 'op',
  attempt: 2,
  on: NOON,
  reminders: [],
  lookCount: 0,
  lookOn: NOON + MINUTE,
};

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

/** Takes the claim, which must be free. */
async function claimed(outbox: Outbox, claim = CLAIM): Promise<HeldClaim> {
  const held = await outbox.claim(ANN, claim);
  if (!held) throw new Error('another sender has it');
  return held;
}

/** Makes a digest one that was accepted, told and is followed. */
async function follow(outbox: Outbox, sent: SentDigest): Promise<void> {
  const accepted = await outbox.accept(ANN, await claimed(outbox), sent);
  if (!accepted || !(await outbox.release(ANN, accepted))) throw new Error('the claim is lost');
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

test('the note of an operator notice is read as it was put, and belongs to it alone', async () => {
  const { outbox } = (await freshTables()).tables;
  const notice = { scope: 'mail', name: '', reason: 'undelivered', note: 'It\'s "500" – 日 😀\n' };
  const reminders = [reminder('a'), reminder('b', notice)];
  await outbox.put(reminders);
  expect(await remindersOf(outbox)).toEqual(expect.arrayContaining(reminders));
  const { lines } = await outbox.of(ANN);
  expect(lines.map(({ reminder: { note } }) => note).filter(Boolean)).toEqual([notice.note]);
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
  await follow(outbox, SENT);
  const held = await claimed(outbox);
  expect(await outbox.of(ANN.toUpperCase())).toEqual({
    owner: ANN,
    lines: [{ id: expect.any(String), reminder: reminder('a') }],
    claim: held,
    sent: [SENT],
  });
  const backlog = await outbox.of("O'Neil@example.com");
  expect([backlog.lines.length, backlog.cut]).toEqual([1_000, true]);
  expect(await outbox.of('z%/#?@example.com')).toEqual(nobody);
});

test('of two senders one gets the claim', async () => {
  const { outbox } = (await freshTables()).tables;
  const claims = await Promise.all(names(8).map(operationId => outbox.claim(ANN, { ...CLAIM, operationId })));
  expect(claims.filter(Boolean)).toHaveLength(1);
  const [owner] = await all(outbox.byOwner());
  expect(owner?.claim).toEqual(claims.find(Boolean));
});

test('a claim of a line that another sender has told is not made, and changes no line', async () => {
  const { outbox } = (await freshTables()).tables;
  await outbox.put(names(99).map(name => reminder(name)));
  const lineIds = await idsOf(outbox);
  await outbox.drop(ANN, [lineIds[98] ?? '']);
  expect(await outbox.claim(ANN, { ...CLAIM, lineIds })).toBeUndefined();
  expect((await outbox.of(ANN)).claim).toBeUndefined();
  const rest = lineIds.slice(0, 98);
  const before = await remindersOf(outbox);
  expect((await claimed(outbox, { ...CLAIM, lineIds: rest })).lineIds).toEqual(rest);
  expect(await remindersOf(outbox)).toEqual(before);
});

test('a claim is read as it was made, then accepted and followed, then released', async () => {
  const { outbox } = (await freshTables()).tables;
  await outbox.put([reminder('a')]);
  const held = await claimed(outbox);
  expect(held).toEqual({ ...CLAIM, etag: expect.stringMatching(/./) });
  expect(await outbox.claim(ANN.toUpperCase(), CLAIM)).toBeUndefined();
  expect((await all(outbox.byOwner()))[0]?.claim).toEqual(held);
  const accepted = await outbox.accept(ANN.toUpperCase(), held, SENT);
  expect(accepted).toEqual({ ...CLAIM, accepted: true, etag: expect.stringMatching(/./) });
  expect((await all(outbox.byOwner()))[0]).toMatchObject({ claim: accepted, sent: [SENT] });
  expect(accepted && (await outbox.release(ANN.toUpperCase(), accepted))).toBe(true);
  expect((await all(outbox.byOwner()))[0]).toMatchObject({
    lines: [{ reminder: { name: 'a' } }],
    claim: undefined,
  });
});

test('a claim that could not be sent waits, knows how often, and is otherwise what it was', async () => {
  const { outbox } = (await freshTables()).tables;
  const once = await outbox.postpone(ANN.toUpperCase(), await claimed(outbox), 1, NOON + HOUR);
  expect(once).toMatchObject({ ...CLAIM, tries: 1, notBefore: NOON + HOUR });
  expect((await outbox.of(ANN)).claim).toEqual(once);
  const twice = once && (await outbox.postpone(ANN, once, 2, NOON + 2 * HOUR));
  const accepted = twice && (await outbox.accept(ANN, twice, SENT));
  expect(accepted).toMatchObject({ ...CLAIM, tries: 2, notBefore: NOON + 2 * HOUR, accepted: true });
  expect((await outbox.of(ANN)).claim).toEqual(accepted);
  expect(accepted && (await outbox.finish(ANN, accepted))).toBe(true);
  const next = await claimed(outbox, { ...CLAIM, operationId: 'next' });
  expect((await outbox.of(ANN)).claim).toEqual(next);
});

test('a claim knows how its tries failed, and keeps its id when it loses lines', async () => {
  const { outbox } = (await freshTables()).tables;
  const first = { on: NOON, cause: 'recipient', failures: 0, putOffSince: NOON } as const;
  const once = await outbox.postpone(ANN, await claimed(outbox), 1, NOON, { trouble: first });
  expect((await outbox.of(ANN)).claim?.trouble).toEqual(first);
  const trouble = { ...first, on: NOON + 1, cause: 'unknown', failures: 1, othersTaken: true } as const;
  const twice = once && (await outbox.postpone(ANN, once, 2, NOON, { trouble }));
  const fewer = twice && (await outbox.postpone(ANN, twice, 2, NOON + HOUR, { lineIds: ['b'] }));
  expect((await outbox.of(ANN)).claim).toEqual(fewer);
  expect(fewer).toMatchObject({ operationId: CLAIM.operationId, lineIds: ['b'], trouble });
});

test('an accepted digest without a status is not followed', async () => {
  const { outbox } = (await freshTables()).tables;
  const accepted = await outbox.accept(ANN, await claimed(outbox), undefined);
  expect(accepted).toMatchObject({ ...CLAIM, accepted: true });
  expect((await outbox.of(ANN)).sent).toEqual([]);
});

test('a claim whose mail never goes knows why', async () => {
  const { outbox } = (await freshTables()).tables;
  const refused = await outbox.refuse(ANN.toUpperCase(), await claimed(outbox), 'no such address');
  expect(refused).toMatchObject({ ...CLAIM, refusal: 'no such address' });
  expect((await outbox.of(ANN)).claim).toEqual(refused);
});

test('a claim that was made to wait is read as it was made', async () => {
  const { outbox } = (await freshTables()).tables;
  const claim = { ...CLAIM, tries: 3, notBefore: NOON + 1 };
  await outbox.claim(ANN, claim);
  expect((await outbox.of(ANN)).claim).toMatchObject(claim);
});

const RETRY = { operationId: 'again', attempt: 2, notBefore: NOON + HOUR, lineIds: CLAIM.lineIds };

test('a claim that was answered oddly knows that until it has the id of its next attempt', async () => {
  const { outbox } = (await freshTables()).tables;
  const once = await outbox.postpone(ANN, await claimed(outbox), 1, NOON, { oddly: true });
  expect((await outbox.of(ANN)).claim).toMatchObject({ oddly: true, tries: 1 });
  const twice = once && (await outbox.postpone(ANN, once, 2, NOON));
  expect((await outbox.of(ANN)).claim).toMatchObject({ oddly: true, tries: 2 });
  const next = twice && (await outbox.retry(ANN, twice, RETRY));
  const { claim } = await outbox.of(ANN);
  expect(claim).toEqual(next);
  expect(claim).toMatchObject({ ...CLAIM, ...RETRY, tries: 2 });
  expect(claim?.oddly).toBeUndefined();
});

describe('a line that holds what was told', () => {
  const TOLD: Told = {
    reason: '30d',
    about: NOON,
    crossedOn: NOON - 1,
    on: NOON,
    operationId: 'op',
    outcome: 'refused',
    attempt: 3,
    why: 'no such address',
  };

  test('stays when its digest is finished, also when it is put again, and delays nothing', async () => {
    const { outbox } = (await freshTables()).tables;
    await outbox.put([reminder('a'), reminder('b')]);
    const held = await claimed(outbox, { ...CLAIM, lineIds: await idsOf(outbox) });
    expect(await outbox.finish(ANN, held, [{ reminder: reminder('b'), told: TOLD }])).toBe(true);
    await outbox.put([reminder('b')]);
    const { lines, claim } = await outbox.of(ANN);
    expect(claim).toBeUndefined();
    expect(lines).toEqual([{ id: expect.any(String), reminder: reminder('b'), told: TOLD }]);
    expect(await outbox.oldest(NOON)).toBeUndefined();
  });

  test('may be made of a digest that is followed', async () => {
    const { outbox } = (await freshTables()).tables;
    const inPlace = reminder('a', { meantFor: 'Bob@example.com', note: 'why' });
    await outbox.mark([{ reminder: inPlace, told: { ...TOLD, meantFor: 'Bob@example.com' } }]);
    expect((await outbox.of(ANN)).lines).toMatchObject([
      { reminder: inPlace, told: { meantFor: 'Bob@example.com' } },
    ]);
  });
});

test('a reminder in the place of an owner is a line of its own for each owner, in any spelling', async () => {
  const { outbox } = (await freshTables()).tables;
  const inPlace = (meantFor: string) => reminder('a', { meantFor, note: 'the mailbox is full' });
  const long = `${'!'.repeat(64)}@${'x'.repeat(185)}.com`;
  await outbox.put([reminder('a'), inPlace('bob@example.com'), inPlace('carl@example.com'), inPlace(long)]);
  await outbox.put([inPlace('BOB@example.com')]);
  const owners = (await remindersOf(outbox)).map(({ meantFor = '' }) => meantFor);
  expect(owners.sort()).toEqual([long, '', 'BOB@example.com', 'carl@example.com'].sort());
});

/** Every change of a claim; each must say whether the claim was still unchanged. */
const WRITES: [string, (outbox: Outbox, claim: HeldClaim) => Promise<unknown>][] = [
  ['accepted', (outbox, claim) => outbox.accept(ANN, claim, SENT)],
  ['refused', (outbox, claim) => outbox.refuse(ANN, claim, 'no such address')],
  ['postponed', (outbox, claim) => outbox.postpone(ANN, claim, 1, NOON)],
  ['given its next attempt', (outbox, claim) => outbox.retry(ANN, claim, RETRY)],
  ['released', (outbox, claim) => outbox.release(ANN, claim)],
  ['finished', (outbox, claim) => outbox.finish(ANN, claim)],
];

describe.each(WRITES)('a claim that another sender changed is not %s', (_what, write) => {
  /** With lines that the claim is for. */
  const held = async (outbox: Outbox) => {
    await outbox.put([reminder('a'), reminder('b')]);
    return await claimed(outbox, { ...CLAIM, lineIds: await idsOf(outbox) });
  };
  const expectRefused = async (outbox: Outbox, lost: HeldClaim) => {
    const before = await all(outbox.byOwner());
    expect(Boolean(await write(outbox, lost))).toBe(false);
    expect(await all(outbox.byOwner())).toEqual(before);
  };

  test('when it was taken over', async () => {
    const { outbox } = (await freshTables()).tables;
    const lost = await held(outbox);
    await outbox.postpone(ANN, lost, 0, NOON + MINUTE);
    await expectRefused(outbox, lost);
  });

  test('when it is gone', async () => {
    const { outbox } = (await freshTables()).tables;
    const lost = await held(outbox);
    await outbox.release(ANN, lost);
    await expectRefused(outbox, lost);
  });

  test('when a new one stands in its place', async () => {
    const { outbox } = (await freshTables()).tables;
    const lost = await held(outbox);
    await outbox.release(ANN, lost);
    await claimed(outbox, lost);
    await expectRefused(outbox, lost);
  });

  test('but an outage is thrown', async () => {
    const { tables, refused } = await freshTables();
    const claim = await held(tables.outbox);
    await expect(write(refused.outbox, claim)).rejects.toMatchObject({ statusCode: 403 });
  });
});

test('a claim without lines is seen, so that it can end', async () => {
  const { outbox } = (await freshTables()).tables;
  const claim = await claimed(outbox, { ...CLAIM, lineIds: [] });
  expect(await all(outbox.byOwner())).toEqual([{ owner: ANN, lines: [], claim, sent: [] }]);
});

test('finishing deletes 99 lines and the claim, and leaves the rest', async () => {
  const { outbox } = (await freshTables()).tables;
  await outbox.put(names(120).map(name => reminder(name)));
  const lineIds = (await idsOf(outbox)).slice(0, 99);
  expect(await outbox.finish(ANN, await claimed(outbox, { ...CLAIM, lineIds }))).toBe(true);
  const [owner] = await all(outbox.byOwner());
  expect(owner?.lines).toHaveLength(21);
  expect(owner?.claim).toBeUndefined();
});

test('finishing with lines that are gone is no fault', async () => {
  const { outbox } = (await freshTables()).tables;
  await outbox.put(names(5).map(name => reminder(name)));
  const lineIds = await idsOf(outbox);
  const claim = await claimed(outbox, { ...CLAIM, lineIds });
  await outbox.drop(ANN, [lineIds[1] ?? '', lineIds[4] ?? '']);
  expect(await outbox.finish(ANN, claim)).toBe(true);
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
  expect(await outbox.oldest(NOON)).toBeUndefined();
  await outbox.put([]);
  await outbox.claim('bob@example.com', CLAIM);
  expect(await outbox.oldest(NOON)).toBeUndefined();
  await outbox.put([
    reminder('a'),
    reminder('b', { since: NOON - 5 * HOUR }),
    reminder('c', { owner: 'c@example.com' }),
  ]);
  expect(await outbox.oldest(NOON)).toBe(NOON - 5 * HOUR);
});

test('the oldest line is an owner’s: what operators hear once a day may wait, and so may what is only followed', async () => {
  const { outbox } = (await freshTables()).tables;
  const old = { since: NOON - 30 * HOUR };
  await follow(outbox, { ...SENT, reminders: [reminder('a', old)] });
  const daily = NOTICE_KINDS.filter(reason => waitsForDailyMail({ reason }));
  await outbox.put(daily.map(reason => reminder('a', { reason, ...old })));
  expect(await outbox.oldest(NOON)).toBeUndefined();
  await outbox.put([reminder('a'), reminder('b', { reason: 'unreadable', since: NOON - 2 * HOUR })]);
  expect(await outbox.oldest(NOON)).toBe(NOON - 2 * HOUR);
});

describe('a digest that is followed', () => {
  test('is read as it was put, is no line and no claim, and is gone once it is followed no more', async () => {
    const { outbox } = (await freshTables()).tables;
    const note = { reason: 'undelivered', note: 'It did not arrive.' };
    const sent = { ...SENT, reminders: [reminder('a'), reminder('b', note)] };
    await follow(outbox, sent);
    await follow(outbox, { ...SENT, operationId: 'other', reminders: [] });
    const both = [sent, { ...SENT, operationId: 'other', reminders: [] }];
    const found = await outbox.of(ANN);
    expect(found).toMatchObject({ owner: ANN, lines: [], claim: undefined });
    expect(found.sent).toEqual(expect.arrayContaining(both));
    expect(await all(outbox.byOwner())).toEqual([found]);
    expect(await outbox.unfollow(ANN.toUpperCase(), SENT.operationId)).toBe(true);
    expect((await outbox.of(ANN)).sent).toEqual(both.slice(1));
    expect(await outbox.unfollow(ANN, 'other')).toBe(true);
    expect(await outbox.unfollow(ANN, 'other')).toBe(false);
    expect(await all(outbox.byOwner())).toEqual([]);
  });

  test('is found by its address and operation, beside the claim and behind any number of lines', async () => {
    const { outbox } = (await freshTables()).tables;
    expect(await outbox.followed(ANN, SENT.operationId)).toBeUndefined();
    await outbox.put(names(1_100).map(name => reminder(name)));
    const sent = { ...SENT, reminders: [reminder('a')], sentOut: true } as const;
    await follow(outbox, sent);
    await follow(outbox, { ...SENT, operationId: 'other' });
    const found = { owner: ANN, lines: [], claim: undefined, sent: [sent] };
    expect(await outbox.followed(ANN.toUpperCase(), SENT.operationId)).toEqual(found);
    const claim = await claimed(outbox);
    expect(await outbox.followed(ANN, SENT.operationId)).toEqual({ ...found, claim });
    expect(await outbox.followed(ANN, 'unknown')).toMatchObject({ claim, sent: [] });
    expect(await outbox.followed('bob@example.com', SENT.operationId)).toBeUndefined();
  });

  test('and looked at again takes the place of what was there, also where it says less; and once gone stays gone', async () => {
    const { outbox } = (await freshTables()).tables;
    await follow(outbox, { ...SENT, reminders: ninetyNine('x') });
    const later = { ...SENT, reminders: [reminder('a')], lookCount: 3, lookOn: NOON + HOUR };
    await outbox.saveNextStatusRead(ANN, later);
    expect((await outbox.of(ANN)).sent).toEqual([later]);
    await outbox.unfollow(ANN, later.operationId);
    await outbox.saveNextStatusRead(ANN, later);
    expect(await all(outbox.byOwner())).toEqual([]);
  });

  test.each([
    ['x', 'ASCII'],
    ['😀', 'surrogate pairs, on either side of a column’s border'],
    ['"', 'what JSON escapes'],
  ])('of 99 reminders with long names of %s keeps each of them: %s', async letter => {
    const { tables, bare } = await freshTables();
    for (const shift of ['', 'a']) {
      const sent = { ...SENT, reminders: ninetyNine(letter, shift) };
      await follow(tables.outbox, sent);
      expect((await tables.outbox.of(ANN)).sent).toEqual([sent]);
      const [row = {}] = await all(bare('outbox').listEntities());
      const pieces = Object.entries(row).filter(([column]) => column.startsWith('reminders'));
      expect(pieces.length).toBeGreaterThan(1);
      // The emulator keeps half a character and more than 32,768 of them; the service does not.
      for (const [column, piece] of pieces)
        expect([column, String(piece).length <= 32_768, String(piece).isWellFormed()]).toEqual([
          column,
          true,
          true,
        ]);
    }
  });

  test('outlives the end of the mails after it: finishing takes lines and claim alone', async () => {
    const { outbox } = (await freshTables()).tables;
    await outbox.put([reminder('a')]);
    await follow(outbox, SENT);
    const lineIds = await idsOf(outbox);
    await outbox.finish(ANN, await claimed(outbox, { ...CLAIM, lineIds }));
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

test('rows that can not be read stop no owner', async () => {
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

describe('of an outbox of more than a page', () => {
  const LATER = NOON + 9 * DAY;
  /** One owner has 1,100 lines; others have one or two, before and after in key order. */
  async function large() {
    const { outbox } = (await freshTables()).tables;
    await outbox.put(names(1_100).map(name => reminder(name, { owner: 'mid@example.com', about: LATER })));
    await outbox.put([
      reminder('a', { owner: 'ann@example.com', about: NOON + MINUTE }),
      reminder('b', { owner: 'zoe@example.com', about: NOON + HOUR }),
      reminder('c', { owner: 'zoe@example.com', about: NOON - 400 * DAY }),
      reminder('d', { owner: 'zoe@example.com', reason: 'missing', about: NOON - 400 * DAY }),
      reminder('e', { owner: 'zoe@example.com', reason: 'renewed', about: LATER }),
      reminder('f', { owner: 'zoe@example.com', reason: 'gone', about: NOON - HOUR }),
      reminder('g', { owner: 'zoe@example.com', reason: 'a later version', about: NOON }),
    ]);
    return outbox;
  }
  const namesIn = ({ owners }: OutboxPage) =>
    owners.flatMap(({ lines }) => lines.map(({ reminder: { name } }) => name));

  test('the first page has a thousand rows and is not whole', async () => {
    const outbox = await large();
    const page = await outbox.firstPage();
    expect([page.whole, namesIn(page).length]).toEqual([false, 1_000]);
    await outbox.drop(
      'mid@example.com',
      (await outbox.of('mid@example.com')).lines.map(({ id }) => id),
    );
    const rest = await outbox.firstPage();
    expect([rest.whole, namesIn(rest).length]).toEqual([true, 107]);
  });

  test('the store finds the lines of each range of urgency, and no others', async () => {
    const outbox = await large();
    const [first = [{ reasons: 'other' }], ...others] = rangesAt(NOON);
    const found = await outbox.waiting(first, ['mid@example.com']);
    expect([found.whole, namesIn(found).sort()]).toEqual([true, ['a', 'b', 'd', 'f', 'g']]);
    const parts = await Promise.all(first.map(part => outbox.waiting([part], ['MID@example.com'])));
    expect(parts.map(namesIn)).toEqual([['a', 'b'], ['f'], expect.arrayContaining(['d', 'g'])]);
    const rest = await Promise.all(others.map(range => outbox.waiting(range, [])));
    expect(rest.map(namesIn)).toEqual([['c'], ['e']]);
    expect((await outbox.waiting(first, [])).whole).toBe(false);
    expect(namesIn(await outbox.waiting(first, [], 'mid@example.com')).sort()).toEqual(['b', 'd', 'f', 'g']);
  });

  test('all lines of some owners are found together', async () => {
    const outbox = await large();
    const found = await outbox.ofSome(['ANN@example.com', 'zoe@example.com', 'nobody@example.com']);
    expect(found.owners.map(({ owner, lines }) => [owner, lines.length])).toEqual([
      ['ann@example.com', 1],
      ['zoe@example.com', 6],
    ]);
    expect([found.whole, (await outbox.ofSome(['mid@example.com', 'zoe@example.com'])).whole]).toEqual([
      true,
      false,
    ]);
  });

  test('claims and followed digests are found alone, whoever has them', async () => {
    const outbox = await large();
    const held = await outbox.claim('zoe@example.com', CLAIM);
    const other = await claimed(outbox, { ...CLAIM, operationId: 'other' });
    await outbox.accept(ANN, other, { ...SENT, operationId: 'other' });
    const { owners, whole } = await outbox.digests();
    expect(whole).toBe(true);
    expect(
      owners.map(({ owner, lines, claim, sent }) => [owner, lines.length, claim?.operationId, sent.length]),
    ).toEqual([
      [ANN, 0, 'other', 1],
      ['zoe@example.com', 0, held?.operationId, 0],
    ]);
  });

  test('claims are found behind any number of followed digests', async () => {
    const { tables, bare } = await freshTables();
    const { outbox } = tables;
    const rows = names(1_000).map((name): [string, string] => ['bob~40example.com', `sent|${name}`]);
    await plant(bare('outbox'), rows);
    const held = await outbox.claim('zoe@example.com', CLAIM);
    const { owners, whole } = await outbox.digests();
    expect(whole).toBe(false);
    expect(owners.map(({ sent, claim }) => [sent.length, claim?.etag])).toEqual([
      [1_000, undefined],
      [0, held?.etag],
    ]);
  });

  test('lines are read one by one by their ids; those that are gone are left out', async () => {
    const outbox = await large();
    const { lines } = await outbox.of('mid@example.com');
    const some = lines.slice(0, 3);
    const ids = some.map(({ id }) => id);
    expect(await outbox.lines('Mid@example.com', [...ids, 'gone'])).toEqual(some);
  });
});
