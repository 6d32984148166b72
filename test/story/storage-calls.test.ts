/** Storage calls of a sweep and of reports, counted on the wire (docs/design.md, Budgets). */
import { createServer, request, type Server } from 'node:http';
import { createApp } from '../../src/app';
import { DAY } from '../../src/formats/instant';
import type { World } from '../support/world';
import { useWorld } from '../support/world';

const world = useWorld({ iotCentral: { throttle: false } });
const HOST = 'contoso.azureiotcentral.com';
const SCOPE = `iotCentralToken:${HOST}`;
const TARGETS = 300;

let proxy: Server;
let calls = 0;

/** A proxy before the tables that counts requests. Their signature covers account and path, not the host, so a proxy is possible. */
async function counting({ env, clock }: World) {
  const [, tables = ''] = /TableEndpoint=([^;]+)/.exec(env.AzureWebJobsStorage ?? '') ?? [];
  const { hostname, port, pathname } = new URL(tables);
  proxy = createServer((incoming, outgoing) => {
    calls += 1;
    const { method, headers, url: path } = incoming;
    const onward = request({ hostname, port, method, path, headers }, answer => {
      outgoing.writeHead(answer.statusCode ?? 500, answer.headers);
      answer.pipe(outgoing);
    });
    incoming.pipe(onward);
  });
  await new Promise<void>(resolve => proxy.listen(0, '127.0.0.1', resolve));
  const address = proxy.address();
  const at = `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}${pathname}`;
  const storage = (env.AzureWebJobsStorage ?? '').replace(tables, at);
  return createApp(
    { ...env, AzureWebJobsStorage: storage, IOT_CENTRAL_BURST: '100000', IOT_CENTRAL_RATE: '10000' },
    clock,
  );
}

afterEach(() => {
  proxy.closeAllConnections();
  proxy.close();
});

test('a first read, a second read and a renewal stay within their budgets', async () => {
  const app = await counting(world());
  const names = Array.from({ length: TARGETS }, (_, index) => `device-${String(index).padStart(4, '0')}`);
  const expire = (text: string) =>
    names.map(name => world().azure.iotCentral.token(HOST, name).expires(text));
  for (const name of names) await world().register(SCOPE, name, { owners: 'ada@example.com' });
  await app.report({ limit: 1 });
  const sweep = async () => {
    world().clock.pass(6 * 3_600_000);
    const [message] = await app.startSweep(world().log);
    calls = 0;
    if (message) await app.sweepScope(message, world().log);
    return calls;
  };
  const fixed = 2 * Math.ceil(TARGETS / 1_000) + 6;
  expire('2029-01-01T00:00:00Z');
  expect(await sweep()).toBeLessThanOrEqual(fixed + (5 * TARGETS) / 100);
  expect(await sweep()).toBeLessThanOrEqual(fixed + (2 * TARGETS) / 100);
  expire('2030-01-01T00:00:00Z');
  expect(await sweep()).toBeLessThanOrEqual(fixed + (5 * TARGETS) / 100);
  world().clock.pass(-5.9 * 3_600_000);
  expect(await sweep()).toBeLessThanOrEqual(fixed);
});

test('rows that name a successor cost a sweep a few passes over the scope, however many they are', async () => {
  const app = await counting(world());
  const names = (count: number, end: string) =>
    Array.from({ length: count }, (_, index) => `t${String(index).padStart(4, '0')}${end}`);
  for (const name of names(200, '-new'))
    world().azure.iotCentral.token(HOST, name).expires('2029-01-01T00:00:00Z');
  await world().registerAll(SCOPE, names(200, '-new'));
  const sweep = async (after = 3_600_000) => {
    world().clock.pass(after);
    const [message] = await app.startSweep(world().log);
    calls = 0;
    if (message) await app.sweepScope(message, world().log);
    return calls;
  };
  await sweep();
  const without = await sweep();
  const extra = async (count: number) => {
    for (const name of names(count, '')) await world().register(SCOPE, name, { replacedBy: `${name}-new` });
    return (await sweep()) - without;
  };
  expect([await extra(1), await extra(3)]).toEqual([1, 3]);
  expect(await extra(200)).toBeLessThanOrEqual(4 + 2 * Math.ceil(400 / 1_000));
  expect((await app.report({ limit: 1_000 })).counts.total).toBe(200);
  // Rows that name what is not registered. They are read, recorded as invalid and put into the outbox before it is measured.
  for (const name of names(200, '-new')) await world().register(SCOPE, name, { replacedBy: `${name}-none` });
  for (const name of names(200, '')) await world().register(SCOPE, name, { enabled: 'false' });
  await sweep();
  await sweep();
  expect((await sweep(300_000)) - without).toBeLessThanOrEqual(8 + 3 * Math.ceil(400 / 1_000));
}, 60_000);

test('what waits in the outbox is put there once, then once an hour, and not at each sweep', async () => {
  const app = await counting(world());
  const names = Array.from({ length: TARGETS }, (_, index) => `device-${String(index).padStart(4, '0')}`);
  const soon = new Date(world().clock.now() + 20 * DAY).toISOString();
  for (const name of names) world().azure.iotCentral.token(HOST, name).expires(soon);
  await world().registerAll(SCOPE, names, { owners: 'ada@example.com' });
  await app.report({ limit: 1 });
  const sweep = async (minutes: number) => {
    world().clock.pass(minutes * 60_000);
    const [message] = await app.startSweep(world().log);
    calls = 0;
    if (message) await app.sweepScope(message, world().log);
    return calls;
  };
  const fixed = 2 * Math.ceil(TARGETS / 1_000) + 6;
  const hundreds = TARGETS / 100;
  expect(await sweep(0)).toBeLessThanOrEqual(fixed + (5 + 2) * hundreds);
  const lines = async () => (await world().tables.outbox.of('ada@example.com')).lines;
  expect(await lines()).toHaveLength(TARGETS);
  for (let times = 0; times < 3; times += 1) expect(await sweep(5)).toBeLessThanOrEqual(fixed);
  const lost = await lines();
  await world().tables.outbox.drop(
    'ada@example.com',
    lost.map(({ id }) => id),
  );
  expect(await sweep(44)).toBeLessThanOrEqual(fixed);
  expect(await sweep(1)).toBeLessThanOrEqual(fixed + (5 + 2) * hundreds);
  expect(await lines()).toHaveLength(TARGETS);
});

test('the storage calls of a report grow with its matches, not with the fleet', async () => {
  const app = await counting(world());
  const { tables, clock } = world();
  const now = clock.now();
  const write = (count: number, expiresOn: number) =>
    tables.calendar.write(
      Array.from({ length: count }, (_, index) => {
        const key = { scope: SCOPE, name: `${expiresOn}-${index}` };
        const listing = {
          kind: 'iotCentralToken',
          displayName: key.name,
          owners: [],
          expiresOn,
          minted: false,
          failing: false,
          check: 'ok' as const,
        };
        return { ...key, key: tables.calendar.keyOf(key, expiresOn), listing };
      }),
      [],
    );
  const ask = async () => {
    await app.report({ limit: 1 });
    calls = 0;
    const { items } = await app.report({ withinMs: 30 * DAY, limit: 1_000 });
    return { calls, matches: items.length };
  };
  await write(5, now + DAY);
  const small = await ask();
  await write(3_000, now + 60 * DAY);
  expect([small, await ask()]).toEqual([
    { calls: 2, matches: 5 },
    { calls: 2, matches: 5 },
  ]);
  await write(995, now + 2 * DAY);
  expect(await ask()).toEqual({ calls: 2, matches: 1_000 });
}, 60_000);
