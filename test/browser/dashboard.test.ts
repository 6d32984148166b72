/** The dashboard in a real browser: phone to wide screen, light and dark, with the keyboard alone, with and without its script. */
import { readFileSync } from 'node:fs';
import type { Page } from 'playwright-core';
import type { App } from '../../src/app';
import { functionsOf } from '../../src/functions';
import { encode } from '../../src/storage/keys';
import type { Overview } from '../../src/watch/report/overview';
import { borrowLease } from '../../src/watch/sweep/lease';
import { HOSTILE, itemAt, NOW, overviewOf, showing, smallFleet } from '../support/dashboard';
import { useHost } from '../support/host';
import { CONTOSO, HOST, ticks } from '../support/story';
import { useWorld } from '../support/world';
import { faintTexts, overflow, useBrowser } from './browser';

const newPage = useBrowser();
const world = useWorld();
const hosting = useHost();
const GATEWAY = { scope: CONTOSO, name: encode('gateway/1') };
const ENV = { SWEEP_SCHEDULE: '0 0 0 1 1 *', REMIND_SCHEDULE: '0 0 0 1 1 *' };
const KEY = 'a-key/of+the=host';
const STALE = [{ code: 'sweepOverdue', message: '2 scopes have finished no sweep for 45 minutes.' }] as const;
const WIDTHS = [360, 768, 1280, 1920];
const SCHEMES = ['light', 'dark'] as const;

let shown: App;
let host = '';
let complaints: string[] = [];

/** The functions over HTTP, on what `shown` is at that moment. */
async function serve(overview = overviewOf(smallFleet())): Promise<void> {
  shown = showing(overview);
  host = (
    await hosting.start(
      functionsOf(() => shown),
      { env: ENV },
    )
  ).url;
}

/** A target that was told about and then can't be read; its names are as hostile as a row can be. */
async function showTarget(): Promise<string> {
  const { register, azure, connectionString, app, clock, tick } = world();
  await register(CONTOSO, encode('gateway/1'), {
    owners: 'ada@example.com, bob@example.com',
    displayName: HOSTILE,
    notes: `${HOSTILE}\n${'long'.repeat(60)}`,
    runbook: 'https://wiki.example.com/gateway?a=1&b="2"',
    thresholds: '30d 20% 7d 0',
  });
  const token = azure.iotCentral.token(HOST, 'gateway/1').expires('2026-06-06T12:00:00Z');
  await tick();
  token.misbehaves({ fault: 'status', status: 403, code: 'Forbidden' });
  clock.to('2026-06-02T00:00:00Z');
  await ticks(world(), 15);
  host = (await hosting.start(functionsOf(app), { env: ENV, connectionString })).url;
  return `dashboard/${encodeURIComponent(CONTOSO)}/${encodeURIComponent(encode('gateway/1'))}`;
}

let pages: Page[] = [];
// An open page keeps fetching its address, even when its host is closed.
afterEach(async () => {
  for (const page of pages) await page.context().close();
  pages = [];
});

async function open(path: string, options: Parameters<typeof newPage>[0]): Promise<Page> {
  const page = await newPage(options);
  pages.push(page);
  complaints = [];
  page.on('console', message => {
    if (!/the server responded with a status of 4/.test(message.text())) complaints.push(message.text());
  });
  page.on('pageerror', error => complaints.push(error.message));
  page.on('request', request => {
    if (!request.url().startsWith(host)) complaints.push(request.url());
  });
  await page.goto(`${host}/api/${path}`);
  return page;
}

async function openAll(page: Page): Promise<void> {
  await page.evaluate("document.querySelectorAll('details').forEach(details => { details.open = true; })");
}

/** Keeps a screenshot if a person wants to look at it. */
async function shoot(page: Page, name: string): Promise<void> {
  const folder = process.env.SCREENSHOTS;
  if (folder !== undefined)
    await page.screenshot({ path: `${folder}/dashboard-${name}.png`, fullPage: true });
}

const BUSY = () =>
  Array.from({ length: 900 }, (_, index) => itemAt(`t${index}`, NOW + (index / 10 + 0.01) * 86_400_000));

const LONG = () => {
  const [name, owner] = ['w'.repeat(200), `${'o'.repeat(64)}@${'d'.repeat(60)}.example.com`];
  const more = { displayName: name, owners: Array.from({ length: 10 }, () => owner) };
  return [itemAt(name, NOW - 1, more), itemAt(`${name}2`, NOW + 86_400_000, { ...more, scope: `x:${name}` })];
};

const PAGES: readonly [name: string, path: string, overview: () => Overview, reasons: typeof STALE | []][] = [
  ['fleet', 'dashboard?code=1', () => overviewOf(smallFleet()), []],
  ['stale', 'dashboard?standing=expired&order=name', () => overviewOf(smallFleet()), STALE],
  ['busy', 'dashboard?page=2', () => overviewOf(BUSY(), { nextCursor: '2026-06-09T00:00:00.000Z|' }), []],
  ['long', `dashboard?q=${'w'.repeat(300)}&owner=a`, () => overviewOf(LONG()), STALE],
  ['empty', 'dashboard', () => overviewOf([], { countsAsOf: undefined }), []],
  [
    'faults',
    `dashboard?within=soon&standing=dead&bogus=1&scope=${'x'.repeat(1_500)}`,
    () => overviewOf([]),
    [],
  ],
];

describe.each(WIDTHS)('at %i pixels', width => {
  test.each(SCHEMES)('every page fits and can be read in the %s scheme', async colorScheme => {
    await serve();
    for (const [name, path, overview, reasons] of PAGES) {
      shown = showing(overview(), reasons);
      const page = await open(path, { viewport: { width, height: 900 }, colorScheme });
      await shoot(page, `${name}-${width}-${colorScheme}`);
      await openAll(page);
      expect([name, await overflow(page), await faintTexts(page), complaints]).toEqual([name, 0, [], []]);
    }
  });

  test('a target’s page fits and can be read in either scheme', async () => {
    const path = await showTarget();
    for (const colorScheme of SCHEMES) {
      const page = await open(path, { viewport: { width, height: 900 }, colorScheme });
      await shoot(page, `target-${width}-${colorScheme}`);
      await openAll(page);
      expect([await overflow(page), await faintTexts(page), complaints]).toEqual([0, [], []]);
    }
  });
});

/** Presses a button, and waits for the next page. */
async function submit(page: Page, name: string): Promise<void> {
  const button = page.getByRole('button', { name, exact: true });
  await Promise.all([page.waitForEvent('load'), button.click()]);
}

const openEdit = (page: Page) => page.getByText('Edit…', { exact: true }).click();

/** The target's page after each action of a person, one after the other. */
const DOINGS: readonly [name: string, reach: (page: Page) => Promise<void>][] = [
  ['edit', openEdit],
  [
    'faults',
    async page => {
      await page.getByLabel('Thresholds').fill('soon, 30d');
      await page.getByLabel('Runbook').fill('wiki');
      await submit(page, 'Save');
    },
  ],
  [
    'conflict',
    async page => {
      const row = await world().app().findRow(GATEWAY);
      await world().register(GATEWAY.scope, GATEWAY.name, { ...row?.columns, owners: 'eve@example.com' });
      await page.getByLabel('Thresholds').fill('30d 1d');
      await page.getByLabel('Runbook').fill('');
      await submit(page, 'Save');
    },
  ],
  ['saved', page => submit(page, 'Save')],
  ['checked', page => submit(page, 'Check now')],
  [
    'unrecorded',
    async page => {
      await borrowLease(world().tables.scopes, CONTOSO, world().clock);
      await submit(page, 'Check now');
    },
  ],
];

describe.each(WIDTHS)('at %i pixels', width => {
  test.each(SCHEMES)(
    'whatever comes of check and edit fits and can be read in the %s scheme',
    async colorScheme => {
      const page = await open(await showTarget(), { viewport: { width, height: 900 }, colorScheme });
      for (const [name, reach] of DOINGS) {
        await reach(page);
        await shoot(page, `target-${name}-${width}-${colorScheme}`);
        expect([name, await overflow(page), await faintTexts(page), complaints]).toEqual([name, 0, [], []]);
      }
    },
  );
});

const AXE = axePath();
const audits = AXE === undefined ? test.skip : test;

/** axe-core where it can be found: beside the other packages, or where AXE says. */
function axePath(): string | undefined {
  try {
    return process.env.AXE ?? require.resolve('axe-core/axe.min.js');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'MODULE_NOT_FOUND') return undefined;
    throw error;
  }
}

/** What axe-core finds, as `rule: element`. */
async function violations(page: Page): Promise<string[]> {
  // The debugger evaluates it; the page's policy does not apply to it.
  await page.evaluate(readFileSync(AXE ?? '', 'utf8'));
  return await page.evaluate(
    "axe.run().then(({ violations }) => violations.flatMap(({ id, nodes }) => nodes.map(({ target }) => id + ': ' + target)))",
  );
}

describe('axe-core (skipped where it is not installed)', () => {
  audits.each([360, 1280])('finds nothing at %i pixels in either scheme', async width => {
    await serve();
    for (const colorScheme of SCHEMES)
      for (const [name, path, overview, reasons] of PAGES) {
        shown = showing(overview(), reasons);
        const page = await open(path, { viewport: { width, height: 900 }, colorScheme });
        await openAll(page);
        expect([name, await violations(page)]).toEqual([name, []]);
      }
  });

  audits.each([360, 1280])('finds nothing on a target’s page at %i pixels', async width => {
    const path = await showTarget();
    for (const colorScheme of SCHEMES) {
      const page = await open(path, { viewport: { width, height: 900 }, colorScheme });
      await openAll(page);
      expect(await violations(page)).toEqual([]);
    }
  });
});

audits.each([360, 1280])(
  'axe-core finds nothing in whatever comes of check and edit at %i pixels',
  async width => {
    const path = await showTarget();
    for (const colorScheme of SCHEMES) {
      const page = await open(path, { viewport: { width, height: 900 }, colorScheme });
      for (const [name, reach] of DOINGS.slice(0, 4)) {
        await reach(page);
        expect([name, await violations(page)]).toEqual([name, []]);
      }
    }
  },
);

test('a keyboard alone skips to the content, filters, and opens a target', async () => {
  await serve();
  const page = await open('dashboard', { viewport: { width: 1280, height: 900 } });
  const focused = () =>
    page.evaluate('document.activeElement.id || document.activeElement.textContent.trim()');
  await page.keyboard.press('Tab');
  expect(await focused()).toBe('Skip to the content');
  expect((await page.locator('.skip').boundingBox())?.x).toBeGreaterThanOrEqual(0);
  await page.keyboard.press('Enter');
  expect(await focused()).toBe('main');
  const walked: unknown[] = [];
  for (let step = 0; step < 60 && walked.at(-1) !== 'order'; step += 1) {
    await page.keyboard.press('Tab');
    walked.push(await focused());
    const outlined = "getComputedStyle(document.activeElement).outlineStyle !== 'none'";
    expect([walked.at(-1), await page.evaluate(outlined)]).toEqual([walked.at(-1), true]);
  }
  expect(walked).toEqual(
    expect.arrayContaining(['q', 'owner', 'within', 'standing', 'check', 'kind', 'order']),
  );
  await page.locator('#q').focus();
  await page.keyboard.type('legacy');
  await Promise.all([page.waitForEvent('load'), page.keyboard.press('Enter')]);
  expect(new URL(page.url()).searchParams.get('q')).toBe('legacy');
  expect(await page.locator('#q').inputValue()).toBe('legacy');
  expect(complaints).toEqual([]);
});

test('it works without scripts: filter, order, pages, and the key goes along without being shown', async () => {
  const hubs = Array.from({ length: 120 }, (_, index) => itemAt(`hub ${index}`, NOW - (index + 1) * 60_000));
  await serve(overviewOf(hubs));
  const page = await open(`dashboard?code=${encodeURIComponent(KEY)}`, { javaScriptEnabled: false });
  const asked = () => new URL(page.url()).searchParams;
  await page.getByLabel('State', { exact: true }).selectOption('expired');
  await Promise.all([page.waitForEvent('load'), page.getByRole('button', { name: 'Show' }).click()]);
  expect([asked().get('standing'), asked().get('code')]).toEqual(['expired', KEY]);
  // The form and what it found are in view.
  expect(new URL(page.url()).hash).toBe('#list');
  expect((await page.locator('.range').boundingBox())?.y).toBeLessThan(720);
  await page.getByRole('columnheader', { name: 'Target' }).getByRole('link').click();
  expect([asked().get('order'), asked().get('standing'), asked().get('code')]).toEqual([
    'name',
    'expired',
    KEY,
  ]);
  await page.getByRole('link', { name: 'Next page' }).click();
  expect([asked().get('standing'), asked().get('page'), asked().get('code')]).toEqual(['expired', '2', KEY]);
  expect(await page.locator('.range').textContent()).toBe('51–100 of 120 that match, of 120 targets');
  await page.getByRole('link', { name: 'State: Expired' }).click();
  expect([asked().get('standing'), asked().get('order'), asked().get('code')]).toEqual([null, 'name', KEY]);
  expect(await page.locator('body').textContent()).not.toContain(KEY);
});

test('a target’s page leads there and back with the key, and its names stay names', async () => {
  const path = await showTarget();
  const code = encodeURIComponent(KEY);
  const page = await open(`dashboard?code=${code}`, { javaScriptEnabled: false });
  await page.getByRole('table').getByRole('link', { name: HOSTILE }).click();
  expect(page.url()).toBe(`${host}/api/${path}?${new URLSearchParams({ code: KEY })}`);
  expect(await page.locator('h1').textContent()).toBe(HOSTILE);
  expect(await page.locator('body').textContent()).not.toContain(KEY);
  await page.getByRole('link', { name: 'Dashboard' }).click();
  expect(new URL(page.url()).searchParams.get('code')).toBe(KEY);
  expect(await page.locator('h1').textContent()).toBe('1 expiring');
  expect(complaints).toEqual([]);
});

test('headings come in order, and whatever is pressed is large enough', async () => {
  const path = await showTarget();
  for (const where of ['dashboard', path]) {
    const page = await open(where, { viewport: { width: 360, height: 800 } });
    const levels: number[] = await page.evaluate(
      "[...document.querySelectorAll('h1,h2,h3,h4')].map(heading => Number(heading.tagName[1]))",
    );
    expect(levels.filter(level => level === 1)).toHaveLength(1);
    expect(levels.every((level, index) => index === 0 || level <= (levels[index - 1] ?? 0) + 1)).toBe(true);
    const boxes = await page
      .locator('button, summary, select, input[type=text], .tile, .chips a, .filtered a, .top a')
      .all();
    for (const box of boxes) expect((await box.boundingBox())?.height).toBeGreaterThanOrEqual(24);
  }
});

describe.each([true, false])('with scripts %p', javaScriptEnabled => {
  test('check now and edit work, and the key goes along without being shown', async () => {
    const path = await showTarget();
    const page = await open(`${path}?code=${encodeURIComponent(KEY)}`, { javaScriptEnabled });
    await submit(page, 'Check now');
    expect(await page.locator('.notice').textContent()).toContain('the read failed: notAllowed');
    await openEdit(page);
    await page.getByLabel('Owners').fill('eve@example.com');
    await page.getByLabel('Thresholds').fill('soon');
    await submit(page, 'Save');
    expect(await page.getByLabel('Owners').inputValue()).toBe('eve@example.com');
    expect(await page.locator('#thresholds:focus').count()).toBe(1);
    await page.getByLabel('Thresholds').fill('14d');
    await submit(page, 'Save');
    expect(await page.getByRole('status').first().textContent()).toContain('Saved.');
    const { searchParams } = new URL(page.url());
    expect([searchParams.get('code'), searchParams.get('done')]).toEqual([KEY, 'saved']);
    expect((await world().app().findRow(GATEWAY))?.columns).toMatchObject({
      owners: 'eve@example.com',
      thresholds: '14d',
      displayName: HOSTILE,
      notes: `${HOSTILE}\n${'long'.repeat(60)}`,
    });
    expect(await page.locator('body').textContent()).not.toContain(KEY);
    expect(complaints).toEqual([]);
  });
});

test('a keyboard alone checks and edits', async () => {
  const page = await open(await showTarget(), { viewport: { width: 1280, height: 900 } });
  const focused = () =>
    page.evaluate(
      'document.activeElement.id || document.activeElement.name || document.activeElement.textContent',
    );
  const tabTo = async (what: string) => {
    for (let step = 0; step < 30 && (await focused()) !== what; step += 1) await page.keyboard.press('Tab');
    expect(await focused()).toBe(what);
  };
  await tabTo('Check now');
  await Promise.all([page.waitForEvent('load'), page.keyboard.press('Enter')]);
  await tabTo('Edit…');
  await page.keyboard.press('Enter');
  await tabTo('checkEvery');
  await page.keyboard.type('2h');
  await tabTo('enabled');
  await page.keyboard.press('Space');
  await tabTo('Save');
  await Promise.all([page.waitForEvent('load'), page.keyboard.press('Space')]);
  expect((await world().app().findRow(GATEWAY))?.columns).toMatchObject({
    checkEvery: '2h',
    enabled: 'false',
  });
  expect(complaints).toEqual([]);
});

describe('the script', () => {
  const live = (page: Page) => page.locator('#live').textContent();
  /** Lets a minute pass in the page, and waits for the page that it fetches then. */
  const minute = async (page: Page) => {
    const answered = page.waitForResponse(
      response => response.url().includes('/dashboard') && !response.url().includes('.js'),
    );
    await page.clock.fastForward(61_000);
    await (await answered).finished();
  };
  const opened = async (path: string) => {
    const page = await open('health', {});
    await page.clock.install();
    await page.goto(`${host}/api/${path}`);
    return page;
  };

  test('brings in what is new, and keeps focus, scroll and what is open', async () => {
    await serve();
    const page = await opened(`dashboard?code=${encodeURIComponent(KEY)}`);
    expect(await page.locator('footer').textContent()).toContain('It keeps itself current.');
    await page.locator('#timelineTable summary').click();
    const link = page.getByRole('table').getByRole('link', { name: 'Telemetry ingest (prod)' });
    await link.focus();
    const before = await page.evaluate('[scrollY, document.activeElement.href]');
    const gone = smallFleet().filter(({ name }) => name !== 'legacy-bridge');
    shown = showing(overviewOf([...gone, itemAt('new one', NOW + 86_400_000 * 300)]));
    await minute(page);
    await page.getByRole('link', { name: 'new one' }).waitFor();
    expect(await page.getByText('Legacy bridge').count()).toBe(0);
    expect(await page.evaluate('document.activeElement.href')).toBe(Object(before)[1]);
    expect(await page.evaluate('scrollY')).toBeGreaterThan(0);
    expect(await page.locator('#timelineTable[open]').count()).toBe(1);
    expect(await live(page)).toMatch(/^Updated: At a glance, Act on these now, .*All targets\.$/);
    expect(complaints).toEqual([]);
  });

  test('says nothing where nothing is new', async () => {
    await serve();
    const page = await opened('dashboard');
    await page.evaluate("document.querySelector('table.list').dataset.kept = 'yes'");
    await minute(page);
    await page.clock.runFor(100);
    expect([await live(page), await page.locator('table[data-kept]').count()]).toEqual(['', 1]);
  });

  test('never while a person types or has changed a form', async () => {
    await serve();
    const page = await opened('dashboard');
    let asked = 0;
    page.on('request', () => {
      asked += 1;
    });
    await page.locator('#q').focus();
    await page.clock.fastForward(61_000);
    await page.locator('#q').fill('hub');
    await page.locator('h1').click();
    await page.clock.fastForward(61_000);
    expect([asked, await page.locator('#q').inputValue()]).toEqual([0, 'hub']);
    await page.locator('#q').fill('');
    await page.locator('#q').blur();
    await minute(page);
    expect(asked).toBe(1);
  });

  test('tells discreetly that it could not, and goes on trying', async () => {
    await serve();
    const page = await opened('dashboard');
    shown = new Proxy(shown, {
      get: () => {
        throw new Error('storage');
      },
    });
    await minute(page);
    await page.getByText('The page could not be updated').waitFor();
    expect(await page.getByRole('link', { name: 'Legacy bridge' }).count()).toBeGreaterThan(0);
    shown = showing(overviewOf([itemAt('new one', NOW + 86_400_000)]));
    await minute(page);
    await page.getByRole('link', { name: 'new one' }).first().waitFor();
  });

  test('lets what answers a form stand, and takes a notice away with the next update', async () => {
    const path = await showTarget();
    const page = await opened(path);
    await submit(page, 'Check now');
    expect(await page.locator('.notice').count()).toBe(1);
    await minute(page);
    await page.locator('.notice').waitFor({ state: 'detached' });
    await openEdit(page);
    await page.getByLabel('Thresholds').fill('soon');
    await submit(page, 'Save');
    expect(await page.locator('#pace').count()).toBe(0);
  });

  test('sends "check now" once, and says that it reads', async () => {
    const page = await open(await showTarget(), {});
    const loaded = page.waitForEvent('load');
    const twice = `(() => {
      const form = document.querySelector('.row form');
      const stopped = [];
      addEventListener('submit', event => stopped.push(event.defaultPrevented));
      form.requestSubmit();
      form.requestSubmit();
      return [form.querySelector('button').textContent, ...stopped];
    })()`;
    expect(await page.evaluate(twice)).toEqual(['Reading…', false, true]);
    await loaded;
    expect(await page.locator('.row button').first().textContent()).toBe('Check now');
  });

  test('gives every instant its local time', async () => {
    await serve();
    const page = await open('dashboard', { timezoneId: 'Asia/Tokyo', locale: 'en-GB' });
    const titles: string[] = await page.evaluate(
      "[...document.querySelectorAll('time')].map(time => time.title)",
    );
    expect(titles.length).toBeGreaterThan(20);
    expect(titles.filter(title => !/202\d.*GMT\+9$/.test(title))).toEqual([]);
  });
});
