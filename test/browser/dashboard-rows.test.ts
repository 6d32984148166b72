/** Adding, changing, removing and importing rows in a real browser: phone and wide screen, light and dark, by keyboard, without a script. */
import { readFileSync } from 'node:fs';
import type { Page } from 'playwright-core';
import { functionsOf } from '../../src/functions';
import { HOSTILE } from '../support/dashboard';
import { useHost } from '../support/host';
import { CONTOSO, HOST } from '../support/story';
import { useWorld } from '../support/world';
import { faintTexts, overflow, useBrowser } from './browser';

const newPage = useBrowser();
const world = useWorld();
const hosting = useHost();
const ENV = { SWEEP_SCHEDULE: '0 0 0 1 1 *', REMIND_SCHEDULE: '0 0 0 1 1 *' };
const TARGET = `dashboard/${encodeURIComponent(CONTOSO)}/gateway`;
const LONG = 'x'.repeat(300);
let host = '';
let pages: Page[] = [];

beforeEach(async () => {
  const { app, azure, connectionString, register } = world();
  azure.iotCentral.token(HOST, 'gateway').expires('2026-06-06T12:00:00Z');
  azure.iotCentral.token(HOST, 'newer').expires('2027-06-06T12:00:00Z');
  await register(CONTOSO, 'gateway', { owners: 'ada@example.com', displayName: HOSTILE, notes: LONG });
  await world().sweep();
  host = (await hosting.start(functionsOf(app), { env: ENV, connectionString })).url;
});
// An open page keeps fetching its address, even when its host is closed.
afterEach(async () => {
  for (const page of pages) await page.context().close();
  pages = [];
});

async function open(path: string, options: Parameters<typeof newPage>[0]): Promise<Page> {
  const page = await newPage(options);
  pages.push(page);
  await page.goto(`${host}/api/${path}`);
  return page;
}

async function submit(page: Page, name: string | RegExp): Promise<void> {
  await Promise.all([page.waitForEvent('load'), page.getByRole('button', { name, exact: true }).click()]);
}

const CSV = `scope,name,owners\n${CONTOSO},one,ada@example.com\n${CONTOSO},${LONG},nobody\n`;

/** Every page that these forms lead to, one after the other. */
const STEPS: readonly [name: string, reach: (page: Page) => Promise<unknown>][] = [
  ['add', page => page.goto(`${host}/api/dashboard/add?kind=iotCentralToken`)],
  [
    'not added',
    async page => {
      await page.getByLabel('Address of the application').fill(`https://${LONG}.example/`);
      await page.getByLabel('Owners').fill('nobody');
      await submit(page, 'Add it');
    },
  ],
  ['import', page => page.goto(`${host}/api/dashboard/import`)],
  [
    'report',
    async page => {
      await page.getByLabel('Or its text').fill(CSV);
      await submit(page, 'Show what would happen');
    },
  ],
  ['imported', page => submit(page, 'Import 1 line')],
  ['target', page => page.goto(`${host}/api/${TARGET}`)],
  ['paused', page => submit(page, 'Pause')],
  ['undone', page => submit(page, 'Undo the last change')],
  [
    'not snoozed',
    async page => {
      await page.getByText('Snooze…', { exact: true }).click();
      await submit(page, 'Snooze');
    },
  ],
  [
    'snoozed',
    async page => {
      await page.getByRole('textbox', { name: 'Why' }).fill(LONG);
      await submit(page, 'Snooze');
    },
  ],
  [
    'proposal',
    async page => {
      await page.getByText('Replace…', { exact: true }).click();
      await page.getByLabel('Id or address of the new one').fill('newer');
      await submit(page, 'Read the new one');
    },
  ],
  ['replaced', page => submit(page, 'Stop watching the old one')],
  ['removal', page => page.getByRole('link', { name: 'Remove…' }).click()],
  ['removed', page => submit(page, 'Remove it')],
];

describe.each([390, 1440])('at %i pixels', width => {
  test.each(['light', 'dark'] as const)(
    'every page fits, can be read and passes axe-core in the %s scheme',
    async colorScheme => {
      const page = await open('dashboard', { viewport: { width, height: 900 }, colorScheme });
      for (const [name, reach] of STEPS) {
        await reach(page);
        const folder = process.env.SCREENSHOTS;
        if (folder !== undefined)
          await page.screenshot({
            path: `${folder}/rows-${name}-${width}-${colorScheme}.png`,
            fullPage: true,
          });
        expect([name, await overflow(page), await faintTexts(page), await violations(page)]).toEqual([
          name,
          0,
          [],
          [],
        ]);
      }
    },
  );
});

/** What axe-core finds, as `rule: element`. */
async function violations(page: Page): Promise<string[]> {
  await page.evaluate(readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8'));
  return await page.evaluate(
    "axe.run().then(({ violations }) => violations.flatMap(({ id, nodes }) => nodes.map(({ target }) => id + ': ' + target)))",
  );
}

test('by keyboard alone and without a script a target is added, checked, removed and put back', async () => {
  const page = await open('dashboard', { javaScriptEnabled: false });
  const press = async (name: string) => {
    await page.getByRole('button', { name, exact: true }).focus();
    await Promise.all([page.waitForEvent('load'), page.keyboard.press('Enter')]);
  };
  const follow = async (name: string) => {
    await page.getByRole('link', { name, exact: true }).focus();
    await Promise.all([page.waitForEvent('load'), page.keyboard.press('Enter')]);
  };
  await follow('Add a target');
  // Whatever form is open, a pasted address is understood.
  await page.locator('#place').focus();
  await page.keyboard.type(`https://${HOST}/api/apiTokens/newer`);
  await Promise.all([page.waitForEvent('load'), page.keyboard.press('Enter')]);
  expect(await page.locator('.notice').textContent()).toContain('Added.');
  await press('Check now');
  expect(await page.locator('.notice').textContent()).toContain('it expires Sun 6 Jun 2027, 12:00 UTC');
  await follow('Remove…');
  await press('Remove it');
  await press('Undo the last change');
  expect(await page.locator('.notice').textContent()).toContain('Undone.');
  expect(await world().app().findRow({ scope: CONTOSO, name: 'newer' })).toBeDefined();
});

test('a file is chosen, looked at and imported without a script', async () => {
  const page = await open('dashboard/import', { javaScriptEnabled: false });
  const buffer = Buffer.from(`\ufeff${CSV}`, 'utf16le');
  await page.locator('#file').setInputFiles({ name: 'rows.csv', mimeType: 'text/csv', buffer });
  await submit(page, 'Show what would happen');
  await submit(page, 'Import 1 line');
  expect(await page.locator('[role=status]').first().textContent()).toContain('1 rejected, 1 created');
  await page.reload();
  expect(await page.locator('main').textContent()).toContain('so nothing was imported');
});
