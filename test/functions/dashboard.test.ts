import { HOUR } from '../../src/formats/instant';
import { functionsOf } from '../../src/functions';
import { keys } from '../../src/storage/keys';
import { openTables } from '../../src/storage/tables';
import { overview } from '../../src/watch/report/overview';
import { useHost } from '../support/host';
import { APPS, CONTOSO, HOST } from '../support/story';
import { useWorld } from '../support/world';

const world = useWorld();
const hosting = useHost();
const TARGET = `dashboard/${encodeURIComponent(CONTOSO)}/gateway`;

async function serve() {
  const env = { SWEEP_SCHEDULE: '0 */5 * * * *', REMIND_SCHEDULE: '0 */5 * * * *' };
  const { connectionString, app } = world();
  return (await hosting.start(functionsOf(app), { env, connectionString })).url;
}

async function get(path: string, method = 'GET') {
  const response = await fetch(`${await url()}/api/${path}`, { method });
  return { status: response.status, type: response.headers.get('content-type'), text: await response.text() };
}

let started: Promise<string> | undefined;
const url = () => (started ??= serve());
beforeEach(() => {
  started = undefined;
});

async function watched(): Promise<void> {
  const { azure, register, tick } = world();
  azure.iotCentral.token(HOST, 'gateway').expires('2026-06-20T12:00:00Z');
  azure.iotCentral.token(HOST, 'mistyped').expires('2026-07-20T12:00:00Z');
  await register(CONTOSO, 'gateway', { owners: 'ada@example.com', displayName: 'Gateway' });
  await register(CONTOSO, 'mistyped', { thresholds: 'soon', displayName: 'Typing error' });
  await register(APPS, 'rg:never-there', { displayName: 'Never there' });
  await tick();
}

describe('GET dashboard', () => {
  test('shows what the sweeps recorded: dated, invalid and never read alike', async () => {
    await watched();
    const { status, type, text } = await get('dashboard');
    expect([status, type]).toEqual([200, 'text/html; charset=utf-8']);
    expect(text).toContain('<title>Sat 20 Jun 2026: 1</title>');
    const troubles = text.slice(text.indexOf('Act on these now'), text.indexOf('id="timeline"'));
    expect(troubles).toContain('Typing error');
    expect(troubles).toContain('Never there');
    expect(troubles).toContain('Gateway');
    expect(text).not.toContain('role="alert"');
  });

  test('filters as status does, whatever the glance shows', async () => {
    await watched();
    const { text } = await get('dashboard?q=typing');
    const [glance = '', list = ''] = text.split(/id="(?:list|add)"/);
    expect([glance.includes('Gateway'), list.includes('Gateway'), list.includes('Typing error')]).toEqual([
      true,
      false,
      true,
    ]);
  });

  test('says loudly that the watcher is stale', async () => {
    await watched();
    world().clock.pass(3 * HOUR);
    const { status, text } = await get('dashboard');
    expect(status).toBe(200);
    expect(text).toMatch(/role="alert">.*2 scopes have finished no sweep for 45 minutes\./s);
  });

  test('warns that no mail was sent yet, until one is', async () => {
    const { azure, register, sweep, tick } = world();
    azure.iotCentral.token(HOST, 'gateway').expires('2026-06-20T12:00:00Z');
    await register(CONTOSO, 'gateway', { owners: 'ada@example.com' });
    expect((await get('dashboard')).text).not.toContain('No mail was sent yet');
    await sweep();
    expect((await get('dashboard')).text).toContain('No mail was sent yet');
    await tick();
    expect((await get('dashboard')).text).not.toContain('No mail was sent yet');
  });

  test('names a scope of which nothing can be read', async () => {
    const { azure, register, sweep } = world();
    azure.iotCentral
      .token(HOST, 'gateway')
      .expires('2026-06-20T12:00:00Z')
      .misbehaves({ fault: 'status', status: 403, code: 'Forbidden' });
    await register(CONTOSO, 'gateway', {});
    await sweep();
    const { text } = await get('dashboard?code=k');
    expect(text).toMatch(
      /Nothing can be read in<\/b> <a href="\?scope=iotCentralToken%3A[^"]*&amp;code=k#list">/,
    );
  });

  test('answers HEAD without a body, refuses POST, and names a fault with 400', async () => {
    expect(await get('dashboard', 'HEAD')).toMatchObject({ status: 200, text: '' });
    const refused = await fetch(`${await url()}/api/dashboard`, { method: 'POST' });
    expect([refused.status, refused.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
    expect(await get('dashboard?within=soon')).toMatchObject({
      status: 400,
      type: 'text/html; charset=utf-8',
    });
  });
});

describe('GET dashboard/{scope}/{name}', () => {
  test('shows one target whole: thresholds and where they came from, who was told, its history', async () => {
    await watched();
    const { status, text } = await get(TARGET);
    const words = text.replace(/<style>.*?<\/style>/s, '').replace(/<[^>]*>/g, ' ');
    expect(status).toBe(200);
    expect(words).toMatch(/Gateway.*Expiring.*in 19 days.*30d\s.*crossed.*built in/s);
    expect(words).toMatch(/ada@example\.com\s+owner.*not due.*It was its threshold 30d/s);
    expect(words).toMatch(
      /History.*Mail sent\s.*To\s+ada@example\.com\s*: 30 days before it expires \(Sat 20 Jun 2026\)/s,
    );
  });

  test('says that one is disabled, that one is not met yet, and that one is gone', async () => {
    await watched();
    const { register, unregister, sweep } = world();
    await register(CONTOSO, 'gateway', { enabled: 'false' });
    await register(CONTOSO, 'new', {});
    expect((await get(TARGET)).text).toContain('It is paused');
    expect((await get(TARGET.replace('gateway', 'new'))).text).toContain('No sweep has found it yet');
    await unregister(CONTOSO, 'gateway');
    await sweep();
    expect((await get(TARGET)).text).toContain('It is no longer registered.');
  });

  test('of one that was replaced still shows what it was, and leads to its successor', async () => {
    await watched();
    const { azure, register, sweep } = world();
    azure.iotCentral.token(HOST, 'gateway-2').expires('2027-06-20T12:00:00Z');
    await register(CONTOSO, 'gateway-2', { owners: 'ada@example.com' });
    await register(CONTOSO, 'gateway', { owners: 'ada@example.com', replacedBy: 'gateway-2' });
    await sweep();
    const { text } = await get(`${TARGET}?code=k`);
    expect(text).toMatch(/It was replaced<\/b> by <a href="([^"]*)"><bdi>gateway-2</);
    const path = /It was replaced<\/b> by <a href="([^"]*)"/.exec(text)?.[1] ?? '';
    expect(new URL(path, `${await url()}/api/${TARGET}`).href).toBe(
      `${await url()}/api/dashboard/${encodeURIComponent(CONTOSO)}/gateway-2?code=k`,
    );
    expect(text.replace(/<[^>]*>/g, ' ')).toMatch(
      /expires in 19 days\s+Sat 20 Jun 2026, 12:00 UTC\s*, as last read/,
    );
  });

  test('shows all reminders that will come, and folds why none is due now', async () => {
    await watched();
    const { text } = await get(TARGET);
    const coming = text.slice(text.indexOf('id="next"'), text.indexOf('id="thresholdsPart"'));
    expect(coming.match(/<li>/g)).toHaveLength(5);
    expect(coming.replace(/<[^>]*>/g, '')).toMatch(
      /14 days before it expires to ada@example\.com.*when it expires to ada@example\.com, ops@example\.com.*7 days after it expired/s,
    );
    const [open = ''] = text.slice(text.indexOf('id="recipients"')).split('id="history"');
    expect(open.replace(/<details.*?<\/details>/gs, '')).not.toContain('not due');
  });

  test('answers 404 as a page for one that is not known, without repeating its name', async () => {
    const { status, type, text } = await get(`dashboard/${encodeURIComponent('<b>')}/nothing-here`);
    expect([status, type]).toEqual([404, 'text/html; charset=utf-8']);
    expect(text).not.toContain('nothing-here');
  });
});

test('its cost is bounded: at most so many entries of a large calendar are read', async () => {
  const { connectionString, clock } = world();
  const tables = openTables({ kind: 'connectionString', value: connectionString });
  let read = 0;
  const calendar: typeof tables.calendar = {
    ...tables.calendar,
    async *entries(range) {
      for (let index = 0; index < 20_000; index += 1) {
        read += 1;
        yield {
          ...entryAt(index),
          key: tables.calendar.keyOf({ scope: 's', name: `${index}` }, range.until ?? 0),
        };
      }
    },
  };
  const { coming, urgent, report } = await overview(
    { limit: 50 },
    { tables: { ...tables, calendar }, clock, kinds: keys, mail: { to: 'owners', operators: [] } },
  );
  expect([coming.items.length, coming.isCut, urgent.expiring.items, report.items.length]).toEqual([
    3_000,
    true,
    [],
    50,
  ]);
  expect(read).toBe(3_000 + 1_000 + 1_000 + 51);

  function entryAt(index: number) {
    const expiresOn = clock.now() + (index + 1) * 60_000;
    const listing = {
      kind: 'k',
      displayName: 'd',
      owners: [],
      expiresOn,
      minted: false,
      failing: false,
      check: 'ok',
    } as const;
    return { scope: 's', name: `${index}`, listing };
  }
});

test('an address that ends in a slash leads to the one that the links of the page are relative to', async () => {
  await watched();
  for (const path of ['dashboard', TARGET]) {
    const answer = await fetch(`${await url()}/api/${path}/?code=K%2F`, { redirect: 'manual' });
    const led = new URL(answer.headers.get('location') ?? '', answer.url);
    expect([answer.status, led.href]).toEqual([308, `${await url()}/api/${path}?code=K%2F`]);
    expect(answer.headers.get('cache-control')).toBe('no-store');
  }
});

test.each(['/', '/api', '/api/'])('%s leads to the dashboard, with its key', async path => {
  await watched();
  const answer = await fetch(`${await url()}${path}?code=K%2F&other=1`, { redirect: 'manual' });
  expect([answer.status, answer.headers.get('location'), answer.headers.get('cache-control')]).toEqual([
    302,
    '/api/dashboard?code=K%2F',
    'no-store',
  ]);
  expect((await fetch(`${await url()}${path}`)).url).toBe(`${await url()}/api/dashboard`);
});

test('only these lead there: what is not served is still not found', async () => {
  for (const path of ['/dashboard', '/status', '/api/nothing'])
    expect((await fetch(`${await url()}${path}`)).status).toBe(404);
});

test('a list that is read anyway costs no call of its own, and is the same as one that is read alone', async () => {
  const { connectionString, clock, tables } = world();
  const at = (days: number | undefined, name: string) => {
    const expiresOn = days === undefined ? undefined : clock.now() + days * 24 * HOUR;
    const listing = {
      kind: 'k',
      displayName: name,
      owners: [],
      expiresOn,
      minted: false,
      failing: false,
      check: 'ok',
    } as const;
    return { scope: 's', name, key: tables.calendar.keyOf({ scope: 's', name }, expiresOn), listing };
  };
  const days = [-3, -1, 1, 2, 40, 200, 400, undefined, undefined];
  await tables.calendar.write(
    days.map((day, index) => at(day, `t${index}`)),
    [],
  );
  const opened = openTables({ kind: 'connectionString', value: connectionString });
  let streams = 0;
  const calendar: typeof opened.calendar = {
    ...opened.calendar,
    entries: range => {
      streams += 1;
      return opened.calendar.entries(range);
    },
  };
  const deps = {
    tables: { ...opened, calendar },
    clock,
    kinds: keys,
    mail: { to: 'owners', operators: [] },
  } as const;
  for (const limit of [1, 2, 5, 7, 8, 9, 50]) {
    streams = 0;
    const { report } = await overview({ limit }, deps);
    expect([limit, streams]).toEqual([limit, 3]);
    const { items, nextCursor } = await world().app().report({ limit });
    expect([report.items, report.nextCursor]).toEqual([items, nextCursor]);
  }
  streams = 0;
  expect((await overview({ limit: 50, q: 't1' }, deps)).report.items.map(({ name }) => name)).toEqual(['t1']);
  expect(streams).toBe(4);
});
