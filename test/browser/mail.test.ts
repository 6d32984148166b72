/** The mail as a person sees it: phone and desktop, light and dark, without anything from elsewhere. */
import { renderDigest } from '../../src/mail/render';
import { dated, digest as digestOf, full, mixed } from '../mail/digests';
import { overflow, useBrowser } from './browser';

const newPage = useBrowser();

const HOSTILE = '<script>alert(1)</script>\u202Eevil\r\nBcc: x@y.zz';
const hostile = () =>
  digestOf([dated({ name: HOSTILE.repeat(3), extra: { notes: `${HOSTILE}${'x'.repeat(300)}` } })]);

const WIDTHS = [360, 1000];
const SCHEMES = ['light', 'dark'] as const;

describe.each(WIDTHS)('at %i pixels', width => {
  test.each([
    ['mixed lines', mixed],
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

test.each(SCHEMES)('every text of the mail can be read in the %s scheme', async colorScheme => {
  const page = await newPage({ viewport: { width: 1000, height: 900 }, colorScheme });
  await page.setContent(renderDigest(mixed(), {}).html);
  const faint: unknown = await page.evaluate(FAINT_TEXTS);
  expect(faint).toEqual([]);
});

test('what the mail says is what its text part says, in the same order', async () => {
  const page = await newPage({ viewport: { width: 1000, height: 900 } });
  const { html, text } = renderDigest(mixed(), {});
  await page.setContent(html);
  const headings = await page.locator('h2').allInnerTexts();
  const places = headings.map(heading => text.indexOf(heading));
  expect(headings).toHaveLength(5);
  expect(places.every(place => place >= 0)).toBe(true);
  expect([...places].sort((a, b) => a - b)).toEqual(places);
});

/** Texts whose contrast with what is behind them is under WCAG's 4.5, computed in the page. */
const FAINT_TEXTS = `(() => {
  const parse = colour => (colour.match(/[\\d.]+/g) ?? []).map(Number);
  const luminance = ([r, g, b]) => [r, g, b].map(v => v / 255).map(v => v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  const behind = element => {
    for (let e = element; e; e = e.parentElement) {
      const colour = parse(getComputedStyle(e).backgroundColor);
      if (colour.length === 3 || colour[3] === 1) return colour;
    }
    return [255, 255, 255];
  };
  const faint = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement;
    if (!walker.currentNode.data.trim() || getComputedStyle(element).display === 'none') continue;
    const [a, b] = [luminance(parse(getComputedStyle(element).color)), luminance(behind(element))].sort((x, y) => y - x);
    const contrast = (a + 0.05) / (b + 0.05);
    if (contrast < 4.5) faint.push(walker.currentNode.data.trim().slice(0, 40) + ' ' + contrast.toFixed(2));
  }
  return faint;
})()`;
