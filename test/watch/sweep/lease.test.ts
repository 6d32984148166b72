/** The lease's fence: nobody writes on the strength of a renewal whose outcome is not known. */
import { MINUTE, SECOND } from '../../../src/formats/instant';
import type { ScopeRow, Scopes } from '../../../src/watch/ports';
import { LeaseLost, mayTake, takeLease } from '../../../src/watch/sweep/lease';
import { testClock } from '../../support/clock';

const START = '2026-06-01T00:00:00Z';
const MESSAGE = { scope: 'iotCentralToken:contoso.azureiotcentral.com', tick: START };

/** A scopes table of one row, whose next save can be held up by the test. */
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
  await lease.hold();
  expect(saves).toHaveLength(1);
  clock.pass(10 * SECOND);
  await lease.hold();
  expect(saves.map(({ leaseUntil = 0 }) => leaseUntil - clock.now())).toEqual([100 * SECOND, 2 * MINUTE]);
});

test('two that hold it at once renew it once', async () => {
  const { clock, lease, saves } = await held();
  clock.pass(MINUTE);
  await Promise.all([lease.hold(), lease.hold()]);
  expect(saves).toHaveLength(2);
});

test('who comes while a renewal is under way waits for its outcome: a lease that is lost is lost for both', async () => {
  const { clock, lease, holdUp, steal } = await held();
  clock.pass(MINUTE);
  const open = holdUp();
  steal();
  const outcomes = Promise.allSettled([lease.hold(), lease.hold()]);
  open();
  for (const outcome of await outcomes)
    expect(outcome).toMatchObject({ status: 'rejected', reason: expect.any(LeaseLost) });
});

test('a lost lease stays lost, and is not given back', async () => {
  const { clock, lease, steal } = await held();
  steal();
  clock.pass(MINUTE);
  await expect(lease.hold()).rejects.toThrow(LeaseLost);
  await expect(lease.hold()).rejects.toThrow(LeaseLost);
  await expect(lease.release({})).rejects.toThrow(LeaseLost);
});

describe('what a message may start', () => {
  const now = Date.UTC(2026, 5, 1);
  const scope = MESSAGE.scope;

  test('a finished tick is not swept again, an older one neither, the next one is', () => {
    expect(mayTake({ scope, tick: now, finishedTick: now }, now, now)).toBe('finished');
    expect(mayTake({ scope, tick: now }, now - 1, now)).toBe('olderTick');
    expect(mayTake({ scope, tick: now - 1, finishedTick: now - 1 }, now, now)).toBeUndefined();
  });

  test('a tick that is still to come silences nobody', async () => {
    expect(mayTake({ scope, tick: now + MINUTE, finishedTick: now + MINUTE }, now, now)).toBeUndefined();
    const { scopes, saves } = oneScope();
    await takeLease(scopes, { scope, tick: '2199-01-01T00:00:00.000Z' }, testClock(START));
    expect(saves.map(({ tick }) => tick)).toEqual([now]);
  });
});
