import { parse } from 'csv-parse/sync';
import { DAY, MINUTE, SECOND } from '../../src/formats/instant';
import { day } from '../../src/formats/when';
import { type Answered, type Ask, asking } from '../support/asking';
import { instant } from '../support/clock';
import { useHost } from '../support/host';
import { CONTOSO, HOST } from '../support/story';
import { START, useWorld } from '../support/world';

const world = useWorld();
const hosting = useHost();
const NOW = instant(START);
let ask: Ask;
beforeEach(async () => {
  ask = await asking(world(), hosting);
});

const token = (name: string) => world().azure.iotCentral.token(HOST, name);
const watched = async (name: string, days: number, columns: Record<string, unknown> = {}) => {
  token(name).expires(NOW + days * DAY);
  await world().register(CONTOSO, name, { owners: 'ada@example.com', ...columns });
};
const accept = (type: string, more: Record<string, string> = {}): RequestInit => ({
  headers: { accept: type, ...more },
});
const namesOf = ({ body }: Answered): string[] =>
  Array.isArray(body.items) ? body.items.map(item => String(Object(item).name)) : [];

describe('as CSV', () => {
  test('status has the fields of its JSON, flat, and no formula', async () => {
    await watched('gateway', -3, {
      displayName: '=HYPERLINK("https://evil.example","x")',
      owners: 'ada@example.com b@example.com',
    });
    token('lost').misbehaves({ fault: 'status', status: 403, code: 'Forbidden' });
    await world().register(CONTOSO, 'lost', { displayName: '@SUM(A1)\n"x",' });
    await world().sweep();
    const { status, headers, text } = await ask('status', accept('text/csv'));
    expect([status, headers.get('content-type'), headers.get('vary')]).toEqual([
      200,
      'text/csv; charset=utf-8; header=present',
      'Accept',
    ]);
    const rows: Record<string, string>[] = parse(text, { columns: true });
    const { body } = await ask('status');
    const items: unknown[] = Array.isArray(body.items) ? body.items : [];
    const [gateway, lost] = rows;
    expect(gateway).toMatchObject({
      scope: CONTOSO,
      name: 'gateway',
      displayName: `'=HYPERLINK("https://evil.example","x")`,
      owners: 'ada@example.com b@example.com',
      expiresOn: '2026-05-29T00:00:00.000Z',
      remainingSeconds: String((-3 * DAY) / SECOND),
      minted: 'false',
      standing: 'expired',
      failureCode: '',
    });
    expect(lost).toMatchObject({
      displayName: `'@SUM(A1)\n"x",`,
      expiresOn: '',
      failureCode: 'notAllowed',
      failureMessage: Object(Object(items[1]).failure).message,
      failureCount: '1',
    });
    const flat = new Set(items.flatMap(item => Object.keys(Object(item))).filter(key => key !== 'failure'));
    for (const field of flat) expect(Object.keys(gateway ?? {})).toContain(field);
  });

  test.each([
    ['text/csv', true],
    ['TEXT/CSV; header=present', true],
    ['text/csv, application/json;q=0.5', true],
    ['application/json, text/csv;q=0.9', false],
    ['text/csv;q=0', false],
    ['text/csv, */*', true],
    ['*/*;q=0.9, text/csv;q=0.1', false],
    ['text/csv;q=0.3, application/*;q=0.8', false],
    ['*/*', false],
    ['text/html,*/*;q=0.8', false],
    ['', false],
    ['text/csv;q=nonsense', false],
  ])('is what Accept: %s asks for: %p', async (type, isCsv) => {
    const { headers } = await ask('status', accept(type));
    expect(headers.get('content-type')?.startsWith('text/csv')).toBe(isCsv);
  });

  test('the next page is a link, without the key', async () => {
    await watched('a', 1);
    await watched('b', 2);
    await world().sweep();
    const { headers, text } = await ask(
      'status?limit=1&code=secret&owner=ada@example.com',
      accept('text/csv'),
    );
    const link = /^<(\?[^>]*)>; rel="next"$/.exec(headers.get('link') ?? '')?.[1] ?? '';
    expect([text.includes(',a,'), link.includes('secret')]).toEqual([true, false]);
    const next = await ask(`status${link}`, accept('text/csv'));
    expect([next.text.includes(',b,'), next.headers.get('link')]).toEqual([true, null]);
  });
});

describe('the entity tag', () => {
  beforeEach(async () => {
    await watched('gateway', 31);
    await world().sweep();
  });
  const etag = async (path = 'status', init: RequestInit = {}) =>
    (await ask(path, init)).headers.get('etag') ?? '';
  const known = async (tag: string, init: RequestInit = {}) =>
    (await ask('status', { ...init, headers: { ...init.headers, 'if-none-match': tag } })).status;

  test('is weak, and the same while only time passes; then the answer is 304 without a body', async () => {
    const tag = await etag();
    expect(tag).toMatch(/^W\/"[0-9a-f]{32}"$/);
    world().clock.pass(MINUTE);
    expect(await etag()).toBe(tag);
    const { status, headers, text } = await ask('status', { headers: { 'if-none-match': `"x", ${tag}` } });
    expect([status, text, headers.get('etag'), headers.get('vary')]).toEqual([304, '', tag, 'Accept']);
    expect(headers.get('cache-control')).toBe('private, no-cache');
    expect(await known('*')).toBe(304);
    expect(await known('"other"')).toBe(200);
    expect(await known('nonsense')).toBe(200);
  });

  test('changes with a standing that time alone changes, and with what is read', async () => {
    const tag = await etag();
    world().clock.pass(2 * DAY);
    expect(await known(tag)).toBe(200);
    const later = await etag();
    token('gateway').expires(NOW + 400 * DAY);
    await world().sweep();
    expect(await known(later)).toBe(200);
  });

  test('of JSON is not that of CSV, nor of another question', async () => {
    const tag = await etag();
    expect(await known(tag, accept('text/csv'))).toBe(200);
    expect(await known(await etag('status', accept('text/csv')), accept('text/csv'))).toBe(304);
    expect(await etag('status?standing=expired')).not.toBe(tag);
  });

  test('comes with HEAD, too', async () => {
    const tag = await etag();
    const head = await ask('status', { method: 'HEAD' });
    expect([head.status, head.text, head.headers.get('etag')]).toEqual([200, '', tag]);
  });
});

test('paging while sweeps run neither skips nor repeats what stays where it is', async () => {
  const staying = Array.from({ length: 20 }, (_, n) => `t${String(n).padStart(2, '0')}`);
  for (const [n, name] of staying.entries()) await watched(name, 10 + n);
  for (const name of ['moves-back', 'moves-on', 'goes']) await watched(name, 12);
  await world().sweep();
  const seen: string[] = [];
  const movedOn = ['moves-on'];
  let page = await ask('status?limit=4');
  for (let turn = 0; ; turn += 1) {
    seen.push(...namesOf(page));
    if (page.body.nextCursor === null) break;
    // Between two pages rows change, also the one that the cursor names.
    world().clock.pass(7 * 60 * MINUTE);
    if (turn === 0) {
      token('moves-back').expires(NOW + 5 * DAY);
      token('moves-on').expires(NOW + 200 * DAY);
      await world().unregister(CONTOSO, 'goes');
      await watched('comes', 11);
    }
    const last = seen.at(-1) ?? '';
    if (turn === 1) {
      token(last).expires(NOW + 300 * DAY);
      movedOn.push(last);
    }
    await world().sweep();
    page = await ask(`status?limit=4&cursor=${String(page.body.nextCursor)}`);
  }
  // Only a target that moved may be listed twice, the second time on a later page.
  const first = seen.filter((name, index) => staying.includes(name) && seen.indexOf(name) === index);
  expect(first).toEqual(staying);
  const again = seen.filter((name, index) => seen.indexOf(name) !== index);
  expect(again.filter(name => !movedOn.includes(name))).toEqual([]);
});

describe('a target that the calendar lists twice, since a sweep moves it', () => {
  /** Adds a calendar row of a target; without days its expiry is not known. */
  const list = async (name: string, days: number | undefined, checkedOn: number) => {
    const { calendar } = world().tables;
    const key = { scope: CONTOSO, name };
    const expiresOn = days === undefined ? undefined : NOW + days * DAY;
    const listing = {
      kind: 'iotCentralToken',
      displayName: name,
      owners: [],
      expiresOn,
      expiringFrom: expiresOn && expiresOn - 7 * DAY,
      minted: false,
      failing: false,
      check: 'ok' as const,
      checkedOn,
    };
    await calendar.write([{ ...key, key: calendar.keyOf(key, expiresOn), listing }], []);
  };
  const pages = async (query: string) => {
    const seen: string[][] = [];
    let page = await ask(`status?${query}`);
    for (;;) {
      const items = Array.isArray(page.body.items) ? page.body.items : [];
      seen.push(items.map(item => `${Object(item).name} ${Object(item).remainingSeconds / (DAY / SECOND)}`));
      if (page.body.nextCursor === null) return seen;
      page = await ask(`status?${query}&cursor=${String(page.body.nextCursor)}`);
    }
  };

  test('is on a page once, as it was checked last', async () => {
    await list('on', 1, NOW - 2);
    await list('a', 2, NOW);
    await list('on', 300, NOW - 1);
    await list('back', 3, NOW - 1);
    await list('back', 400, NOW - 2);
    await list('z', 500, NOW);
    expect(await pages('limit=10')).toEqual([['a 2', 'back 3', 'on 300', 'z 500']]);
    // A target that moves on may be on a later page again.
    expect(await pages('limit=2')).toEqual([['on 1', 'a 2'], ['back 3', 'on 300'], ['z 500']]);
  });

  test('is not shown as expired if its newer row is not', async () => {
    await list('on', -1, NOW - 2);
    await list('on', 300, NOW - 1);
    await list('other', -1, NOW);
    expect(await pages('standing=expired,expiring&limit=5')).toEqual([['other -1']]);
  });

  test.each<[string, number, number | undefined, number, number | undefined]>([
    ['the later one when it was checked later', 1, 60, 2, 60],
    ['the sooner one when it was checked later', 2, 60, 1, 1],
    ['the sooner one when both were checked at once', 1, 60, 1, 1],
    ['the one without a date when it was checked later', 1, undefined, 2, undefined],
    ['the one with a date when both were checked at once', 1, undefined, 1, 1],
  ])(
    'is shown by status, metrics and dashboard as %s',
    async (_, checkedOn, laterDays, laterCheckedOn, days) => {
      await list('gateway', 1, NOW - DAY + checkedOn);
      await list('gateway', laterDays, NOW - DAY + laterCheckedOn);
      const { items } = (await ask('status')).body;
      const expiresOn = days === undefined ? null : new Date(NOW + days * DAY).toISOString();
      expect(items).toMatchObject([{ name: 'gateway', expiresOn }]);
      const series =
        (await ask('metrics')).text.match(/^expiry_watcher_target_expiry_.*gateway.* (\d+)$/gm) ?? [];
      expect(series.map(line => Number(line.split(' ').at(-1)))).toEqual(
        days === undefined ? [] : [(NOW + days * DAY) / SECOND],
      );
      // The chart reads only the coming 90 days: it does not see a row beyond them.
      const bars = (await ask('dashboard')).text.match(/<title>\w+ \d+ \w+ \d+: [1-9]/g);
      if (days !== undefined) expect(bars).toEqual([`<title>${day(NOW + days * DAY)}: 1`]);
    },
  );
});
