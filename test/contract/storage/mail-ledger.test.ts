/** The mail ledger on the emulator: all instances count in the same row, one at a time. */
import { NO_MAILS } from '../../../src/core/mail-outcome';
import { reserve, UNUSED } from '../../../src/core/quota';
import { HOUR, MINUTE } from '../../../src/formats/instant';
import { openTables } from '../../../src/storage/tables';
import type { MailCounts, MailLedger, TransportLedger } from '../../../src/watch/ports';
import { freshStorage } from '../../support/azurite';
import { all, freshTables, NOON, names, plant } from './storage';

const NOTHING: MailCounts = { send: UNUSED, look: UNUSED, totals: NO_MAILS };
const USED: MailCounts = {
  send: {
    requests: [
      { at: NOON - HOUR, count: 1 },
      { at: NOON + 7, count: 29 },
    ],
    pausedUntil: NOON + MINUTE,
  },
  look: { requests: [{ at: NOON, count: 3 }] },
  acceptedOn: NOON,
  totals: { ...NO_MAILS, accepted: 5_000_000_000, undelivered: 2 },
  outage: { since: NOON + 1, on: NOON + 2, message: 'it could not be reached' },
  inUseToldOn: NOON - 1,
};

const withoutEtag = ({ etag: _etag, ...counts }: Awaited<ReturnType<TransportLedger['counts']>>) => counts;

/** Two instances of the app on one account. */
async function twoTables(): Promise<[MailLedger, MailLedger]> {
  const value = freshStorage();
  const open = () => openTables({ kind: 'connectionString', value });
  const first = open();
  await first.ready();
  return [first.mailLedger, open().mailLedger];
}

async function twoLedgers(): Promise<[TransportLedger, TransportLedger]> {
  const [first, second] = await twoTables();
  return [first.of('acs'), second.of('acs')];
}

test('nothing is on record before something is asked for', async () => {
  const { mailLedger } = (await freshTables()).tables;
  expect(await mailLedger.of('acs').counts()).toEqual(NOTHING);
  expect(await mailLedger.operatorNoticesToldOn('ops@example.com')).toBeUndefined();
});

test.each<[string, MailCounts]>([
  ['everything', USED],
  [
    'pauses alone',
    { ...NOTHING, send: { ...UNUSED, pausedUntil: NOON }, look: { ...UNUSED, pausedUntil: NOON + 1 } },
  ],
  ['nothing', NOTHING],
])('counts with %s are read as they were saved, under the etag of the write', async (_what, counts) => {
  const { mailLedger } = (await freshTables()).tables;
  const etag = await mailLedger.of('acs').saveCounts(counts, undefined);
  expect(await mailLedger.of('acs').counts()).toEqual({ ...counts, etag });
});

test('counts take the place of those before: a pause that is over is gone', async () => {
  const { mailLedger } = (await freshTables()).tables;
  const etag = await mailLedger.of('acs').saveCounts(USED, undefined);
  await mailLedger.of('acs').saveCounts(NOTHING, etag);
  expect(withoutEtag(await mailLedger.of('acs').counts())).toEqual(NOTHING);
});

test('the fullest hour fits into a row', async () => {
  const { mailLedger } = (await freshTables()).tables;
  const requests = Array.from({ length: 560 }, (_, index) => ({ at: NOON + index * 7, count: 999_999 }));
  const full = { requests, pausedUntil: NOON };
  expect(JSON.stringify(requests.map(({ at, count }) => ({ at: new Date(at), count }))).length).toBeLessThan(
    32_768,
  );
  await mailLedger.of('acs').saveCounts({ ...USED, send: full, look: full }, undefined);
  expect((await mailLedger.of('acs').counts()).look.requests).toHaveLength(560);
});

describe('of two instances', () => {
  test('that make the row at once, one wins', async () => {
    const ledgers = await twoLedgers();
    const saved = await Promise.all(
      [...ledgers, ...ledgers].map(ledger => ledger.saveCounts(USED, undefined)),
    );
    expect(saved.filter(Boolean)).toHaveLength(1);
  });

  test('the slower one is told so and changes nothing: its etag is old, the row is there, or the row is gone', async () => {
    const { tables, bare } = await freshTables();
    const { mailLedger } = tables;
    const stale = await mailLedger.of('acs').saveCounts(NOTHING, undefined);
    const etag = await mailLedger.of('acs').saveCounts(USED, stale);
    expect(await mailLedger.of('acs').saveCounts(NOTHING, stale)).toBeUndefined();
    expect(await mailLedger.of('acs').saveCounts(NOTHING, undefined)).toBeUndefined();
    expect(withoutEtag(await mailLedger.of('acs').counts())).toEqual(USED);
    await bare('scopes').deleteEntity('mail', 'counts|acs');
    expect(await mailLedger.of('acs').saveCounts(NOTHING, etag)).toBeUndefined();
    expect(await mailLedger.of('acs').counts()).toEqual(NOTHING);
  });

  test('who reserve under etags are never granted more than there is', async () => {
    const ledgers = await twoLedgers();
    const limits = { perMinute: 4, perHour: 100 };
    const reserveOnce = async (ledger: TransportLedger) => {
      const { etag, ...counts } = await ledger.counts();
      const send = reserve(counts.send, limits, NOON);
      return send !== undefined && (await ledger.saveCounts({ ...counts, send }, etag)) !== undefined;
    };
    let granted = 0;
    for (let round = 0; round < 6; round++) {
      const answers = await Promise.all([...ledgers, ...ledgers].map(reserveOnce));
      granted += answers.filter(Boolean).length;
      const { requests } = (await ledgers[0].counts()).send;
      // Each grant is on record: what one instance wins, no other can have.
      expect(requests.reduce((sum, { count }) => sum + count, 0)).toBe(granted);
    }
    expect(granted).toBe(4);
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

test('when a delivery report last came is read with the counts', async () => {
  const mailLedger = (await freshTables()).tables.mailLedger.of('acs');
  expect((await mailLedger.counts()).reportedOn).toBeUndefined();
  await mailLedger.saveReportedOn(NOON);
  await mailLedger.saveReportedOn(NOON + 1);
  await mailLedger.saveCounts(USED, undefined);
  expect((await mailLedger.counts()).reportedOn).toBe(NOON + 1);
});

test('no owner’s address is taken for the counts, and no row of the ledger for a scope', async () => {
  const { tables } = await freshTables();
  await tables.mailLedger.of('acs').saveCounts(USED, undefined);
  for (const owner of ['counts', 'send', 'look', 'reports', ...names(2)])
    await tables.mailLedger.saveOperatorNoticesToldOn(owner, NOON);
  expect(withoutEtag(await tables.mailLedger.of('acs').counts())).toEqual(USED);
  expect(await all(tables.scopes.all())).toEqual([]);
});

test('each transport has counts and a fault of its own, also under a name that no key takes', async () => {
  const { mailLedger } = (await freshTables()).tables;
  const fault = { on: NOON, since: NOON - 1, why: 'ours', message: 'it answered 403' } as const;
  await mailLedger.of('acs').saveCounts(USED, undefined);
  await mailLedger.of('a|b/c').saveCounts({ ...NOTHING, acceptedOn: NOON + 1 }, undefined);
  await mailLedger.of('a|b/c').saveFault(fault);
  expect(withoutEtag(await mailLedger.of('acs').counts())).toEqual(USED);
  expect(withoutEtag(await mailLedger.of('smtp').counts())).toEqual(NOTHING);
  const all = await mailLedger.everyTransport();
  expect([...all.keys()].sort()).toEqual(['', 'acs', 'a|b/c']);
  expect(all.get('')).toEqual(NOTHING);
  expect(all.get('a|b/c')).toEqual({ ...NOTHING, acceptedOn: NOON + 1, fault });
});

test('what an earlier version counted for all transports stays, and its requests count for each one', async () => {
  const { tables, bare } = await freshTables();
  const sends = JSON.stringify([{ at: new Date(NOON), count: 4 }]);
  await plant(bare('scopes'), [['mail', 'counts', { sends, looks: '[]', accepted: 7 }]]);
  const earlier = { send: { requests: [{ at: NOON, count: 4 }] }, look: UNUSED };
  for (const transport of ['acs', 'smtp'])
    expect(await tables.mailLedger.of(transport).counts()).toEqual({ ...earlier, totals: NO_MAILS });
  await tables.mailLedger.of('acs').saveCounts(NOTHING, undefined);
  const all = await tables.mailLedger.everyTransport();
  expect(all.get('')?.totals).toEqual({ ...NO_MAILS, accepted: 7 });
  expect(all.get('acs')).toEqual(NOTHING);
});

test('what can not be read counts as unused, each on its own, and the next request writes it again', async () => {
  const { tables, bare } = await freshTables();
  await plant(bare('scopes'), [
    [
      'mail',
      'counts|acs',
      {
        sends: '[{"at":"then","count":1}]',
        sendsPausedUntil: 'later',
        looks: 7,
        accepted: 7,
        delivered: 'many',
      },
    ],
    ['mail', 'matters|ops~40example.com', { toldOn: 'yesterday' }],
  ]);
  const { etag, ...found } = await tables.mailLedger.of('acs').counts();
  expect(found).toEqual({ ...NOTHING, totals: { ...NO_MAILS, accepted: 7 } });
  expect(await tables.mailLedger.of('acs').saveCounts(USED, etag)).toBeDefined();
  expect(await tables.mailLedger.operatorNoticesToldOn('ops@example.com')).toBeUndefined();
});

test('an outage is thrown, not taken for a lost race', async () => {
  const { refused } = await freshTables();
  for (const etag of [undefined, 'W/"x"'])
    await expect(refused.mailLedger.of('acs').saveCounts(USED, etag)).rejects.toMatchObject({
      statusCode: 403,
    });
  await expect(refused.mailLedger.saveOperatorNoticesToldOn('ops@example.com', NOON)).rejects.toMatchObject({
    statusCode: 403,
  });
});

test('a fault of our own is remembered, the latest one, until it is cleared', async () => {
  const { mailLedger } = (await freshTables()).tables;
  const found = async () => (await mailLedger.of('acs').counts()).fault;
  expect(await found()).toBeUndefined();
  const fault = { on: NOON, since: NOON - 1, why: 'signIn', message: 'it answered 401' } as const;
  await mailLedger.of('acs').saveFault(fault);
  expect(await found()).toEqual(fault);
  await mailLedger.of('acs').saveFault({ ...fault, on: NOON + 1, why: 'ours' });
  expect(await found()).toEqual({ ...fault, on: NOON + 1, why: 'ours' });
  for (let time = 0; time < 2; time += 1) await mailLedger.of('acs').clearFault();
  expect(await found()).toBeUndefined();
});

describe('how far the summaries are', () => {
  test('is kept as it was written, and nothing before the first ones', async () => {
    const [first, second] = await twoTables();
    expect(await first.summary()).toBeUndefined();
    const etag = await first.saveSummary({ on: NOON });
    expect(await second.summary()).toEqual({ on: NOON, etag });
    const later = await second.saveSummary({ on: NOON + HOUR, after: 'ada@example.com', etag });
    expect(await first.summary()).toEqual({ on: NOON + HOUR, after: 'ada@example.com', etag: later });
  });

  test('is written by one of two senders', async () => {
    const [first, second] = await twoTables();
    const saved = await Promise.all([first, second].map(ledger => ledger.saveSummary({ on: NOON })));
    expect(saved.filter(etag => etag !== undefined)).toHaveLength(1);
    const [etag] = saved.filter(one => one !== undefined);
    expect(await first.saveSummary({ on: NOON, after: 'a', etag })).toBeDefined();
    expect(await second.saveSummary({ on: NOON, after: 'b', etag })).toBeUndefined();
  });
});
