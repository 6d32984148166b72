/** The mail tally on the emulator: no count is lost between instances, and a fault of it fails no run. */
import { type MailOutcome, NO_MAILS } from '../../../src/core/mail-outcome';
import { openTables } from '../../../src/storage/tables';
import type { TransportLedger } from '../../../src/watch/ports';
import { mailCounters } from '../../../src/watch/remind/mail-counters';
import { freshStorage } from '../../support/azurite';

const LIMITS = { perMinute: 10, perHour: 25 };
const lines: string[] = [];
const log = { info: () => undefined, warn: (line: string) => void lines.push(line) };
beforeEach(() => void lines.splice(0));

async function account() {
  const value = freshStorage();
  const open = () => openTables({ kind: 'connectionString', value });
  await open().ready();
  return {
    ledger: open().mailLedger.of('acs'),
    start: () => mailCounters(open().mailLedger.of('acs'), LIMITS).tally,
  };
}

const totalsOf = async (ledger: TransportLedger) => (await ledger.counts()).totals;

test('what several instances count at once is all on record, each mail once', async () => {
  const { ledger, start } = await account();
  const outcomes: MailOutcome[] = ['accepted', 'accepted', 'delivered', 'givenUp'];
  await Promise.all(
    [1, 2, 3].map(async () => {
      const tally = start();
      for (const outcome of outcomes) tally.count(outcome);
      await tally.write(log);
    }),
  );
  expect(await totalsOf(ledger)).toEqual({ ...NO_MAILS, accepted: 6, delivered: 3, givenUp: 3 });
  expect(lines).toEqual([]);
});

/** A ledger that notes each call and can answer with a fault. */
function noted(ledger: TransportLedger, answer: () => 'well' | 'faster' | 'away') {
  const calls: string[] = [];
  const { tally } = mailCounters(
    {
      async counts() {
        calls.push('read');
        if (answer() === 'away') throw new Error('storage is away');
        return await ledger.counts();
      },
      async saveCounts(counts, etag) {
        calls.push('write');
        return answer() === 'faster' ? undefined : await ledger.saveCounts(counts, etag);
      },
    },
    LIMITS,
  );
  return { tally, calls };
}

test('a run with nothing to count makes no call to the storage, a run with many mails one read and one write', async () => {
  const { ledger } = await account();
  const { tally, calls } = noted(ledger, () => 'well');
  await tally.write(log);
  expect(calls).toEqual([]);
  for (let mail = 0; mail < 50; mail += 1) tally.count('accepted');
  await tally.write(log);
  await tally.write(log);
  expect(calls).toEqual(['read', 'write']);
  expect(await totalsOf(ledger)).toMatchObject({ accepted: 50 });
});

test.each(['faster', 'away'] as const)(
  'counts that cannot be written, since the other side is %s, are written with the next ones',
  async trouble => {
    const { ledger } = await account();
    let answer: 'well' | typeof trouble = trouble;
    const { tally, calls } = noted(ledger, () => answer);
    tally.count('refused');
    await tally.write(log);
    expect(lines).toEqual([expect.stringContaining('Mails are not counted yet')]);
    expect(calls.length).toBeLessThanOrEqual(20);
    answer = 'well';
    tally.count('undelivered');
    await tally.write(log);
    expect(await totalsOf(ledger)).toEqual({ ...NO_MAILS, refused: 1, undelivered: 1 });
  },
);
