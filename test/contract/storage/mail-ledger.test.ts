/** The mail ledger on the emulator: all instances count in the same rows, one at a time. */
import { type MailTotals, NO_MAILS } from '../../../src/core/mail-outcome';
import { reserve, UNUSED, type Usage } from '../../../src/core/quota';
import { HOUR, MINUTE, SECOND } from '../../../src/formats/instant';
import { openTables } from '../../../src/storage/tables';
import type { MailLedger } from '../../../src/watch/ports';
import { freshStorage } from '../../support/azurite';
import { all, content, freshTables, NOON, names, plant } from './storage';

const USED: Usage = {
  slots: [
    { at: NOON - HOUR, count: 1 },
    { at: NOON, count: 29 },
  ],
  pausedUntil: NOON + MINUTE,
};

/** Two instances of the app on one account. */
async function twoLedgers(): Promise<[MailLedger, MailLedger]> {
  const value = freshStorage();
  const open = () => openTables({ kind: 'connectionString', value });
  const first = open();
  await first.ready();
  return [first.mailLedger, open().mailLedger];
}

test('nothing is on record before something is asked for', async () => {
  const { mailLedger } = (await freshTables()).tables;
  expect(await mailLedger.usage('send')).toBeUndefined();
  expect(await mailLedger.operatorNoticesToldOn('ops@example.com')).toBeUndefined();
});

test.each<[string, Usage]>([
  ['slots and a pause', USED],
  ['no pause', { slots: [{ at: NOON, count: 3 }] }],
  ['nothing used', UNUSED],
])('a usage with %s is read as it was saved', async (_what, usage) => {
  const { mailLedger } = (await freshTables()).tables;
  expect(await mailLedger.saveUsage('send', usage, undefined)).toBe(true);
  expect(await mailLedger.usage('send')).toEqual({ ...usage, etag: expect.stringMatching(/./) });
});

test('a usage takes the place of the one before it: a pause that is over is gone', async () => {
  const { mailLedger } = (await freshTables()).tables;
  await mailLedger.saveUsage('send', USED, undefined);
  const found = await mailLedger.usage('send');
  expect(await mailLedger.saveUsage('send', { slots: [] }, found?.etag)).toBe(true);
  expect(content(await mailLedger.usage('send'))).toEqual({ slots: [] });
});

test('the quota of looks is another than that of sends', async () => {
  const { mailLedger } = (await freshTables()).tables;
  await mailLedger.saveUsage('send', USED, undefined);
  expect(await mailLedger.usage('look')).toBeUndefined();
  expect(await mailLedger.saveUsage('look', UNUSED, undefined)).toBe(true);
  expect(content(await mailLedger.usage('send'))).toEqual(USED);
});

test('the fullest hour fits into a row', async () => {
  const { mailLedger } = (await freshTables()).tables;
  const slots = Array.from({ length: 362 }, (_, index) => ({
    at: NOON + index * 10 * SECOND,
    count: 999_999,
  }));
  expect(await mailLedger.saveUsage('send', { slots, pausedUntil: NOON }, undefined)).toBe(true);
  expect((await mailLedger.usage('send'))?.slots).toHaveLength(362);
});

describe('of two instances', () => {
  const save = (ledger: MailLedger, etag: string | undefined) => ledger.saveUsage('send', USED, etag);

  test('that make the row at once, one wins', async () => {
    const ledgers = await twoLedgers();
    const saved = await Promise.all([...ledgers, ...ledgers].map(ledger => save(ledger, undefined)));
    expect(saved.filter(Boolean)).toHaveLength(1);
  });

  test('that write under the same etag, one wins, and the other finds what it wrote', async () => {
    const [ours, theirs] = await twoLedgers();
    await save(ours, undefined);
    const found = await Promise.all([ours.usage('send'), theirs.usage('send')]);
    const counts = [7, 8];
    const saved = await Promise.all(
      [ours, theirs].map((ledger, index) =>
        ledger.saveUsage('send', { slots: [{ at: NOON, count: counts[index] ?? 0 }] }, found[index]?.etag),
      ),
    );
    expect(saved.filter(Boolean)).toHaveLength(1);
    const winner = counts[saved.indexOf(true)];
    expect((await theirs.usage('send'))?.slots).toEqual([{ at: NOON, count: winner }]);
  });

  test('the slower one is told so and changes nothing: its etag is old, the row is there, or the row is gone', async () => {
    const { tables, bare } = await freshTables();
    const { mailLedger } = tables;
    await mailLedger.saveUsage('send', UNUSED, undefined);
    const stale = (await mailLedger.usage('send'))?.etag;
    await mailLedger.saveUsage('send', USED, stale);
    expect(await mailLedger.saveUsage('send', UNUSED, stale)).toBe(false);
    expect(await mailLedger.saveUsage('send', UNUSED, undefined)).toBe(false);
    expect(content(await mailLedger.usage('send'))).toEqual(USED);
    const etag = (await mailLedger.usage('send'))?.etag;
    await bare('scopes').deleteEntity('mail', 'send');
    expect(await mailLedger.saveUsage('send', UNUSED, etag)).toBe(false);
    expect(await mailLedger.usage('send')).toBeUndefined();
  });

  test('who reserve under etags are never granted more than there is', async () => {
    const ledgers = await twoLedgers();
    const limits = { perMinute: 4, perHour: 100 };
    const reserveOnce = async (ledger: MailLedger) => {
      const found = await ledger.usage('send');
      const usage = reserve(found ?? UNUSED, limits, NOON);
      return usage !== undefined && (await ledger.saveUsage('send', usage, found?.etag));
    };
    let granted = 0;
    for (let round = 0; round < 6; round++) {
      const answers = await Promise.all([...ledgers, ...ledgers].map(reserveOnce));
      const wins = answers.filter(Boolean).length;
      granted += wins;
      const { slots = [] } = (await ledgers[0].usage('send')) ?? {};
      // Each grant is on record: what one instance wins, no other can have.
      expect(slots.reduce((sum, { count }) => sum + count, 0)).toBe(granted);
    }
    expect(granted).toBe(4);
  });
});

describe('the totals of mails', () => {
  const some: MailTotals = { ...NO_MAILS, accepted: 5_000_000_000, undelivered: 2 };

  test('are read as they were saved, however high', async () => {
    const { mailLedger } = (await freshTables()).tables;
    expect(await mailLedger.totals()).toBeUndefined();
    expect(await mailLedger.saveTotals(some, undefined)).toBe(true);
    expect(await mailLedger.totals()).toEqual({ ...some, etag: expect.stringMatching(/./) });
  });

  test('have one writer at a time: the slower one is told so and changes nothing', async () => {
    const [ours, theirs] = await twoLedgers();
    expect(await ours.saveTotals(NO_MAILS, undefined)).toBe(true);
    expect(await theirs.saveTotals(some, undefined)).toBe(false);
    const etag = (await theirs.totals())?.etag;
    expect(await ours.saveTotals(some, etag)).toBe(true);
    expect(await theirs.saveTotals(NO_MAILS, etag)).toBe(false);
    expect(content(await theirs.totals())).toEqual(some);
  });

  test('that can not be read start again, each on its own', async () => {
    const { tables, bare } = await freshTables();
    await plant(bare('scopes'), [['mail', 'totals', { accepted: 7, delivered: 'many', refused: -1 }]]);
    expect(content(await tables.mailLedger.totals())).toEqual({ ...NO_MAILS, accepted: 7 });
  });
});

test('when each operator last got operator notices is stored, for any spelling of the address', async () => {
  const { mailLedger } = (await freshTables()).tables;
  await mailLedger.saveOperatorNoticesToldOn('Ops@Example.com', NOON);
  await mailLedger.saveOperatorNoticesToldOn("o'neil+x%/@example.com", NOON + 1);
  await mailLedger.saveOperatorNoticesToldOn('ops@example.com', NOON + 2);
  expect(await mailLedger.operatorNoticesToldOn('OPS@example.com')).toBe(NOON + 2);
  expect(await mailLedger.operatorNoticesToldOn("o'neil+x%/@example.com")).toBe(NOON + 1);
  expect(await mailLedger.operatorNoticesToldOn('ann@example.com')).toBeUndefined();
});

test('no owner’s address is taken for a quota, and no row of the ledger for a scope', async () => {
  const { tables } = await freshTables();
  await tables.mailLedger.saveUsage('send', USED, undefined);
  for (const owner of ['send', 'look', ...names(2)])
    await tables.mailLedger.saveOperatorNoticesToldOn(owner, NOON);
  expect(content(await tables.mailLedger.usage('send'))).toEqual(USED);
  expect(await tables.mailLedger.usage('look')).toBeUndefined();
  expect(await all(tables.scopes.all())).toEqual([]);
});

test('a row that can not be read counts as unused, and the next request writes it again', async () => {
  const { tables, bare } = await freshTables();
  await plant(bare('scopes'), [
    ['mail', 'send', { slots: '[{"at":"then","count":1}]', pausedUntil: 'later' }],
    ['mail', 'look', { slots: 7 }],
    ['mail', 'matters|ops~40example.com', { toldOn: 'yesterday' }],
  ]);
  for (const quota of ['send', 'look'] as const) {
    const found = await tables.mailLedger.usage(quota);
    expect(content(found)).toEqual(UNUSED);
    expect(await tables.mailLedger.saveUsage(quota, USED, found?.etag)).toBe(true);
  }
  expect(await tables.mailLedger.operatorNoticesToldOn('ops@example.com')).toBeUndefined();
});

test('an outage is thrown, not taken for a lost race', async () => {
  const { refused } = await freshTables();
  for (const etag of [undefined, 'W/"x"'])
    await expect(refused.mailLedger.saveUsage('send', USED, etag)).rejects.toMatchObject({ statusCode: 403 });
  await expect(refused.mailLedger.saveOperatorNoticesToldOn('ops@example.com', NOON)).rejects.toMatchObject({
    statusCode: 403,
  });
});

test('a fault of our own is remembered with its instant, the latest one', async () => {
  const { mailLedger } = (await freshTables()).tables;
  expect(await mailLedger.fault()).toBeUndefined();
  await mailLedger.saveFault(NOON, 'signIn');
  await mailLedger.saveFault(NOON + 1, 'refused');
  expect(await mailLedger.fault()).toEqual({ on: NOON + 1, why: 'refused' });
});
