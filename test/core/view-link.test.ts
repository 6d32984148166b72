/** The signed links that only read: what they are bound to, and that no other kind of link can be used as one. */

import { LINK_LASTS, type LinkSigning } from '../../src/core/snooze';
import { readViewLink, type ViewLink, viewToken, viewUrlOf } from '../../src/core/view-link';
import { DAY } from '../../src/formats/instant';
import { linkFor, readLink } from '../../src/watch/snooze/token';

const NOW = Date.UTC(2026, 5, 1);
const LINKS: LinkSigning = { publicUrl: 'https://watcher.example.com', secret: 's'.repeat(32) };
const KEY = { scope: 'iotCentralToken:contoso.azureiotcentral.com', name: 'gateway' };
const LIST: ViewLink = { owner: 'Ada@example.com', until: NOW + LINK_LASTS };
const ONE: ViewLink = { ...LIST, target: KEY };
const UNREADABLE = { refused: 'unreadable' };
const tokenIn = (url = '') => new URL(url).searchParams.get('t') ?? '';

test.each([
  ['the list', LIST],
  ['one target', ONE],
])('a link to %s is read as it was written, for 120 days', (_what, link) => {
  const token = viewToken(LINKS, link);
  expect(readViewLink(token, LINKS, NOW)).toEqual(link);
  expect(readViewLink(token, LINKS, link.until - 1)).toEqual(link);
  expect(readViewLink(token, LINKS, link.until)).toEqual({ refused: 'over', until: link.until });
  expect(LINK_LASTS).toBe(120 * DAY);
});

test('a link in a mail leads to the page of the public address; without a secret there is none', () => {
  const url = viewUrlOf(LIST.owner, KEY, LINKS, NOW);
  expect(url).toMatch(/^https:\/\/watcher\.example\.com\/api\/mine\?t=1\.[\w-]+\.[\w-]{43}$/);
  expect(readViewLink(tokenIn(url), LINKS, NOW)).toEqual(ONE);
  expect(viewUrlOf(LIST.owner, undefined, undefined, NOW)).toBeUndefined();
});

test('neither kind of link can be used as the other', () => {
  const snooze = tokenIn(linkFor(LINKS, { ...KEY, owner: LIST.owner, about: NOW, until: LIST.until }));
  expect(readViewLink(snooze, LINKS, NOW)).toEqual(UNREADABLE);
  for (const link of [LIST, ONE]) expect(readLink(viewToken(LINKS, link), LINKS, NOW)).toEqual(UNREADABLE);
});

test('every character in turn, changed or cut off, is refused', () => {
  const token = viewToken(LINKS, ONE);
  for (let at = 0; at < token.length; at += 1) {
    const other = token[at] === 'A' ? 'B' : 'A';
    expect(readViewLink(token.slice(0, at) + other + token.slice(at + 1), LINKS, NOW)).toEqual(UNREADABLE);
    expect(readViewLink(token.slice(0, at), LINKS, NOW)).toEqual(UNREADABLE);
  }
});

test('links of the secret before this one are still read; those of any other are not', () => {
  const token = viewToken({ ...LINKS, secret: 'p'.repeat(32) }, LIST);
  expect(readViewLink(token, { ...LINKS, previous: 'p'.repeat(32) }, NOW)).toEqual(LIST);
  expect(readViewLink(token, LINKS, NOW)).toEqual(UNREADABLE);
});
