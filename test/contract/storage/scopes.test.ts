/** The scopes port on the emulator: one writer at a time. */
import { NO_COUNTS } from '../../../src/core/counts';
import type { ScopeRow } from '../../../src/watch/ports';
import { all, content, freshTables, NOON, names, plant, SCOPE } from './storage';

const FULL: ScopeRow = {
  scope: SCOPE,
  holder: 'me',
  leaseUntil: NOON + 1,
  checking: true,
  tick: NOON + 2,
  startedOn: NOON + 3,
  finishedTick: NOON + 4,
  finishedOn: NOON + 5,
  durationMs: 1234.5,
  pace: { level: 17.25, at: NOON, pausedUntil: NOON + 6, refusals: 2 },
  counts: { ...NO_COUNTS, total: 3, healthy: 3 },
  unreached: 4,
  partial: {
    counts: { ...NO_COUNTS, total: 1, expired: 1 },
    ownerless: 2,
    unreached: 2,
    reads: {
      answered: 1,
      readOn: NOON,
      failing: 2,
      failedOnce: 0,
      refused: 1,
      reasons: [{ message: 'It may not.', refused: true, count: 1, names: ['a'] }],
    },
    rowsLost: { count: 3, lastOn: NOON + 8 },
  },
  rowsLost: { count: 4, lastOn: NOON + 9 },
  seenOn: NOON - 1,
  readability: 'none',
  operatorNotices: {
    scopeFailing: { since: NOON + 7, put: false },
    readsRefused: { since: NOON + 9, put: true, operators: ['ops@example.com'] },
    ownerless: { since: NOON + 8, put: true },
  },
};

test.each([
  ['all there is', FULL],
  ['its key alone', { scope: SCOPE }],
  ['no operator notice left', { scope: SCOPE, operatorNotices: {} }],
  ['one operator notice', { scope: SCOPE, operatorNotices: { ownerless: { since: NOON, put: true } } }],
  ['a pace without a pause', { scope: SCOPE, pace: { level: -1, at: NOON, refusals: 0 } }],
])('a row with %s is read as it was saved', async (_what, row) => {
  const { scopes } = (await freshTables()).tables;
  const etag = await scopes.save(row, undefined);
  expect(await scopes.get(SCOPE)).toEqual({ ...row, etag });
  expect(await all(scopes.all())).toEqual([{ ...row, etag }]);
});

test('there is no row before one is saved', async () => {
  const { scopes } = (await freshTables()).tables;
  expect(await scopes.get(SCOPE)).toBeUndefined();
  expect(await all(scopes.all())).toEqual([]);
});

test('saving under the etag replaces the row whole and hands out the next etag', async () => {
  const { scopes } = (await freshTables()).tables;
  const first = await scopes.save(FULL, undefined);
  const second = await scopes.save({ scope: SCOPE, holder: 'you' }, first);
  expect(second).not.toBe(first);
  expect(await scopes.get(SCOPE)).toEqual({ scope: SCOPE, holder: 'you', etag: second });
  expect(await scopes.save(FULL, second)).toBeDefined();
});

test('the slower writer is told so and changes nothing', async () => {
  const { scopes } = (await freshTables()).tables;
  const stale = await scopes.save({ scope: SCOPE }, undefined);
  await scopes.save({ scope: SCOPE, holder: 'first' }, stale);
  expect(await scopes.save({ scope: SCOPE, holder: 'second' }, stale)).toBeUndefined();
  expect(await scopes.save({ scope: SCOPE, holder: 'third' }, undefined)).toBeUndefined();
  expect((await scopes.get(SCOPE))?.holder).toBe('first');
});

test('of many who create or replace at once, one wins', async () => {
  const { scopes } = (await freshTables()).tables;
  const contest = (etag?: string) =>
    Promise.all(names(6).map(holder => scopes.save({ scope: SCOPE, holder }, etag)));
  const created = (await contest()).filter(etag => etag !== undefined);
  expect(created).toHaveLength(1);
  expect((await contest(created[0])).filter(etag => etag !== undefined)).toHaveLength(1);
});

test('a row that was removed meanwhile is not brought back', async () => {
  const { scopes } = (await freshTables()).tables;
  const etag = await scopes.save(FULL, undefined);
  await scopes.remove(SCOPE);
  await scopes.remove(SCOPE);
  expect(await scopes.save(FULL, etag)).toBeUndefined();
  expect(await scopes.get(SCOPE)).toBeUndefined();
});

test.each(['', 'a b', "it's", "x',RowKey='y", '20%', 'é日', '..'])(
  'a scope may be called %j',
  async scope => {
    const { scopes } = (await freshTables()).tables;
    const etag = await scopes.save({ scope, holder: 'me' }, undefined);
    expect(await scopes.get(scope)).toEqual({ scope, holder: 'me', etag });
    expect(await all(scopes.all())).toEqual([{ scope, holder: 'me', etag }]);
  },
);

test.each(['', 'a b', "it's", '20%', 'é日', '..'])(
  'the scope called %j is replaced and removed like any other',
  async scope => {
    const { scopes } = (await freshTables()).tables;
    expect(await scopes.save({ scope }, await scopes.save({ scope }, undefined))).toBeDefined();
    await scopes.remove(scope);
    expect(await scopes.get(scope)).toBeUndefined();
  },
);

test('of a row that somebody edited it reads what can be read', async () => {
  const { tables, bare } = await freshTables();
  const columns = {
    holder: 3,
    leaseUntil: 'soon',
    durationMs: 'x',
    pace: '{"level":1}',
    counts: '[]',
    // As an earlier version wrote it: counts alone.
    partial: JSON.stringify({ ...NO_COUNTS, total: 1 }),
    troubles: '{"ownerless":{"since":"2027-03-04T12:00:00.250Z"}}',
    tick: '2027-03-04T12:00:00.250Z',
  };
  await plant(bare('scopes'), [
    ['scope', SCOPE, columns],
    ['mail', 'quota'],
  ]);
  expect((await all(tables.scopes.all())).map(content)).toEqual([{ scope: SCOPE, tick: NOON }]);
});

describe('the checks of a scope', () => {
  const CHECKS = { pace: { level: 9.5, at: NOON, refusals: 0 }, yieldUntil: NOON + 1 };

  test('are read as they were saved, and are no scope', async () => {
    const { scopes } = (await freshTables()).tables;
    expect(await scopes.checks(SCOPE)).toBeUndefined();
    expect(await scopes.saveChecks(SCOPE, CHECKS, undefined)).toBe(true);
    const found = await scopes.checks(SCOPE);
    expect(found).toMatchObject(CHECKS);
    expect(await all(scopes.all())).toEqual([]);
    expect(await scopes.saveChecks(SCOPE, {}, found?.etag)).toBe(true);
    expect(Object.keys((await scopes.checks(SCOPE)) ?? {})).toEqual(['etag']);
  });

  test('have one writer at a time, and go with their scope', async () => {
    const { scopes } = (await freshTables()).tables;
    await scopes.saveChecks(SCOPE, CHECKS, undefined);
    expect(await scopes.saveChecks(SCOPE, {}, undefined)).toBe(false);
    const stale = (await scopes.checks(SCOPE))?.etag;
    await scopes.saveChecks(SCOPE, CHECKS, stale);
    expect(await scopes.saveChecks(SCOPE, {}, stale)).toBe(false);
    await scopes.save(FULL, undefined);
    await scopes.remove(SCOPE);
    expect([await scopes.get(SCOPE), await scopes.checks(SCOPE)]).toEqual([undefined, undefined]);
  });
});

test('an outage is thrown, not taken for another writer', async () => {
  const { refused } = await freshTables();
  await expect(refused.scopes.save(FULL, undefined)).rejects.toMatchObject({ statusCode: 403 });
  await expect(refused.scopes.save(FULL, 'W/"x"')).rejects.toMatchObject({ statusCode: 403 });
});

test('the suspects are those that finished no sweep for long or at all, whose rows are lost or whose sign-in fails', async () => {
  const { scopes } = (await freshTables()).tables;
  const well = { finishedOn: NOON, reads: 'some' as const };
  const rows: ScopeRow[] = [
    { scope: 'well', ...well },
    { scope: 'late', ...well, finishedOn: NOON - 1 },
    { scope: 'new', seenOn: NOON },
    { scope: 'lost', ...well, rowsLost: { count: 1, lastOn: NOON } },
    { scope: 'signIn', ...well, readability: 'signIn' },
    { scope: 'unread', ...well, readability: 'none' },
  ];
  for (const row of rows) await scopes.save(row, undefined);
  const found = await scopes.suspects(NOON);
  expect(found.map(({ scope }) => scope)).toEqual(['late', 'lost', 'new', 'signIn']);
  await scopes.saveChecks(SCOPE, {}, undefined);
  await scopes.confirmRemoval(NOON);
  expect(await scopes.suspects(NOON)).toHaveLength(4);
});

test('whether the reads of any scope go so is one question', async () => {
  const { scopes } = (await freshTables()).tables;
  expect(await scopes.anyReadable('some')).toBe(false);
  await scopes.save({ scope: SCOPE, readability: 'none' }, undefined);
  expect([await scopes.anyReadable('some'), await scopes.anyReadable('none')]).toEqual([false, true]);
});

test('a confirmed removal is remembered, the latest one', async () => {
  const { scopes } = (await freshTables()).tables;
  expect(await scopes.removalConfirmedOn()).toBeUndefined();
  await scopes.confirmRemoval(NOON);
  await scopes.confirmRemoval(NOON + 1);
  expect(await scopes.removalConfirmedOn()).toBe(NOON + 1);
  expect(await all(scopes.all())).toEqual([]);
});
