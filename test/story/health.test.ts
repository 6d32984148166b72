/** Health: cheap for any number of askers, and honest about what fails. */
import { createApp } from '../../src/app';
import { MINUTE, SECOND } from '../../src/formats/instant';
import { asking } from '../support/asking';
import { useHost } from '../support/host';
import { type StorageProxy, startStorageProxy } from '../support/storage-proxy';
import { CONTOSO, HOST, ticks } from '../support/story';
import { useWorld } from '../support/world';

const world = useWorld();
const hosting = useHost();
const FORBIDDEN = { fault: 'status', status: 403 } as const;
let proxy: StorageProxy;
let calls = 0;

beforeEach(async () => {
  proxy = await startStorageProxy(world().connectionString);
  calls = 0;
  proxy.answer = () => {
    calls += 1;
    return undefined;
  };
});
afterEach(() => proxy.close());

const watched = async (name = 'gateway', scope = CONTOSO) => {
  world().azure.iotCentral.token(HOST, name).expires('2027-01-31T12:00:00Z');
  await world().register(scope, name, { owners: 'ada@example.com' });
};
const reasons = async () => {
  world().clock.pass(5 * SECOND);
  return (await world().app().health()).reasons;
};
const codes = async () => (await reasons()).map(({ code }) => code);

/** The storage calls of one look, after the tables are known to be there. */
async function costOf(app: ReturnType<typeof createApp>): Promise<number> {
  await app.health();
  world().clock.pass(5 * SECOND);
  calls = 0;
  await app.health();
  return calls;
}

test('however many ask, an instance looks at storage once in 5 s', async () => {
  await watched();
  await ticks(world(), 1);
  world().restart({ AzureWebJobsStorage: proxy.connectionString });
  const ask = await asking(world(), hosting);
  const flood = async () => {
    calls = 0;
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, index) => ask('health', { method: index % 2 ? 'HEAD' : 'GET' })),
    );
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
    return calls;
  };
  await flood();
  world().clock.pass(5 * SECOND - 1);
  expect(await flood()).toBe(0);
  world().clock.pass(1);
  const one = await flood();
  expect(one).toBeGreaterThan(0);
  expect(one).toBeLessThanOrEqual(12);
});

test('a look that fails is shared, too', async () => {
  world().restart({ AzureWebJobsStorage: proxy.connectionString });
  await world().app().health();
  proxy.answer = () => {
    calls += 1;
    return { type: 'text/html', body: '<title>Sign in</title>' };
  };
  world().clock.pass(5 * SECOND);
  calls = 0;
  const all = await Promise.all(Array.from({ length: 20 }, () => world().app().health()));
  const first = calls;
  expect(all.every(({ reasons: [reason] }) => reason?.code === 'storageUnreachable')).toBe(true);
  expect(first).toBeLessThanOrEqual(12);
  await world().app().health();
  expect(calls).toBe(first);
});

test('a look costs the same for many scopes and reminders, and sees the last of them', async () => {
  await watched();
  await ticks(world(), 1);
  const app = createApp({ ...world().env, AzureWebJobsStorage: proxy.connectionString }, world().clock);
  const small = await costOf(app);
  const now = world().clock.now();
  const { scopes, outbox } = world().tables;
  const every = (index: number) => `iotCentralToken:many-${String(index).padStart(4, '0')}.example`;
  const counts = {
    total: 1,
    healthy: 1,
    expiring: 0,
    expired: 0,
    unknown: 0,
    minted: 0,
    failing: 0,
    invalid: 0,
    pending: 0,
  };
  for (let index = 0; index < 1_200; index += 1)
    await scopes.save({ scope: every(index), finishedOn: now, counts, readability: 'some' }, undefined);
  const about = { about: now, crossedOn: now, since: now };
  await outbox.put(
    Array.from({ length: 1_200 }, (_, index) => ({
      scope: CONTOSO,
      name: `t-${index}`,
      owner: `owner-${index % 12}@example.com`,
      reason: '30d',
      ...about,
    })),
  );
  expect(await costOf(app)).toBeLessThanOrEqual(small);
  await scopes.save({ scope: 'iotCentralToken:zz', finishedOn: now - 100 * MINUTE, counts }, undefined);
  world().clock.pass(5 * SECOND);
  expect((await app.health()).reasons.map(({ message }) => message)).toEqual([
    '1 scope has finished no sweep for 45 minutes.',
  ]);
}, 60_000);

test('scopes that were never swept are overdue from the age of their rows on, which startSweep records', async () => {
  await watched();
  for (const index of [1, 2]) await watched('x', `iotCentralToken:app-${index}.azureiotcentral.com`);
  // The storage sets the timestamp of a row, by the real clock.
  world().clock.to(new Date(Date.now() + 20 * MINUTE).toISOString());
  await world().app().startSweep(world().log);
  world().clock.pass(24 * MINUTE);
  expect(await codes()).toEqual([]);
  world().clock.pass(2 * MINUTE);
  expect(await reasons()).toEqual([
    { code: 'sweepOverdue', message: '3 scopes have finished no sweep for 45 minutes.' },
  ]);
  await ticks(world(), 1);
  expect(await codes()).toEqual([]);
});

test('a scope whose sweep begins again and again and never ends is overdue', async () => {
  const { scopes } = world().tables;
  await scopes.save({ scope: CONTOSO, startedOn: world().clock.now() }, undefined);
  await world().app().startSweep(world().log);
  const row = await scopes.get(CONTOSO);
  await scopes.save({ scope: CONTOSO, ...row, startedOn: world().clock.now() + 40 * MINUTE }, row?.etag);
  world().clock.pass(46 * MINUTE);
  expect(await codes()).toEqual(['sweepOverdue']);
});

describe('reads', () => {
  const application = () => world().azure.iotCentral.app(HOST);

  test('of which none succeeds make it unhealthy, without a name', async () => {
    for (const name of ['a', 'b']) await watched(name);
    application().misbehaves(FORBIDDEN);
    await ticks(world(), 1);
    const found = await reasons();
    expect(found.map(({ code }) => code)).toEqual(['nothingReadable']);
    expect(JSON.stringify(found)).not.toMatch(/contoso|ada@/);
    application().recovers();
    await ticks(world(), 4);
    expect(await codes()).toEqual([]);
  });

  test('of which one succeeds, or is answered with 404, leave it healthy', async () => {
    for (const name of ['a', 'b']) await watched(name);
    world().azure.iotCentral.token(HOST, 'a').misbehaves(FORBIDDEN);
    await ticks(world(), 1);
    expect(await codes()).toEqual([]);
    world().azure.iotCentral.token(HOST, 'b').misbehaves({ fault: 'status', status: 404 });
    world().clock.pass(6 * 60 * MINUTE);
    await ticks(world(), 1);
    expect(await codes()).toEqual([]);
  });

  test('that fail for want of a sign-in are called that', async () => {
    await watched();
    await ticks(world(), 1);
    const { scopes } = world().tables;
    const row = await scopes.get(CONTOSO);
    await scopes.save({ scope: CONTOSO, ...row, readability: 'signIn' }, row?.etag);
    expect(await codes()).toEqual(['signInFails', 'nothingReadable']);
  });
});

test.each([
  ['the role is missing', 403],
  ['the key is wrong', 401],
  ['the resource is gone', 404],
])('mail that is refused since %s makes it unhealthy, until one is taken', async (_, status) => {
  world().azure.iotCentral.token(HOST, 'soon').expires('2026-06-05T00:00:00Z');
  await world().register(CONTOSO, 'soon', { owners: 'ada@example.com' });
  world().azure.communication.refuses({ fault: 'status', status });
  await ticks(world(), 1);
  const found = await reasons();
  expect(found.map(({ code }) => code)).toEqual(['mailRefused']);
  expect(JSON.stringify(found)).not.toContain('ada@');
  await ticks(world(), 3);
  expect(world().mails()).toEqual([
    expect.stringMatching(/^ada@example\.com: soon expires/),
    'ops@example.com: The watcher needs you: mail was refused for a while',
  ]);
  expect(await codes()).toEqual([]);
});

test('a reminder that has waited for more than six hours makes it unhealthy, without a name, until it is told', async () => {
  world().azure.iotCentral.token(HOST, 'soon').expires('2026-06-05T00:00:00Z');
  await world().register(CONTOSO, 'soon', { owners: 'ada@example.com' });
  await world().sweep();
  const waiting = async (ms: number) => {
    world().clock.pass(ms);
    await world().sweep();
    return await reasons();
  };
  expect(await waiting(6 * 60 * MINUTE - 10 * SECOND)).toEqual([]);
  expect(await waiting(MINUTE)).toEqual([
    { code: 'mailBacklog', message: 'The oldest untold reminder has waited 6 hours.' },
  ]);
  await world().remind();
  expect(await codes()).toEqual([]);
});
