/** The snooze page in a real browser: phone and desktop, light and dark, with the keyboard alone, without a script. */
import type { Page } from 'playwright-core';
import { functionsOf } from '../../src/functions';
import { useHost } from '../support/host';
import { LINKED, tokenTo } from '../support/snooze';
import { CONTOSO, HOST, mailsAt } from '../support/story';
import { useWorld } from '../support/world';
import { faintTexts, overflow, useBrowser } from './browser';

const newPage = useBrowser();
const world = useWorld({ settings: LINKED });
const hosting = useHost();

const ADA = 'ada.lovelace@example.com';
const LONG = `Gateway of the Reykjavík line ${'x'.repeat(120)} <b>&amp; \u202Elast`;
const KEY = { scope: CONTOSO, name: 'gateway-prod-0001' };

let host = '';
let complaints: string[] = [];

/** An owner who was told, and the functions over HTTP. */
async function furnish(displayName = 'Gateway, Reykjavík line'): Promise<void> {
  const { register, azure, connectionString, app } = world();
  await register(CONTOSO, KEY.name, { owners: `${ADA}, bob@example.com`, displayName });
  azure.iotCentral.token(HOST, KEY.name).expires('2026-07-01T12:00:00Z');
  azure.iotCentral.token(HOST, 'gateway-prod-0002').expires('2027-07-01T12:00:00Z');
  expect(await mailsAt(world(), '2026-06-20T12:00:00Z')).toHaveLength(2);
  const env = { SWEEP_SCHEDULE: '0 0 0 1 1 *', REMIND_SCHEDULE: '0 0 0 1 1 *' };
  host = (await hosting.start(functionsOf(app), { env, connectionString })).url;
}

async function open(options: Parameters<typeof newPage>[0], token = tokenTo(world(), ADA)): Promise<Page> {
  const page = await newPage(options);
  complaints = [];
  // Chromium logs each 4xx answer as an error; this test asks for such answers.
  page.on('console', message => {
    if (!/the server responded with a status of 4/.test(message.text())) complaints.push(message.text());
  });
  page.on('pageerror', error => complaints.push(error.message));
  page.on('request', request => {
    if (!request.url().startsWith(host)) complaints.push(request.url());
  });
  await page.goto(`${host}/api/snooze?t=${token}`);
  return page;
}

/** Keeps a screenshot if a person wants to look at it. */
async function shoot(page: Page, name: string): Promise<void> {
  const folder = process.env.SCREENSHOTS;
  if (folder !== undefined) await page.screenshot({ path: `${folder}/snooze-${name}.png`, fullPage: true });
}

/** Presses a button, and waits for the next page. */
async function submit(page: Page, name: string): Promise<void> {
  const button = page.getByRole('button', { name, exact: true });
  await Promise.all([page.waitForEvent('load'), button.click()]);
}

/** Every state of the page, one after the other, as `name: what to do`. */
const STATES: readonly [name: string, reach: (page: Page) => Promise<void>][] = [
  ['first', async () => {}],
  ['replace', async page => void (await page.locator('summary').click())],
  [
    'faults',
    async page => {
      await page.getByLabel('Another number of days').check();
      await page.getByLabel('Days, 1 to 90').fill('400');
      await page.evaluate("document.querySelectorAll('form').forEach(form => { form.noValidate = true; })");
      await submit(page, 'Snooze');
    },
  ],
  [
    'snoozed',
    async page => {
      await page.getByLabel('30 days').check();
      await page.getByLabel('Why').fill('The vendor renews it with the firmware next week; ticket 4711');
      await submit(page, 'Snooze');
    },
  ],
  ['change', async page => void (await page.getByText('Change the snooze').first().click())],
  ['undone', page => submit(page, 'Undo the snooze')],
  [
    'badNewId',
    async page => {
      await page.locator('summary').click();
      await page.getByLabel('Id of the new').fill(KEY.name);
      await submit(page, 'Stop watching the old one');
    },
  ],
  [
    'proposed',
    async page => {
      await page.getByLabel('Id of the new').fill('gateway-prod-0002');
      await submit(page, 'Stop watching the old one');
    },
  ],
  ['replaced', page => submit(page, 'Stop watching the old one')],
  ['stopped', async page => void (await page.goto(page.url()))],
  ['watchedAgain', page => submit(page, 'Watch the old one again')],
  [
    'noReason',
    async page => {
      await page.locator('summary').click();
      await submit(page, 'Stop watching the old one');
    },
  ],
  [
    'notVerified',
    async page => {
      await page.getByLabel('When the new one expires').fill('2027-05-01');
      await page.getByLabel('Or the reason').fill('The vendor watches the new one; ticket 4712');
      await submit(page, 'Stop watching the old one');
    },
  ],
];

describe.each([360, 1000])('at %i pixels', width => {
  test.each(['light', 'dark'] as const)(
    'every state fits and can be read in the %s scheme',
    async colorScheme => {
      await furnish();
      const page = await open({ viewport: { width, height: 800 }, colorScheme });
      for (const [name, reach] of STATES) {
        await reach(page);
        await shoot(page, `${width}-${colorScheme}-${name}`);
        expect([name, await overflow(page), await faintTexts(page)]).toEqual([name, 0, []]);
      }
      expect(complaints).toEqual([]);
    },
  );

  test('a long and hostile name fits, and stays a name', async () => {
    await furnish(LONG);
    const page = await open({ viewport: { width, height: 800 } });
    await shoot(page, `${width}-light-hostile`);
    expect(await overflow(page)).toBe(0);
    expect(await page.locator('h1').textContent()).toBe(LONG);
    expect(complaints).toEqual([]);
  });

  test('whatever is clicked is large enough for a thumb', async () => {
    await furnish();
    const page = await open({ viewport: { width, height: 800 } });
    await page.locator('summary').click();
    await page.getByLabel('Another number of days').check();
    const boxes = await page.locator('button, summary, .choice, textarea, input[type=text]').all();
    for (const box of boxes) expect((await box.boundingBox())?.height).toBeGreaterThanOrEqual(44);
  });
});

test('a keyboard alone snoozes and undoes', async () => {
  await furnish();
  const page = await open({ viewport: { width: 1000, height: 800 } });
  const { keyboard } = page;
  const press = async (...keys: string[]) => {
    for (const key of keys) await keyboard.press(key);
  };
  const focused = () => page.evaluate('document.activeElement.textContent || document.activeElement.name');
  // From 7 days past 30 and 90 to another number, then into the field that opens.
  await press('Tab', 'ArrowDown', 'ArrowDown', 'ArrowDown', 'Tab');
  expect(await focused()).toBe('otherDays');
  await keyboard.type('45');
  await press('Tab');
  await keyboard.type('waiting for the vendor');
  await press('Tab');
  expect(await focused()).toBe('Snooze');
  await Promise.all([page.waitForEvent('load'), press('Enter')]);
  expect(await page.getByRole('status').textContent()).toContain('until Tue 4 Aug 2026, 12:00 UTC');
  await press('Tab');
  expect(await focused()).toBe('Undo the snooze');
  await Promise.all([page.waitForEvent('load'), press('Space')]);
  expect(await page.getByRole('status').textContent()).toContain('Not snoozed any more');
  expect((await world().tables.expiries.row(KEY))?.snoozes.size).toBe(0);
  expect(complaints).toEqual([]);
});

test('it works without scripts, and the first faulty field has the cursor', async () => {
  await furnish();
  const page = await open({ viewport: { width: 360, height: 800 }, javaScriptEnabled: false });
  await page.getByLabel('Why').fill('   ');
  await submit(page, 'Snooze');
  await page.getByRole('alert').waitFor();
  expect(await page.locator('textarea:focus').count()).toBe(1);
  await page.getByLabel('1 day', { exact: false }).first().check();
  await page.getByLabel('Why').fill('on holiday');
  await submit(page, 'Snooze');
  await page.getByRole('status').waitFor();
  await page.reload();
  expect((await world().tables.expiries.row(KEY))?.snoozes.get(ADA)?.reason).toBe('on holiday');
});

test('without a script it reads the new one, asks, stops the old one and undoes that', async () => {
  await furnish();
  const page = await open({ viewport: { width: 360, height: 800 }, javaScriptEnabled: false });
  const replacedBy = async () => (await world().tables.registry.row(KEY))?.columns.replacedBy;
  await page.locator('summary').click();
  await page.getByLabel('Id of the new').fill('gateway-prod-0002');
  await submit(page, 'Stop watching the old one');
  expect(await page.getByRole('status').textContent()).toContain('Nothing is stopped yet');
  expect(await page.locator('form dl').textContent()).toContain('Thu 1 Jul 2027, 12:00 UTC');
  expect(await replacedBy()).toBeUndefined();
  await submit(page, 'Stop watching the old one');
  expect(await page.locator('h1').textContent()).toContain('is no longer watched');
  expect(await replacedBy()).toBe('gateway-prod-0002');
  await submit(page, 'Watch the old one again');
  expect(await page.getByRole('status').textContent()).toContain('Watched again.');
  expect(await replacedBy()).toBe('');
});

test('the number of days shows only while it is asked for', async () => {
  await furnish();
  const page = await open({ viewport: { width: 360, height: 800 } });
  const field = page.getByLabel('Days, 1 to 90');
  expect(await field.isVisible()).toBe(false);
  await page.getByLabel('Another number of days').check();
  expect(await field.isVisible()).toBe(true);
  // A person may choose again: the text in the hidden field must not stop the form.
  await field.fill('400');
  await page.getByLabel('30 days').check();
  await page.getByLabel('Why').fill('on holiday');
  await submit(page, 'Snooze');
  expect(await page.getByRole('status').textContent()).toContain('20 Jul 2026');
});
