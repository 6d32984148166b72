/** "Check now" never starves a sweep, however often it is asked. */
import { DAY, MINUTE, SECOND } from '../../src/formats/instant';
import { borrowLease, type Lease, SweepStalled } from '../../src/watch/sweep/lease';
import type { SweepMessage } from '../../src/watch/sweep/start-sweep';
import { instant } from '../support/clock';
import { CONTOSO, HOST } from '../support/story';
import { START, useWorld } from '../support/world';

const world = useWorld();
const names = Array.from({ length: 60 }, (_, index) => `token-${String(index).padStart(3, '0')}`);
const target = (name = 'token-000') => ({ scope: CONTOSO, name });
const check = () => world().app().checkNow(target(), world().log);
const reads = () => names.map(name => world().azure.iotCentral.token(HOST, name).reads);

beforeEach(async () => {
  for (const name of names)
    world()
      .azure.iotCentral.token(HOST, name)
      .expires(instant(START) + 200 * DAY);
  await world().registerAll(CONTOSO, names);
});

/** A check takes the lease, as in the middle of its read. */
async function checkUnderWay(): Promise<Lease> {
  const taken = await borrowLease(world().tables.scopes, CONTOSO, world().clock, true);
  if ('refusal' in taken) throw new Error('the scope is held');
  return taken.lease;
}

async function onlyMessage(): Promise<SweepMessage> {
  const [message] = await world().app().startSweep(world().log);
  if (!message) throw new Error('no scope is to be swept');
  return message;
}

test('a sweep waits for the check that has the scope, and later checks leave the lease to it', async () => {
  const { clock, app, log } = world();
  const lease = await checkUnderWay();
  const jump = clock.sleep;
  const recorded: unknown[] = [];
  clock.sleep = async ms => {
    clock.sleep = jump;
    await jump(ms);
    await lease.release({});
    // The scope is free, and the sweep looks again only after this check.
    const answer = await check();
    recorded.push('recorded' in answer && answer.recorded);
  };
  expect(await app().sweepScope(await onlyMessage(), log)).toEqual([]);
  expect(recorded).toEqual([false]);
  expect(Math.min(...reads())).toBe(1);
  clock.pass(MINUTE);
  expect(await check()).toMatchObject({ recorded: true });
});

test('a continuation waits, too: the rest of its scope is not lost', async () => {
  const { clock, app, log, tables } = world();
  const message = await onlyMessage();
  const found = await tables.scopes.get(CONTOSO);
  await tables.scopes.save({ scope: CONTOSO, tick: clock.now() }, found?.etag);
  const lease = await checkUnderWay();
  const jump = clock.sleep;
  clock.sleep = async ms => {
    clock.sleep = jump;
    await jump(ms);
    await lease.release({});
  };
  await app().sweepScope({ ...message, cursor: 'token-029' }, log);
  expect(reads()).toEqual(names.map((_, index) => (index < 30 ? 0 : 1)));
});

test('a check that died with the lease costs retries of the message, and not the tick', async () => {
  const { app, log, clock } = world();
  const message = await onlyMessage();
  await checkUnderWay();
  await expect(app().sweepScope(message, log)).rejects.toThrow(SweepStalled);
  for (let tries = 0; tries < 3 && Math.min(...reads()) === 0; tries += 1) {
    clock.pass(30 * SECOND);
    await app()
      .sweepScope(message, log)
      .catch((error: unknown) => expect(error).toBeInstanceOf(SweepStalled));
  }
  expect(Math.min(...reads())).toBe(1);
});

test('with checks without a pause, every due target is read within two ticks', async () => {
  const { clock } = world();
  let isOver = false;
  const statuses = new Set<string>();
  const person = async () => {
    // The clock stands still after the sweeps, so a check is refused in the end.
    while (!isOver || !statuses.has('throttled')) {
      const answer = await check();
      statuses.add('refused' in answer ? answer.refused : `${answer.recorded}`);
    }
  };
  const people = Promise.all([person(), person(), person(), person()]);
  for (let tick = 0; tick < 2; tick += 1) {
    clock.pass(5 * MINUTE);
    await world().sweep();
  }
  isOver = true;
  await people;
  expect(Math.min(...reads())).toBe(1);
  expect(statuses).toContain('throttled');
  const { counts } = await world().app().report({ limit: 1 });
  expect(counts).toMatchObject({ total: 60, healthy: 60, pending: 0 });
});
