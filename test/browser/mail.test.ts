/** The mail in a real browser: phone and desktop, light and dark, with nothing loaded from another host. */
import { renderDigest } from '../../src/email/render';
import { dated, digest as digestOf, every, full, links, mixed, operatorNotices } from '../email/digests';
import { faintTexts, overflow, useBrowser } from './browser';

const newPage = useBrowser();

const HOSTILE = '<script>alert(1)</script>\u202Eevil\r\nBcc: x@y.zz';
const hostile = () =>
  digestOf([
    dated({
      name: HOSTILE.repeat(3),
      extra: {
        notes: `${HOSTILE}${'x'.repeat(300)}`,
        runbook: `https://${'very-long-label.'.repeat(12)}example.com/`,
        recipients: [{ address: `${'o'.repeat(64)}@${'x'.repeat(180)}`, isOwner: true }],
        ...links(0),
      },
    }),
  ]);

const WIDTHS = [360, 1000];
const SCHEMES = ['light', 'dark'] as const;

describe.each(WIDTHS)('at %i pixels', width => {
  test.each([
    ['mixed lines', mixed],
    ['lines of every sort', every],
    ['operator notices alone', operatorNotices],
    ['99 lines', full],
    ['hostile names', hostile],
  ])('a mail of %s fits, and asks nothing of the network', async (_what, digest) => {
    const page = await newPage({ viewport: { width, height: 900 } });
    const asked: string[] = [];
    page.on('request', request => asked.push(request.url()));
    await page.setContent(renderDigest(digest(), {}).html);
    expect(await overflow(page)).toBe(0);
    expect(asked).toEqual([]);
  });
});

test.each([
  ['lines of every sort', every],
  ['hostile names', hostile],
])(
  'without its style sheet a mail of %s fits a phone, and hides only its first words',
  async (_what, digest) => {
    const page = await newPage({ viewport: { width: 360, height: 900 } });
    await page.setContent(renderDigest(digest(), {}).html.replace(/<style>[\s\S]*<\/style>/, ''));
    expect(await overflow(page)).toBe(0);
    expect(await page.locator('body > :first-child').isVisible()).toBe(false);
    expect(await page.locator('h1').isVisible()).toBe(true);
  },
);

describe.each(WIDTHS)('at %i pixels', width => {
  test.each(SCHEMES)('every text of the mail can be read in the %s scheme', async colorScheme => {
    const page = await newPage({ viewport: { width, height: 900 }, colorScheme });
    await page.setContent(renderDigest(every(), {}).html);
    expect(await faintTexts(page)).toEqual([]);
  });
});

test('what the mail says is what its text part says, in the same order', async () => {
  const page = await newPage({ viewport: { width: 1000, height: 900 } });
  const { html, text } = renderDigest(every(), {});
  await page.setContent(html);
  const headings = await page.locator('h2').allInnerTexts();
  const places = inOrder(headings, text.slice(text.indexOf('\n---')));
  expect(headings).toHaveLength(every().lines.length);
  expect(places.every(place => place >= 0)).toBe(true);
  expect([...places].sort((a, b) => a - b)).toEqual(places);
});

/** The position of each text after the one before it; -1 where it is missing. */
function inOrder(names: readonly string[], text: string): number[] {
  let from = 0;
  return names.map(name => {
    const place = text.replace(/\s/g, ' ').indexOf(`] ${name}`, from);
    from = place + 1;
    return place;
  });
}
