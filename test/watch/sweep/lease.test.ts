/** The lease: while the outcome of a renewal is not known, no sweeper writes. */
import { MINUTE, SECOND } from '../../../src/formats/instant';
import type { ScopeRow, Scopes } from '../../../src/watch/ports';
import { LeaseLost, mayTake, SweepStalled, takeLease, underLease } from '../../../src/watch/sweep/lease';
import { testClock } from '../../support/clock';

const START = '2026-06-01T00:00:00Z';
const MESSAGE = { scope: 'iotCentralToken:contoso.azureiotcentral.com', tick: START };

/** A scopes table of one row. The test can delay its next save. */
function oneScope() {
  let row: ScopeRow | undefined;
  let version = 0;
  let gate: Promise<void> = Promise.resolve();
  const saves: ScopeRow[] = [];
  const scopes: Scopes = {
    get: async () => row && { ...row, etag: String(version) },
    async save(next, etag) {
      await gate;
      if (etag !== (row && String(version))) return undefined;
      row = next;
      version += 1;
      saves.push(next);
      return String(version);
    },
    async *all() {
      if (row) yield { ...row, etag: String(version) };
    },
    remove: async () => undefined,
    checks: async () => undefined,
    saveChecks: async () => true,
    suspects: async () => [],
    anyReadable: async () => false,
    registryLostOn: async () => undefined,
    removalConfirmedOn: async () => undefined,
    confirmRemoval: async () => undefined,
  };
  const holdUp = () => {
    let open: (() => void) | undefined;
    gate = new Promise<void>(resolve => {
      open = resolve;
    });
    return () => open?.();
  };
  const steal = () => {
    if (row) row = { ...row, holder: 'another' };
    version += 1;
  };
  /** The store writes the next save, but its answer is lost: the storage client tries again and is told that the row has changed. */
  const loseAnswer = () => {
    const { save } = scopes;
    scopes.save = async (...args) => {
      await save(...args);
      scopes.save = save;
      return await save(...args);
    };
  };
  return { scopes, saves, holdUp, steal, loseAnswer, current: () => row };
}

async function held() {
  const clock = testClock(START);
  const store = oneScope();
  const taken = await takeLease(store.scopes, MESSAGE, clock);
  if ('refusal' in taken) throw new Error(`the lease was refused: ${taken.refusal}`);
  return { clock, lease: taken.lease, ...store };
}

test('a young lease is not renewed, an older one is', async () => {
  const { clock, lease, saves } = await held();
  clock.pass(10 * SECOND);
  await lease.renew();
  expect(saves).toHaveLength(1);
  clock.pass(10 * SECOND);
  await lease.renew();
  expect(saves.map(({ leaseUntil = 0 }) => leaseUntil - clock.now())).toEqual([100 * SECOND, 2 * MINUTE]);
});

test('two renewals at once write once', async () => {
  const { clock, lease, saves } = await held();
  clock.pass(MINUTE);
  await Promise.all([lease.renew(), lease.renew()]);
  expect(saves).toHaveLength(2);
});

test('a second renewal waits for the outcome of the first: a lost lease is lost for both', async () => {
  const { clock, lease, holdUp, steal } = await held();
  clock.pass(MINUTE);
  const open = holdUp();
  steal();
  const outcomes = Promise.allSettled([lease.renew(), lease.renew()]);
  open();
  for (const outcome of await outcomes)
    expect(outcome).toMatchObject({ status: 'rejected', reason: expect.any(LeaseLost) });
});

test('a lost lease stays lost, and can not be released', async () => {
  const { clock, lease, steal } = await held();
  steal();
  clock.pass(MINUTE);
  await expect(lease.renew()).rejects.toThrow(LeaseLost);
  await expect(lease.renew()).rejects.toThrow(LeaseLost);
  await expect(lease.release({})).rejects.toThrow(LeaseLost);
});

test('a write whose answer was lost is still ours: the sweep takes, renews and releases its lease', async () => {
  const clock = testClock(START);
  const { scopes, loseAnswer, current } = oneScope();
  loseAnswer();
  const taken = await takeLease(scopes, MESSAGE, clock);
  if ('refusal' in taken) throw new Error(`the lease was refused: ${taken.refusal}`);
  clock.pass(MINUTE);
  loseAnswer();
  await taken.lease.renew();
  expect(current()?.leaseUntil).toBe(clock.now() + 2 * MINUTE);
  loseAnswer();
  await taken.lease.release({ finishedTick: clock.now() });
  expect(current()).toMatchObject({ finishedTick: clock.now(), holder: undefined, leaseUntil: undefined });
});

describe('work that fails under a lease', () => {
  const SILENT = { info: () => undefined, warn: () => undefined };
  const fail = () => Promise.reject(new Error('a fault'));

  test('frees the scope, also if its last renewal failed, and can write no more under it', async () => {
    const { clock, lease, scopes, current } = await held();
    const { save } = scopes;
    clock.pass(MINUTE);
    scopes.save = fail;
    await expect(lease.renew()).rejects.toThrow('a fault');
    scopes.save = save;
    await expect(underLease(lease, SILENT, fail)).rejects.toThrow('a fault');
    expect(current()).toMatchObject({ holder: undefined, leaseUntil: undefined });
    await expect(lease.renew()).rejects.toThrow();
    expect(current()?.leaseUntil).toBeUndefined();
  });

  test('leaves the lease of another sweeper alone', async () => {
    const { lease, steal, current } = await held();
    steal();
    await expect(underLease(lease, SILENT, fail)).rejects.toThrow('a fault');
    expect(current()).toMatchObject({ holder: 'another', leaseUntil: expect.any(Number) });
  });

  test('is tried again until the lease ends, if it could not be freed', async () => {
    const { clock, lease, scopes, current } = await held();
    const { save } = scopes;
    scopes.save = fail;
    const warnings: string[] = [];
    const log = { info: () => undefined, warn: (text: string) => void warnings.push(text) };
    await expect(underLease(lease, log, fail)).rejects.toThrow('a fault');
    expect(warnings).toEqual([expect.stringContaining('could not be released')]);
    scopes.save = save;
    clock.pass(30 * SECOND);
    await expect(takeLease(scopes, MESSAGE, clock)).rejects.toThrow(SweepStalled);
    clock.pass(90 * SECOND);
    expect(await takeLease(scopes, MESSAGE, clock)).toHaveProperty('lease');
    expect(current()?.leaseUntil).toBe(clock.now() + 2 * MINUTE);
  });

  test('a second message of the tick is acknowledged while the sweep works', async () => {
    const { clock, scopes } = await held();
    clock.pass(29 * SECOND);
    expect(await takeLease(scopes, MESSAGE, clock)).toEqual({ refusal: 'held' });
  });
});

describe('a message', () => {
  const now = Date.UTC(2026, 5, 1);
  const scope = MESSAGE.scope;

  test('starts no sweep for a finished tick or an older one, but for the next one', () => {
    expect(mayTake({ scope, tick: now, finishedTick: now }, now, now)).toBe('finished');
    expect(mayTake({ scope, tick: now }, now - 1, now)).toBe('olderTick');
    expect(mayTake({ scope, tick: now - 1, finishedTick: now - 1 }, now, now)).toBeUndefined();
  });

  test('with a tick in the future does not block the scope', async () => {
    expect(mayTake({ scope, tick: now + MINUTE, finishedTick: now + MINUTE }, now, now)).toBeUndefined();
    const { scopes, saves } = oneScope();
    await takeLease(scopes, { scope, tick: '2199-01-01T00:00:00.000Z' }, testClock(START));
    expect(saves.map(({ tick }) => tick)).toEqual([now]);
  });
});
