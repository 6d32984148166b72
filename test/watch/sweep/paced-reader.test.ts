/** The paced reader: as many reads at once as allowed, as fast as the bucket allows; refused reads are tried again. */
import { fullPace, type Limits } from '../../../src/core/pace';
import { failed, type Reading } from '../../../src/core/reading';
import { SECOND } from '../../../src/formats/instant';
import type { ReadResult } from '../../../src/watch/ports';
import { pacedReader } from '../../../src/watch/sweep/paced-reader';
import { testClock } from '../../support/clock';

const WELL: ReadResult = { reading: { outcome: 'neverExpires' } };
const REFUSED: ReadResult = { reading: failed('throttled', 'too many') };
const WIDE: Limits = { rate: 1_000, burst: 1_000 };

function readerOf(read: (job: string) => Promise<ReadResult>, limits = WIDE, budgetMs = 240 * SECOND) {
  const clock = testClock('2026-06-01T00:00:00Z');
  const start = clock.now();
  const arrived: [string, Reading['outcome'], number][] = [];
  const reader = pacedReader<string>({
    limits,
    pace: fullPace(limits, start),
    clock,
    until: start + budgetMs,
    read,
    onReading: (job, reading, now) => void arrived.push([job, reading.outcome, (now - start) / SECOND]),
    whileWaiting: async () => undefined,
  });
  return { reader, arrived, clock };
}

test('never more than 32 requests are in flight', async () => {
  let inFlight = 0;
  let most = 0;
  const open: (() => void)[] = [];
  const { reader, arrived } = readerOf(async () => {
    inFlight += 1;
    most = Math.max(most, inFlight);
    await new Promise<void>(resolve => open.push(resolve));
    inFlight -= 1;
    return WELL;
  });
  const all = (async () => {
    for (let job = 0; job < 100; job++) await reader.read(`${job}`);
    await reader.drain();
  })();
  while (arrived.length < 100) {
    await new Promise(setImmediate);
    open.shift()?.();
  }
  await all;
  expect(most).toBe(32);
});

test('a full bucket is used at once, an empty one as it fills', async () => {
  const { reader, arrived } = readerOf(async () => WELL, { rate: 2, burst: 3 });
  for (let job = 0; job < 6; job++) await reader.read(`${job}`);
  await reader.drain();
  expect(arrived.map(([, , at]) => at)).toEqual([0, 0, 0, 0.5, 1, 1.5]);
});

test('a refused read is tried again after a pause that doubles', async () => {
  const sent: number[] = [];
  const start = Date.UTC(2026, 5, 1);
  let refusals = 2;
  const { reader, arrived, clock } = readerOf(async () => {
    sent.push((clock.now() - start) / SECOND);
    return refusals-- > 0 ? REFUSED : WELL;
  });
  await reader.read('one');
  await reader.drain();
  expect(arrived).toEqual([['one', 'neverExpires', expect.closeTo(3, 1)]]);
  expect(sent.map(Math.round)).toEqual([0, 1, 3]);
});

test('after a pause one request alone asks whether the service answers again', async () => {
  let inFlight = 0;
  const together: number[] = [];
  let refusals = 6;
  const { reader, arrived } = readerOf(async () => {
    inFlight += 1;
    await new Promise(setImmediate);
    together.push(inFlight);
    inFlight -= 1;
    return refusals-- > 0 ? { ...REFUSED, retryAfterMs: SECOND } : WELL;
  });
  for (let job = 0; job < 4; job++) await reader.read(`${job}`);
  await reader.drain();
  expect(arrived).toHaveLength(4);
  // The first four are sent at once. Each of the next three is alone: two are refused, and the third is answered.
  expect(together.slice(4, 7)).toEqual([1, 1, 1]);
});

test.each(['timeout', 'unreachable'] as const)(
  'the failure %s does not end a row of refusals',
  async code => {
    const answers: ReadResult[] = [REFUSED, { reading: failed(code, 'no answer') }, REFUSED, WELL, WELL];
    const sent: number[] = [];
    const { reader, clock } = readerOf(async () => {
      sent.push(clock.now());
      return answers.shift() ?? WELL;
    });
    for (const job of ['one', 'two', 'three']) {
      await reader.read(job);
      await new Promise(setImmediate);
    }
    await reader.drain();
    const gaps = sent.map((at, index) => Math.round((at - (sent[index - 1] ?? at)) / SECOND));
    expect(gaps).toEqual([0, 1, 0, 2, 0]);
    expect(reader.pace().refusals).toBe(0);
  },
);

test('a service that is silent after a refusal is not asked one by one', async () => {
  let inFlight = 0;
  let most = 0;
  const open: (() => void)[] = [];
  const silent: ReadResult = { reading: failed('timeout', 'no answer') };
  let isFirst = true;
  const { reader, arrived } = readerOf(async () => {
    if (isFirst) {
      isFirst = false;
      return REFUSED;
    }
    inFlight += 1;
    most = Math.max(most, inFlight);
    await new Promise<void>(resolve => open.push(resolve));
    inFlight -= 1;
    return silent;
  });
  await reader.read('first');
  await new Promise(setImmediate);
  const all = (async () => {
    for (let job = 0; job < 60; job++) await reader.read(`${job}`);
    await reader.drain();
  })();
  for (let turn = 0; turn < 400 && arrived.length < 61; turn += 1) {
    await new Promise(setImmediate);
    // An answer comes after all that may be sent beside it.
    if (turn % 4 === 3) for (const answer of open.splice(0)) answer();
  }
  await all;
  expect(most).toBe(32);
  expect(reader.pace().refusals).toBe(1);
});

test('a pause longer than the lease allows is not waited for: the refused read fails, the others are left', async () => {
  const { reader, arrived } = readerOf(async () => ({ ...REFUSED, retryAfterMs: 600 * SECOND }));
  expect(await reader.read('one')).toBe('granted');
  await new Promise(setImmediate);
  expect(await reader.read('two')).toBe('paused');
  await reader.drain();
  expect(arrived).toEqual([['one', 'failed', 0]]);
  expect(reader.pace().pausedUntil).toBe(Date.UTC(2026, 5, 1) + 600 * SECOND);
});

test('an error of a read is thrown by the next wait, and is no unhandled rejection', async () => {
  const { reader } = readerOf(async () => {
    throw new TypeError('a fault of ours');
  });
  await reader.read('one');
  await expect(reader.drain()).rejects.toThrow('a fault of ours');
});
