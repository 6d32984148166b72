/** The outbox port on the emulator: lines wait until told, and one sender at a time tells them. */
import { HOUR } from '../../../src/core/instant';
import type { Reminder } from '../../../src/core/reminder';
import type { Claim, Outbox } from '../../../src/watch/ports';
import { all, freshTables, NOON, names, plant, SCOPE } from './storage';

const ANN = 'Ann@Example.com';
const CLAIM: Claim = { operationId: 'op', attempt: 1, lineIds: ['a', 'b'], claimedOn: NOON, accepted: false };

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
      },
    ]);
  },
);

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

test('a claim that is gone is neither accepted nor released into being', async () => {
  const { outbox } = (await freshTables()).tables;
  await outbox.markAccepted(ANN);
  await outbox.release(ANN);
  expect(await all(outbox.byOwner())).toEqual([]);
});

test('a claim without lines is seen, so that it can end', async () => {
  const { outbox } = (await freshTables()).tables;
  await outbox.claim(ANN, CLAIM);
  expect(await all(outbox.byOwner())).toEqual([{ owner: ANN, lines: [], claim: CLAIM }]);
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
