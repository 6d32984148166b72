/** A sweep that fails lets go of its scope: a transient fault costs one retry, a lasting one becomes poison that operators hear of. */
import { createApp } from '../../src/app';
import { HOUR } from '../../src/formats/instant';
import { functionsOf } from '../../src/functions';
import type { SweepMessage } from '../../src/watch/sweep/start-sweep';
import { useHost } from '../support/host';
import { type StoreProxy, startStoreProxy, writesTo } from '../support/store-proxy';
import { CONTOSO, HOST } from '../support/story';
import { useWorld } from '../support/world';

const world = useWorld();
const hosting = useHost();
let store: StoreProxy;
let app: ReturnType<typeof createApp>;

beforeEach(async () => {
  store = await startStoreProxy(world().connectionString);
  app = createApp({ ...world().env, AzureWebJobsStorage: store.connectionString }, world().clock);
  for (const name of ['gateway', 'sensors']) {
    world().azure.iotCentral.token(HOST, name).expires('2026-06-10T00:00:00Z');
    await world().register(CONTOSO, name, { owners: 'ada@example.com' });
  }
});
afterEach(() => store.close());

async function onlyMessage(): Promise<SweepMessage> {
  const [message] = await app.startSweep(world().log);
  if (!message) throw new Error('no scope is to be swept');
  return message;
}

const checks = async () => (await world().app().report({ limit: 10 })).items.map(({ check }) => check);

test.each(['expiries', 'outbox'])(
  'a fault of the table %s costs one try: the next try of the message sweeps the scope',
  async table => {
    const message = await onlyMessage();
    store.refuses(writesTo(table));
    await expect(app.sweepScope(message, world().log)).rejects.toMatchObject({ statusCode: 403 });
    const left = await world().tables.scopes.get(CONTOSO);
    expect(left).toMatchObject({ pace: { level: expect.any(Number) } });
    expect([left?.holder, left?.leaseUntil, left?.finishedTick]).toEqual([undefined, undefined, undefined]);
    store.refuses(undefined);
    expect(await app.sweepScope(message, world().log)).toEqual([]);
    expect(await checks()).toEqual(['ok', 'ok']);
    await world().remind();
    expect(world().mails()).toHaveLength(1);
  },
);

test('a lasting fault fails each try, and operators hear of the poisoned message', async () => {
  const connectionString = world().connectionString;
  const host = await hosting.start(
    functionsOf(() => app),
    {
      env: { SWEEP_SCHEDULE: '0 */5 * * * *', REMIND_SCHEDULE: '0 * * * * *' },
      connectionString,
      retryVisibilitySeconds: 0,
    },
  );
  store.refuses(writesTo('expiries'));
  await host.runTimer('startSweep');
  expect(await host.drainQueues()).toBe(5);
  // The poisoned message.
  expect(await host.drainQueues()).toBe(1);
  store.refuses(undefined);
  await host.runTimer('sendReminders');
  expect(world().mailsTo('ops@example.com').at(-1)?.message.content.plainText).toMatch(/five times/);
});

test('a check or a rebuild of the calendar that fails lets go of the scope, too', async () => {
  await world().sweep();
  world().clock.pass(HOUR);
  store.refuses(writesTo('expiries'));
  await expect(app.checkNow({ scope: CONTOSO, name: 'gateway' }, world().log)).rejects.toMatchObject({
    statusCode: 403,
  });
  expect((await world().tables.scopes.get(CONTOSO))?.leaseUntil).toBeUndefined();
  await world().unregister(CONTOSO, 'sensors');
  await expect(app.reconcile(world().log)).rejects.toMatchObject({ statusCode: 403 });
  expect((await world().tables.scopes.get(CONTOSO))?.leaseUntil).toBeUndefined();
});
