/** The mail quota on the emulator: reserved in a table by any number of instances, and no place is given twice. */
import { NO_MAILS } from '../../../src/core/mail-outcome';
import { UNUSED } from '../../../src/core/quota';
import { DAY, HOUR, MINUTE, SECOND } from '../../../src/formats/instant';
import { openTables } from '../../../src/storage/tables';
import type { Quota, TransportLedger } from '../../../src/watch/ports';
import { type MailQuota, mailCounters, ONE_SEND } from '../../../src/watch/remind/mail-counters';
import { freshStorage } from '../../support/azurite';

const NOW = Date.UTC(2026, 5, 1, 12);
const LIMITS = { perMinute: 10, perHour: 25 };

/** Instances of the app on one account: each opens it anew, as after a restart. */
async function instances(limits = LIMITS) {
  const value = freshStorage();
  const open = () => openTables({ kind: 'connectionString', value });
  await open().ready();
  const ledger = open().mailLedger.of('acs');
  return { ledger, start: () => mailCounters(open().mailLedger.of('acs'), limits).quota };
}

const countOf = async (ledger: TransportLedger, quota: Quota) =>
  (await ledger.counts())[quota].requests.reduce((sum, { count }) => sum + count, 0);

async function grantedOf(count: number, quota: MailQuota, now: number, what: Quota = 'send') {
  let granted = 0;
  for (let asked = 0; asked < count; asked++) granted += Number(await quota.mayAsk({ [what]: 1 }, now));
  return granted;
}

test('as many as the limit are granted one after the other, exactly, and over restarts', async () => {
  const { start } = await instances();
  expect(await grantedOf(7, start(), NOW)).toBe(7);
  expect(await grantedOf(7, start(), NOW + SECOND)).toBe(3);
  expect(await grantedOf(1, start(), NOW + MINUTE - 1)).toBe(0);
  expect(await grantedOf(12, start(), NOW + 2 * MINUTE)).toBe(10);
  expect(await grantedOf(12, start(), NOW + 4 * MINUTE)).toBe(5);
  expect(await grantedOf(1, start(), NOW + HOUR - 1)).toBe(0);
  expect(await grantedOf(12, start(), NOW + HOUR + 2 * MINUTE + 20 * SECOND)).toBe(10);
});

test('of fifty that ask two instances at once no more are granted than the limit, and each grant is on record', async () => {
  const { ledger, start } = await instances();
  const quotas = [start(), start()];
  const answers = await Promise.all(
    Array.from({ length: 50 }, (_, index) => quotas[index % 2]?.mayAsk({ send: 1 }, NOW)),
  );
  const granted = answers.filter(answer => answer === true).length;
  expect(answers.filter(answer => answer === false)).toHaveLength(50 - granted);
  expect(granted).toBeGreaterThanOrEqual(1);
  expect(granted).toBeLessThanOrEqual(10);
  expect(await countOf(ledger, 'send')).toBe(granted);
  // A caller that lost all its races was refused, but the places are still there for the next one.
  expect(await grantedOf(20, start(), NOW)).toBe(10 - granted);
});

test('two instances that send at the same time get all places together', async () => {
  const { ledger, start } = await instances();
  const [one, other] = await Promise.all([grantedOf(10, start(), NOW), grantedOf(10, start(), NOW)]);
  expect(one + other).toBe(10);
  expect(await countOf(ledger, 'send')).toBe(10);
});

test('looks have a quota of their own, twice as large, and neither uses up the other', async () => {
  const { start } = await instances();
  expect(await grantedOf(25, start(), NOW, 'look')).toBe(20);
  expect(await grantedOf(12, start(), NOW)).toBe(10);
  expect(await grantedOf(25, start(), NOW + 2 * MINUTE, 'look')).toBe(20);
  expect(await grantedOf(25, start(), NOW + 4 * MINUTE, 'look')).toBe(10);
});

test('requests of both quotas are granted together or not at all', async () => {
  const { ledger, start } = await instances();
  const quota = start();
  expect(await quota.mayAsk({ send: 1, look: 19 }, NOW)).toBe(true);
  expect(await quota.mayAsk({ send: 1, look: 2 }, NOW)).toBe(false);
  expect(await quota.mayAsk({ send: 10, look: 1 }, NOW)).toBe(false);
  expect([await countOf(ledger, 'send'), await countOf(ledger, 'look')]).toEqual([1, 19]);
  expect(await quota.mayAsk({ send: 1, look: 1 }, NOW)).toBe(true);
  expect([await countOf(ledger, 'send'), await countOf(ledger, 'look')]).toEqual([2, 20]);
});

test('a request that leaves too little for others is not granted, and what it leaves is not reserved', async () => {
  const { ledger, start } = await instances();
  const quota = start();
  expect(await quota.mayAsk({ look: 17 }, NOW)).toBe(true);
  expect(await quota.mayAsk({ look: 1 }, NOW, { look: 3 })).toBe(false);
  expect(await quota.mayAsk({ look: 1 }, NOW, { send: 11 })).toBe(false);
  expect(await quota.mayAsk({ look: 1 }, NOW, { send: 10, look: 2 })).toBe(true);
  expect([await countOf(ledger, 'send'), await countOf(ledger, 'look')]).toEqual([0, 18]);
});

describe('a pause that the service asked for', () => {
  test('holds for every instance, for its own quota alone, to its end', async () => {
    const { start } = await instances();
    await start().pause('send', NOW + 5 * MINUTE);
    const other = start();
    expect(await other.mayAsk({ send: 1 }, NOW + 5 * MINUTE - 1)).toBe(false);
    expect(await other.mayAsk({ look: 1 }, NOW)).toBe(true);
    expect(await other.mayAsk({ send: 1 }, NOW + 5 * MINUTE)).toBe(true);
  });

  test('is the longest that was asked for, and forgets no request before it', async () => {
    const { ledger, start } = await instances();
    const quota = start();
    await grantedOf(3, quota, NOW);
    await Promise.all([1, 3, 2].map(minutes => start().pause('send', NOW + minutes * MINUTE)));
    expect((await ledger.counts()).send.pausedUntil).toBe(NOW + 3 * MINUTE);
    expect(await countOf(ledger, 'send')).toBe(3);
  });
});

test('a pause of sends holds back no look, even one that must leave room for a send', async () => {
  const { start } = await instances();
  await start().pause('send', NOW + DAY);
  expect(await start().mayAsk({}, NOW, { send: 1, look: 2 })).toBe(true);
  expect(await start().mayAsk({ look: 1 }, NOW, { send: 1, look: 1 })).toBe(true);
  expect(await start().mayAsk({ send: 1, look: 1 }, NOW)).toBe(false);
});

describe('a pause of looks', () => {
  test('holds back looks, and no send: only their count limits sends', async () => {
    const { ledger, start } = await instances();
    const quota = start();
    expect(await quota.mayAsk({ look: 18 }, NOW)).toBe(true);
    await quota.pause('look', NOW + DAY);
    expect(await quota.mayAsk({ look: 1 }, NOW)).toBe(false);
    expect(await quota.mayAsk({ look: 1 }, NOW, { send: 1 })).toBe(false);
    expect(await quota.mayAsk({}, NOW, { send: 1, look: 2 })).toBe(true);
    expect(await quota.mayAsk({ send: 1, look: 1 }, NOW)).toBe(true);
    expect(await quota.mayAsk({}, NOW, { send: 1, look: 2 })).toBe(false);
    expect(await start().mayAsk({ send: 1, look: 1 }, NOW)).toBe(true);
    expect(await start().mayAsk({ send: 1, look: 1 }, NOW)).toBe(false);
    expect([await countOf(ledger, 'send'), await countOf(ledger, 'look')]).toEqual([2, 20]);
  });

  test('stays in force when a send is reserved', async () => {
    const { ledger, start } = await instances();
    await start().pause('look', NOW + DAY);
    expect(await start().mayAsk({ send: 1, look: 1 }, NOW)).toBe(true);
    expect((await ledger.counts()).look.pausedUntil).toBe(NOW + DAY);
    expect(await start().mayAsk({ look: 1 }, NOW + DAY - 1)).toBe(false);
    expect(await start().mayAsk({ look: 1 }, NOW + DAY)).toBe(true);
  });

  test('does not help a send while sends are paused', async () => {
    const { start } = await instances();
    await start().pause('look', NOW + HOUR);
    await start().pause('send', NOW + HOUR);
    expect(await start().mayAsk({ send: 1, look: 1 }, NOW)).toBe(false);
  });
});

/** A ledger on which another instance is always faster. */
const contested = (): TransportLedger & { readonly tries: () => number } => {
  let tries = 0;
  return {
    counts: async () => ({ send: UNUSED, look: UNUSED, totals: NO_MAILS }),
    saveCounts: async () => {
      tries += 1;
      return undefined;
    },
    saveFault: async () => undefined,
    saveReportedOn: async () => undefined,
    clearFault: async () => undefined,
    tries: () => tries,
  };
};

test('a caller that loses all its races is refused after a few', async () => {
  const ledger = contested();
  expect(await mailCounters(ledger, LIMITS).quota.mayAsk({ send: 1 }, NOW)).toBe(false);
  expect(ledger.tries()).toBeLessThanOrEqual(10);
  await mailCounters(ledger, LIMITS).quota.pause('send', NOW);
  expect(ledger.tries()).toBeLessThanOrEqual(20);
});

test('a mail is one write: what was read at the start of the run is not read again', async () => {
  const { ledger } = await instances();
  const calls: string[] = [];
  const noted: Pick<TransportLedger, 'counts' | 'saveCounts'> = {
    counts() {
      calls.push('read');
      return ledger.counts();
    },
    saveCounts(counts, etag) {
      calls.push('write');
      return ledger.saveCounts(counts, etag);
    },
  };
  const { quota, tally } = mailCounters(noted, LIMITS);
  await quota.refresh();
  for (let mail = 0; mail < 3; mail += 1) {
    expect(quota.sendsFrom(NOW + mail)).toBe(NOW + mail);
    expect(await quota.mayAsk(ONE_SEND, NOW + mail)).toBe(true);
    tally.count('accepted');
  }
  await tally.write({ info: () => undefined, warn: () => undefined });
  expect(calls).toEqual(['read', 'write', 'write', 'write', 'write']);
  expect((await ledger.counts()).totals.accepted).toBe(3);
});

test('from when a mail may be sent depends on sends, on the look that comes with each, and on a pause of sends', async () => {
  const { start } = await instances({ perMinute: 2, perHour: 100 });
  const quota = start();
  await quota.refresh();
  expect(quota.sendsFrom(NOW)).toBe(NOW);
  await quota.mayAsk(ONE_SEND, NOW);
  await quota.mayAsk({ look: 3 }, NOW + SECOND);
  expect(quota.sendsFrom(NOW + SECOND)).toBe(NOW + MINUTE);
  await quota.pause('look', NOW + HOUR);
  expect(quota.sendsFrom(NOW + MINUTE)).toBe(NOW + MINUTE);
  await quota.pause('send', NOW + HOUR);
  expect(quota.sendsFrom(NOW + MINUTE)).toBe(NOW + HOUR);
});

test('requests count from their answer, for every instance once that is written', async () => {
  const { ledger, start } = await instances({ perMinute: 1, perHour: 100 });
  const { quota, tally } = mailCounters(ledger, { perMinute: 1, perHour: 100 });
  await quota.mayAsk(ONE_SEND, NOW);
  quota.answered(NOW + 9 * SECOND);
  expect(quota.sendsFrom(NOW + MINUTE)).toBe(NOW + MINUTE + 9 * SECOND);
  await tally.write({ info: () => undefined, warn: () => undefined });
  expect(await start().mayAsk(ONE_SEND, NOW + MINUTE)).toBe(false);
  expect(await start().mayAsk(ONE_SEND, NOW + MINUTE + 9 * SECOND)).toBe(true);
});

test('a refused request writes nothing', async () => {
  const { ledger, start } = await instances({ perMinute: 1, perHour: 1 });
  expect(await start().mayAsk({ send: 1 }, NOW)).toBe(true);
  const before = await ledger.counts();
  expect(await start().mayAsk({ send: 1 }, NOW)).toBe(false);
  expect(await ledger.counts()).toEqual(before);
});

test('an outage of the storage is thrown, since a request that is not counted must not be made', async () => {
  const value = freshStorage().replace(/AccountKey=[^;]+/, 'AccountKey=d3Jvbmc=');
  const { mailLedger } = openTables({ kind: 'connectionString', value });
  await expect(
    mailCounters(mailLedger.of('acs'), LIMITS).quota.mayAsk({ send: 1 }, NOW + DAY),
  ).rejects.toMatchObject({
    statusCode: 403,
  });
});
