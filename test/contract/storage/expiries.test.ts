/** The expiries port on the emulator: each writer's columns are its own. */
import { type Expiry, newExpiry } from '../../../src/core/expiry';
import type { Snooze } from '../../../src/core/snooze';
import type { Key } from '../../../src/core/target';
import type { Told } from '../../../src/core/told';
import { DAY } from '../../../src/formats/instant';
import type { Expiries } from '../../../src/watch/ports';
import { refusableTables } from '../../support/store-proxy';
import { all, content, freshTables, NOON, names, plant, SCOPE } from './storage';

const KEY = { scope: SCOPE, name: 'one' };
const BARE = newExpiry(KEY, NOON);
const FULL: Expiry = {
  ...BARE,
  checkedOn: NOON + 1,
  readOn: NOON + 2,
  expiresOn: NOON + 400 * DAY,
  evidence: 'moved',
  lifetimeMs: 365 * DAY + 0.5,
  movedFrom: NOON + 3,
  movedOn: NOON + 4,
  failure: {
    code: 'notAllowed',
    message: 'the identity may not read it: grant it a role',
    since: NOON + 5,
    count: 7,
    sameCodeCount: 3,
  },
  recovered: { since: NOON + 8, on: NOON + 9 },
  renewed: { from: NOON + 10, on: NOON + 11 },
  invalid: { faults: ['owners: none', "checkEvery: '6\nh' is none"], since: NOON + 6 },
  goneSince: NOON + 7,
  rowLost: { since: NOON + 13, displayName: 'One, "north"', owners: ['ann@example.com'] },
  deleteAskedOn: NOON + 14,
  calendarKeys: ['', 'x|y'],
  listingHash: 'abc',
};
const TOLD: Told = {
  reason: '20%',
  about: NOON + 400 * DAY,
  crossedOn: NOON + 320 * DAY,
  on: NOON + 321 * DAY,
  operationId: '6f0c3a52-6c0e-5b7a-9a51-d0a1a8a9b7aa',
  outcome: 'accepted',
};

const SNOOZE: Snooze = {
  about: NOON + 400 * DAY,
  until: NOON + 30 * DAY,
  reason: 'the vendor is asked',
  on: NOON + 12,
};

/** Writes what an owner was told under the etags of now; of a row that is missing, under none that is. */
async function tell(expiries: Expiries, owner: string, keys: readonly Key[], told: readonly Told[]) {
  const rows = keys.map(async key => {
    const { etag = 'W/"none"' } = (await expiries.row(key)) ?? {};
    return { scope: key.scope, name: key.name, etag, told };
  });
  return await expiries.mergeTold(owner, await Promise.all(rows));
}

/** A state that is written where nothing was known. */
const anew = (after: Expiry) => ({ before: undefined, after });

test.each([
  ['all there is', FULL],
  ['next to nothing', BARE],
  ['an expiry that is never', { ...BARE, expiresOn: 'never' as const, evidence: 'fixed' as const }],
])('a state with %s is read as it was written', async (_what, state) => {
  const { tables } = await freshTables();
  expect(await tables.expiries.merge(SCOPE, [anew(state)])).toEqual(new Set());
  expect(content(await tables.expiries.row(KEY))).toEqual(state);
});

test('what a later state lacks is cleared', async () => {
  const { tables } = await freshTables();
  await tables.expiries.merge(SCOPE, [anew(FULL)]);
  await tables.expiries.merge(SCOPE, [{ before: FULL, after: BARE }]);
  expect(content(await tables.expiries.row(KEY))).toEqual(BARE);
});

test('sweep, calendar, sender, snooze and other tools keep the columns of each other', async () => {
  const { tables, bare } = await freshTables();
  await tables.expiries.merge(SCOPE, [anew(FULL)]);
  await bare('expiries').updateEntity({ partitionKey: SCOPE, rowKey: 'one', ticket: 'mine' }, 'Merge');
  expect(await tables.expiries.mergeSnooze('Bob@Example.com', KEY, SNOOZE)).toBe(true);
  await tell(tables.expiries, 'Ann@Example.com', [KEY], [TOLD]);
  await tables.expiries.mergeCal(SCOPE, [{ ...BARE, calendarKeys: ['z'], listingHash: 'new' }]);
  const refused: Told = { ...TOLD, outcome: 'refused', earlierArrived: true };
  await tell(tables.expiries, 'bob@example.com', [KEY], [refused]);
  const told = new Map([
    ['ann@example.com', [TOLD]],
    ['bob@example.com', [refused]],
  ]);
  const snoozes = new Map([['bob@example.com', SNOOZE]]);
  expect(content(await tables.expiries.row(KEY))).toEqual({
    ...FULL,
    calendarKeys: ['z'],
    listingHash: 'new',
    told,
    snoozes,
  });
  // The sweep knows nothing of what was told and muted since it read the row.
  await tables.expiries.merge(SCOPE, [
    { before: { ...FULL, calendarKeys: ['z'], listingHash: 'new' }, after: BARE },
  ]);
  expect(content(await tables.expiries.row(KEY))).toEqual({ ...BARE, told, snoozes });
  expect((await bare('expiries').getEntity(SCOPE, 'one')).ticket).toBe('mine');
});

test('each owner has a snooze of their own, in any spelling of the address, and undoing one leaves the others', async () => {
  const { expiries } = (await freshTables()).tables;
  await expiries.merge(SCOPE, [anew(BARE)]);
  const other = { ...SNOOZE, about: undefined, reason: "it's / 100% 'ours' 日" };
  await expiries.mergeSnooze('Ann@Example.com', KEY, SNOOZE);
  await expiries.mergeSnooze('bob@example.com', KEY, SNOOZE);
  await expiries.mergeSnooze('BOB@example.com', KEY, other);
  const both = new Map([
    ['ann@example.com', SNOOZE],
    ['bob@example.com', other],
  ]);
  expect((await expiries.row(KEY))?.snoozes).toEqual(both);
  expect((await all(expiries.rows(SCOPE)))[0]?.snoozes).toEqual(both);
  expect(await expiries.mergeSnooze('ann@example.com', KEY, undefined)).toBe(true);
  expect((await expiries.row(KEY))?.snoozes).toEqual(new Map([['bob@example.com', other]]));
});

test('what bounds a snooze stays when it is undone, each owner’s by itself', async () => {
  const { expiries } = (await freshTables()).tables;
  await expiries.merge(SCOPE, [anew(BARE)]);
  const mutes = [
    { about: SNOOZE.about, on: SNOOZE.on },
    { about: undefined, on: SNOOZE.on },
  ];
  await expiries.mergeSnooze('Ann@Example.com', KEY, SNOOZE, mutes);
  await expiries.mergeSnooze('bob@example.com', KEY, SNOOZE);
  await expiries.mergeSnooze('ann@example.com', KEY, undefined);
  const row = await expiries.row(KEY);
  expect([...(row?.snoozes.keys() ?? [])]).toEqual(['bob@example.com']);
  expect(row?.mutes).toEqual(new Map([['ann@example.com', mutes]]));
});

test('a snooze creates no row, and reports that there is no row', async () => {
  const { expiries } = (await freshTables()).tables;
  for (const name of ['one', "it's", 'é日'])
    expect(await expiries.mergeSnooze('ann@example.com', { ...KEY, name }, SNOOZE)).toBe(false);
  expect(await all(expiries.rows(SCOPE))).toEqual([]);
});

test('a snooze that can not be written in an outage is thrown', async () => {
  const { refused } = await freshTables();
  await expect(refused.expiries.mergeSnooze('ann@example.com', KEY, SNOOZE)).rejects.toMatchObject({
    statusCode: 403,
  });
});

test('telling an owner again, in another spelling, takes the place of what was told', async () => {
  const { tables } = await freshTables();
  await tables.expiries.merge(SCOPE, [anew(BARE)]);
  await tell(tables.expiries, 'Ann@Example.com', [KEY], [TOLD]);
  const both = [{ ...TOLD, reason: '0' }, TOLD];
  await tell(tables.expiries, 'ann@example.com', [KEY], both);
  expect((await tables.expiries.row(KEY))?.told).toEqual(new Map([['ann@example.com', both]]));
});

test('telling and the calendar create no row that is gone, and a missing row does not stop the others', async () => {
  const { tables } = await freshTables();
  const other = { scope: 'iotCentralToken:other', name: 'two' };
  await tables.expiries.merge(other.scope, [anew(newExpiry(other, NOON))]);
  const missing = { ...KEY, name: 'x' };
  const unwritten = await tell(tables.expiries, 'ann@example.com', [KEY, missing, other], [TOLD]);
  expect(unwritten.map(({ scope, name, why }) => [scope, name, why]).sort()).toEqual([
    [SCOPE, 'one', 'overtaken'],
    [SCOPE, 'x', 'overtaken'],
  ]);
  expect(await tables.expiries.mergeCal(SCOPE, [BARE])).toEqual(new Set());
  expect(await all(tables.expiries.rows(SCOPE))).toEqual([]);
  const states = await all(tables.expiries.rows(other.scope));
  expect(states.map(({ name, told }) => [name, told.size])).toEqual([['two', 1]]);
});

test('a refused state does not block its neighbours', async () => {
  const { tables } = await freshTables();
  const states = names(150).map(name => newExpiry({ scope: SCOPE, name }, NOON));
  const bad = { ...newExpiry({ scope: SCOPE, name: 't00070x' }, NOON), listingHash: 'x'.repeat(40_000) };
  expect(await tables.expiries.merge(SCOPE, [...states, bad].map(anew))).toEqual(new Set(['t00070x']));
  expect((await all(tables.expiries.rows(SCOPE))).map(({ name }) => name)).toEqual(names(150));
});

test('rows come in key order over many pages and go on after a name', async () => {
  const { tables, bare } = await freshTables();
  await plant(bare('expiries'), [
    ...names(1_050).map((name): [string, string] => [SCOPE, name]),
    ['other', 'x'],
  ]);
  expect((await all(tables.expiries.rows(SCOPE))).map(({ name }) => name)).toEqual(names(1_050));
  expect((await all(tables.expiries.rows(SCOPE, 't01047'))).map(({ name }) => name)).toEqual([
    't01048',
    't01049',
  ]);
});

test('empty lists do nothing', async () => {
  const { tables } = await freshTables();
  expect(await tables.expiries.merge(SCOPE, [])).toEqual(new Set());
  expect(await tables.expiries.mergeCal(SCOPE, [])).toEqual(new Set());
  await tables.expiries.mergeTold('ann@example.com', []);
  await tables.expiries.remove(SCOPE, []);
  expect(await all(tables.expiries.rows(SCOPE))).toEqual([]);
});

test('removes the rows that are there; a missing one is no fault', async () => {
  const { tables } = await freshTables();
  await tables.expiries.merge(
    SCOPE,
    names(150).map(name => anew(newExpiry({ scope: SCOPE, name }, NOON))),
  );
  await tables.expiries.remove(SCOPE, ['gone', ...names(149), 'a/b']);
  expect((await all(tables.expiries.rows(SCOPE))).map(({ name }) => name)).toEqual(['t00149']);
});

test('of a row that somebody edited it reads what can be read', async () => {
  const { tables, bare } = await freshTables();
  const columns = {
    firstSeenOn: 'long ago',
    checkedOn: new Date(NOON),
    readOn: 17,
    expiresOn: '2027-02-30T00:00:00Z',
    evidence: 'surely',
    lifetimeMs: '86400000',
    failureCode: 'grumpy',
    failureSince: '2027-01-01T00:00:00.000Z',
    recoveredSince: '2027-01-01T00:00:00.000Z',
    recoveredOn: 'lately',
    renewedFrom: 'x',
    renewedOn: '2027-01-01T00:00:00.000Z',
    invalid: 'why',
    invalidSince: '2027-01-01T00:00:00.000Z',
    cal: '{"not":"a list"}',
    shown: 5n,
    told_1: 'no json',
    told_2: JSON.stringify({ owner: 'Ann@example.com', told: [{ ...TOLD, about: 'never' }, 3] }),
    told_3: JSON.stringify({ owner: 4 }),
    snooze: 'of an earlier version',
    snooze_1: '',
    snooze_2: 'no json',
    snooze_3: JSON.stringify({ owner: 'Ann@example.com', until: 'soon', reason: '', on: 'now' }),
  };
  await plant(bare('expiries'), [[SCOPE, 'one', columns]]);
  const state = content(await tables.expiries.row(KEY));
  expect(state).toEqual({
    ...KEY,
    firstSeenOn: expect.any(Number),
    checkedOn: NOON,
    lifetimeMs: DAY,
    calendarKeys: [],
    told: new Map([['ann@example.com', []]]),
    snoozes: new Map(),
  });
  expect(state?.firstSeenOn).toBeGreaterThan(Date.UTC(2020, 0, 1));
});

test('a row can be read by a person', async () => {
  const { tables, bare } = await freshTables();
  await tables.expiries.merge(SCOPE, [anew(FULL)]);
  expect(await bare('expiries').getEntity(SCOPE, 'one')).toMatchObject({
    firstSeenOn: '2027-03-04T12:00:00.250Z',
    expiresOn: '2028-04-07T12:00:00.250Z',
    lifetimeMs: '31536000000.5',
    failureCode: 'notAllowed',
    failureCount: 7,
    failureAlike: 3,
    recoveredSince: '2027-03-04T12:00:00.258Z',
    renewedFrom: '2027-03-04T12:00:00.260Z',
    cal: '["","x|y"]',
  });
});

test('line separators in what a state tells are kept, and block no neighbour', async () => {
  const { expiries } = (await freshTables()).tables;
  const invalid = { faults: ["owners: 'a\u2028b\u2029c' is not a mail address"], since: NOON };
  const states = names(3).map(name => ({ ...newExpiry({ scope: SCOPE, name }, NOON), invalid }));
  expect(await expiries.merge(SCOPE, states.map(anew))).toEqual(new Set());
  expect((await all(expiries.rows(SCOPE))).map(content)).toEqual(states);
});

test('halves of surrogate pairs in texts become U+FFFD when they are read, escaped in JSON or not', async () => {
  const { tables, bare } = await freshTables();
  const columns = {
    failureCode: 'timeout',
    failureMessage: 'a\ud800b',
    failureSince: '2027-01-01T00:00:00.000Z',
    invalid: String.raw`["\ud800", "\uDC00\uD83D\uDE00", "\\ud800", "\ud83d😀"]`,
    invalidSince: '2027-01-01T00:00:00.000Z',
  };
  await plant(bare('expiries'), [[SCOPE, 'one', columns]]);
  expect(await tables.expiries.row(KEY)).toMatchObject({
    failure: { message: 'a\ufffdb' },
    invalid: { faults: ['\ufffd', '\ufffd😀', String.raw`\ud800`, '\ufffd😀'] },
  });
});

test('the marks of all targets say what the judgement of a removal needs', async () => {
  const { tables } = await freshTables();
  const of = (name: string, more: Partial<Expiry>) => ({ ...BARE, name, calendarKeys: ['k'], ...more });
  const lost = { since: NOON, displayName: '', owners: [] };
  const states = [
    of('deleted', { deleteAskedOn: NOON }),
    of('gone', { goneSince: NOON, calendarKeys: [''] }),
    of('listed', {}),
    of('lost', { rowLost: lost }),
    of('new', { calendarKeys: [] }),
  ];
  await tables.expiries.merge(SCOPE, states.map(anew));
  const other = { ...of('a', {}), scope: `${SCOPE}x` };
  await tables.expiries.merge(other.scope, [anew(other)]);
  const mark = (name: string, more: object = {}) => ({
    scope: SCOPE,
    name,
    goneSince: undefined,
    deleteAskedOn: undefined,
    isListed: true,
    isLost: false,
    ...more,
  });
  expect(await all(tables.expiries.marks())).toEqual([
    mark('deleted', { deleteAskedOn: NOON }),
    mark('gone', { goneSince: NOON, isListed: false }),
    mark('listed'),
    mark('lost', { isLost: true }),
    mark('new', { isListed: false }),
    mark('a', { scope: `${SCOPE}x` }),
  ]);
  expect(await all(tables.expiries.scopes())).toEqual([SCOPE, `${SCOPE}x`]);
});

test('an announced delete is marked on a state that is there, and makes none', async () => {
  const { tables } = await freshTables();
  await tables.expiries.merge(SCOPE, [anew(BARE)]);
  await tables.expiries.markDelete(KEY, NOON);
  await tables.expiries.markDelete({ scope: SCOPE, name: 'two' }, NOON);
  await tables.expiries.markDelete({ scope: SCOPE, name: 'a/b' }, NOON);
  expect((await tables.expiries.row(KEY))?.deleteAskedOn).toBe(NOON);
  expect(await all(tables.expiries.rows(SCOPE))).toHaveLength(1);
});

describe('what was told is written under the etag that was read', () => {
  const etags = async (expiries: Expiries) =>
    new Map((await all(expiries.rows(SCOPE))).map(({ name, etag }) => [name, etag]));
  const tellAll = (expiries: Expiries, known: ReadonlyMap<string, string>) =>
    expiries.mergeTold(
      'ann@example.com',
      [...known].map(([name, etag]) => ({ scope: SCOPE, name, etag, told: [TOLD] })),
    );
  const toldNames = async (expiries: Expiries) =>
    (await all(expiries.rows(SCOPE))).flatMap(({ name, told }) => (told.size > 0 ? name : []));

  test('so a row that changed since keeps what it holds, and the others are written', async () => {
    const { expiries } = (await freshTables()).tables;
    await expiries.merge(
      SCOPE,
      names(150).map(name => anew(newExpiry({ scope: SCOPE, name }, NOON))),
    );
    const known = await etags(expiries);
    await expiries.mergeSnooze('ann@example.com', { scope: SCOPE, name: 't00070' }, SNOOZE);
    await expiries.mergeSnooze('ann@example.com', { scope: SCOPE, name: 't00149' }, SNOOZE);
    expect((await tellAll(expiries, known)).map(({ name, why }) => [name, why])).toEqual([
      ['t00070', 'overtaken'],
      ['t00149', 'overtaken'],
    ]);
    expect(await toldNames(expiries)).toEqual(names(149).filter(name => name !== 't00070'));
  });

  test('and where many changed, few requests show that all are to be read again', async () => {
    const { store, tables } = await refusableTables();
    const { expiries } = tables;
    const states = names(99).map(name => newExpiry({ scope: SCOPE, name }, NOON));
    await expiries.merge(SCOPE, states.map(anew));
    const known = await etags(expiries);
    await expiries.mergeCal(SCOPE, states);
    let requests = 0;
    store.refuses(() => {
      requests += 1;
      return false;
    });
    expect(await tellAll(expiries, known)).toHaveLength(99);
    expect(requests).toBeLessThan(8);
    expect(await toldNames(expiries)).toEqual([]);
    store.close();
  });
});

describe('pruning', () => {
  const columns = {
    ticket: 'mine',
    long: 5n,
    ratio: 0.5,
    huge: { type: 'Double', value: '3e9' },
    on: new Date(NOON),
    id: { type: 'Guid', value: '651f8027-33e8-4ec4-97b4-f6e9f3dc8744' },
    bytes: new Uint8Array([1, 2, 255]),
    flag: true,
    told_by: 'a team',
  };

  async function peopled() {
    const { tables, bare } = await freshTables();
    await tables.expiries.merge(SCOPE, [anew(FULL)]);
    await bare('expiries').updateEntity({ partitionKey: SCOPE, rowKey: 'one', ...columns }, 'Merge');
    for (const owner of ['Ann@example.com', 'bob@example.com']) {
      await tell(tables.expiries, owner, [KEY], [TOLD]);
      await tables.expiries.mergeSnooze(owner, KEY, SNOOZE, [{ about: SNOOZE.about, on: SNOOZE.on }]);
    }
    await tables.expiries.mergeSnooze('carl@example.com', KEY, undefined);
    const before = await tables.expiries.row(KEY);
    if (!before) throw new Error('no row');
    return { expiries: tables.expiries, bare, before };
  }

  test('removes the columns of people and the empty ones, and nothing else', async () => {
    const { expiries, bare, before } = await peopled();
    const old = await bare('expiries').getEntity(SCOPE, 'one');
    expect(await expiries.prune(KEY, before.etag, ['ann@example.com'])).toBe(true);
    const row = await bare('expiries').getEntity(SCOPE, 'one');
    const gone = Object.keys(old).filter(column => !(column in row));
    expect(gone.map(column => column.replace(/_.*/, '')).sort()).toEqual([
      'muted',
      'snooze',
      'snooze',
      'told',
    ]);
    for (const column of gone) delete old[column];
    expect({ ...row, etag: '', timestamp: '' }).toEqual({ ...old, etag: '', timestamp: '' });
    const after = await expiries.row(KEY);
    expect([after?.told, after?.snoozes, after?.mutes].map(of => [...(of?.keys() ?? [])])).toEqual(
      Array(3).fill(['bob@example.com']),
    );
  });

  test('writes nothing when the row was changed since, or is gone', async () => {
    const { expiries, before } = await peopled();
    await expiries.mergeCal(SCOPE, [{ ...FULL, calendarKeys: ['z'] }]);
    expect(await expiries.prune(KEY, before.etag, ['ann@example.com'])).toBe(false);
    expect((await expiries.row(KEY))?.told.size).toBe(2);
    expect(await expiries.prune({ ...KEY, name: 'none' }, before.etag, ['ann@example.com'])).toBe(false);
    expect((await all(expiries.rows(SCOPE))).length).toBe(1);
  });
});
