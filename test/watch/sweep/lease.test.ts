/** The lease: while the outcome of a renewal is not known, no sweeper writes. */
import { MINUTE, SECOND } from '../../../src/formats/instant';
import type { ScopeRow, Scopes } from '../../../src/watch/ports';
import { LeaseLost, mayTake, takeLease } from '../../../src/watch/sweep/lease';
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
  };
  const holdUp = () => {
    let open: (() => void) | undefined;
    gate = new Promise<void>(resolve => {
      open = resolve;
    });
    return () => open?.();
  };
  const steal = () => {
    version += 1;
  };
  return { scopes, saves, holdUp, steal };
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
