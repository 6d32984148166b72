import { QueueClient } from '@azure/storage-queue';
import type { RunningHost } from '../../local/host';
import { type App, createApp } from '../../src/app';
import { DAY, formatInstant, HOUR, MINUTE, SECOND } from '../../src/formats/instant';
import { functionsOf } from '../../src/functions';
import { instant } from '../support/clock';
import { useHost } from '../support/host';
import { START, useWorld } from '../support/world';

const world = useWorld();
const hosting = useHost();

const SCHEDULES = { SWEEP_SCHEDULE: '0 */5 * * * *', REMIND_SCHEDULE: '0 */5 * * * *' };
const HOST = 'contoso.azureiotcentral.com';
const CONTOSO = `iotCentralToken:${HOST}`;
const SUBSCRIPTION = '651f8027-33e8-4ec4-97b4-f6e9f3dc8744';
const SHOP = `containerApp:${SUBSCRIPTION}`;
const NOW = instant(START);

/** The embedded host with the functions of an app, over the world's storage. */
function serve(app: () => App = world().app): Promise<RunningHost> {
  const connectionString = world().connectionString;
  return hosting.start(functionsOf(app), { env: SCHEDULES, connectionString, retryVisibilitySeconds: 0 });
}

interface Answered {
  readonly status: number;
  readonly type: string | null;
  readonly body: { [key: string]: unknown };
}

async function get(host: RunningHost, path: string): Promise<Answered> {
  const response = await fetch(`${host.url}/api/${path}`);
  return {
    status: response.status,
    type: response.headers.get('content-type'),
    body: Object(await response.json()),
  };
}

function namesOf({ body }: Answered): string[] {
  if (!Array.isArray(body.items)) throw new Error(JSON.stringify(body));
  return body.items.map(item => String(Object(item).name));
}

/** 26 tokens with a date (`t01` expires in a day), one expired, one failing, one minted app and one invalid row. */
async function furnish(): Promise<void> {
  const { azure, register } = world();
  const token = (name: string) => azure.iotCentral.token(HOST, name);
  const rows = Array.from({ length: 26 }, (_, index) => {
    const name = `t${String(index + 1).padStart(2, '0')}`;
    token(name).expires(NOW + (index + 1) * DAY);
    const owners = index % 2 === 0 ? 'ada@example.com' : 'Grace@Example.com';
    return register(CONTOSO, name, { owners, displayName: `Line ${name} ü`, thresholds: '7d 0' });
  });
  token('expired').expires(NOW - DAY);
  token('failing').misbehaves({ fault: 'status', status: 403, code: 'Forbidden' });
  azure.arm.app(SUBSCRIPTION, 'rg', 'shop').mintsFor(HOUR);
  await Promise.all([
    ...rows,
    register(CONTOSO, 'expired', { owners: 'ada@example.com' }),
    register(CONTOSO, 'failing', { owners: 'ada@example.com' }),
    register(SHOP, 'rg:shop', { owners: 'shop@example.com' }),
    register(SHOP, 'not-two-parts', {}),
  ]);
  for (const _ of ['first', 'moved', 'minted']) {
    await world().sweep();
    world().clock.pass(5 * MINUTE);
  }
}

const t = (first: number, last: number) =>
  Array.from({ length: last - first + 1 }, (_, index) => `t${String(first + index).padStart(2, '0')}`);

test('status answers what expires next, soonest first, filtered and page by page', async () => {
  await furnish();
  const host = await serve();
  const all = await get(host, 'status');
  expect([all.status, all.type]).toEqual([200, 'application/json; charset=utf-8']);
  const names = namesOf(all);
  expect(names.slice(0, 27)).toEqual(['expired', ...t(1, 26)]);
  expect(names.slice(27).sort()).toEqual(['failing', 'not-two-parts', 'rg:shop']);
  expect(all.body).toMatchObject({
    asOf: formatInstant(world().clock.now()),
    counts: {
      total: 30,
      healthy: 20,
      expiring: 7,
      expired: 1,
      unknown: 2,
      minted: 1,
      failing: 1,
      invalid: 1,
      pending: 0,
    },
    countsAsOf: expect.stringMatching(/^2026-06-01T00:10:0/),
    nextCursor: null,
  });

  const filters: [string, string[]][] = [
    ['within=3d', ['expired', ...t(1, 3)]],
    ['within=3d&standing=expiring', t(1, 3)],
    ['standing=expired,expiring', ['expired', ...t(1, 7)]],
    ['check=failing', ['failing']],
    ['check=invalid', ['not-two-parts']],
    ['kind=containerApp&check=ok', ['rg:shop']],
    [`scope=${encodeURIComponent(SHOP)}&standing=healthy`, ['rg:shop']],
    ['owner=grace@example.com&within=6d', ['t02', 't04', 't06']],
    [`q=${encodeURIComponent('LINE t1')}`, t(10, 19)],
    ['q=nothing-like-it', []],
    ['standing=healthy&limit=2', ['t08', 't09']],
    ['code=function-key&limit=1', ['expired']],
  ];
  for (const [query, expected] of filters) {
    const answer = await get(host, `status?${query}`);
    expect([query, answer.status, [...namesOf(answer)].sort()]).toEqual([query, 200, [...expected].sort()]);
  }

  const paged: string[] = [];
  const sizes: number[] = [];
  for (let cursor = ''; ; ) {
    const page = await get(host, `status?limit=7${cursor}`);
    paged.push(...namesOf(page));
    sizes.push(namesOf(page).length);
    if (page.body.nextCursor === null) break;
    cursor = `&cursor=${String(page.body.nextCursor)}`;
  }
  expect(paged).toEqual(names);
  expect(sizes).toEqual([7, 7, 7, 7, 2]);
  const exactly = await get(host, 'status?limit=30');
  expect([namesOf(exactly).length, exactly.body.nextCursor]).toEqual([30, null]);
});

test('status refuses what it does not understand, and answers HEAD without a body', async () => {
  const host = await serve();
  const bad = await get(host, 'status?limit=0&standing=soon&colour=red');
  expect([bad.status, bad.type]).toEqual([400, 'application/problem+json; charset=utf-8']);
  expect(bad.body).toMatchObject({ status: 400, detail: expect.stringMatching(/limit: .*1 to 1000/) });
  expect(JSON.stringify(bad.body)).toMatch(/standing.*colour|colour.*standing/);
  expect((await get(host, 'status?limit=1&limit=2')).status).toBe(400);
  const head = await fetch(`${host.url}/api/status`, { method: 'HEAD' });
  expect([head.status, await head.text()]).toEqual([200, '']);
  expect((await fetch(`${host.url}/api/status`, { method: 'POST' })).status).toBe(405);
});

describe('health', () => {
  const token = () => world().azure.iotCentral.token(HOST, 'gateway');
  const codes = ({ body }: Answered) =>
    Array.isArray(body.reasons) ? body.reasons.map(reason => Object(reason).code) : [];
  const registered = () => world().register(CONTOSO, 'gateway', { owners: 'ada@example.com' });

  test('is 200 for a watch that is new, and for one that goes well', async () => {
    const host = await serve();
    const well = { status: 200, body: { healthy: true, reasons: [], oldestReminderSeconds: null } };
    expect(await get(host, 'health')).toMatchObject(well);
    token().expires(NOW + 300 * DAY);
    await registered();
    await world().tick();
    expect(await get(host, 'health')).toMatchObject(well);
    expect((await fetch(`${host.url}/api/health`, { method: 'HEAD' })).status).toBe(200);
  });

  test('is 503 when a scope finished no sweep for three periods and 30 minutes', async () => {
    const host = await serve();
    token().expires(NOW + 300 * DAY);
    await registered();
    await world().sweep();
    world().clock.pass(45 * MINUTE);
    expect((await get(host, 'health')).status).toBe(200);
    // Until then the earlier look counts.
    world().clock.pass(5 * SECOND);
    const overdue = await get(host, 'health');
    expect([overdue.status, codes(overdue)]).toEqual([503, ['sweepOverdue']]);
    expect(overdue.body).toMatchObject({ healthy: false });
  });

  test('is 503 when a scope was never swept since its rows were written', async () => {
    const host = await serve();
    await registered();
    // The storage sets the timestamp of a row, by the real clock.
    world().clock.to(new Date(Date.now() + 44 * MINUTE).toISOString());
    expect((await get(host, 'health')).status).toBe(200);
    world().clock.pass(2 * MINUTE);
    expect(codes(await get(host, 'health'))).toEqual(['sweepOverdue']);
  });

  test('is 503 when a reminder has waited for 6 hours', async () => {
    const host = await serve();
    token().expires(NOW + 3 * DAY);
    await registered();
    await world().sweep();
    world().clock.pass(6 * HOUR - 1);
    await world().sweep();
    expect((await get(host, 'health')).status).toBe(200);
    world().clock.pass(5 * SECOND);
    const backlog = await get(host, 'health');
    expect([backlog.status, codes(backlog)]).toEqual([503, ['mailBacklog']]);
    await world().remind();
    world().clock.pass(5 * SECOND);
    expect((await get(host, 'health')).status).toBe(200);
  });

  test('tells no names to whoever asks', async () => {
    const host = await serve();
    token().expires(NOW + 3 * DAY);
    await registered();
    await world().sweep();
    world().clock.pass(7 * HOUR);
    const sick = await get(host, 'health');
    expect(codes(sick).sort()).toEqual(['mailBacklog', 'sweepOverdue']);
    expect(JSON.stringify(sick.body)).not.toMatch(/contoso|gateway|ada|example/i);
  });

  test('is 503 when the storage is away', async () => {
    // Port 1 of this machine is closed; the storage client tries it again for some seconds.
    const AzureWebJobsStorage = world().connectionString.replace(/127\.0\.0\.1:\d+/g, '127.0.0.1:1');
    const app = createApp({ AzureWebJobsStorage, ...world().azure.settings }, world().clock);
    const away = await get(await serve(() => app), 'health');
    expect([away.status, codes(away)]).toEqual([503, ['storageUnreachable']]);
    expect(JSON.stringify(away.body)).not.toMatch(/127\.0\.0\.1|ECONNREFUSED|devstore/);
  });
});

describe('a queue message', () => {
  const queue = (name: string) => new QueueClient(world().connectionString, name);
  const base64 = (value: string) => Buffer.from(value).toString('base64');

  test('of the start of a sweep is swept, and mails follow', async () => {
    world()
      .azure.iotCentral.token(HOST, 'gateway')
      .expires(NOW + 3 * DAY);
    await world().register(CONTOSO, 'gateway', { owners: 'ada@example.com' });
    const host = await serve();
    await host.runTimer('startSweep');
    expect(await host.drainQueues()).toBe(1);
    await host.runTimer('sendReminders');
    await host.runTimer('reconcile');
    expect(world().mails()).toEqual([expect.stringMatching(/^ada@example.com: .*3 days/)]);
    expect(namesOf(await get(host, 'status'))).toEqual(['gateway']);
  });

  test.each([
    ['{"scope":7,"tick":"soon"}', ['scope: the PartitionKey of registry rows', 'tick: an RFC 3339 instant']],
    ['["not","a","message"]', ['Malformed sweep message']],
    ['not even JSON', ['Malformed sweep message']],
  ])('that is malformed, %s, goes to the poison queue, and the log says why', async (text, why) => {
    const host = await serve();
    await queue('sweeps').sendMessage(base64(text));
    expect(await host.drainQueues()).toBe(5);
    const { receivedMessageItems } = await queue('sweeps-poison').receiveMessages();
    expect(receivedMessageItems.map(({ messageText }) => messageText)).toEqual([base64(text)]);
    const log = hosting.texts().join('\n');
    for (const words of [
      'want {"scope", "tick", "cursor"?, "traceparent"?}',
      'moved to sweeps-poison',
      ...why,
    ])
      expect(log).toContain(words);
  });
});
