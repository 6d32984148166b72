import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import type { Reminder } from '../../../src/core/reminder';
import { LINK_LASTS, type LinkSigning } from '../../../src/core/snooze';
import { DAY } from '../../../src/formats/instant';
import { type Link, linkFor, readLink, snoozeUrlOf } from '../../../src/watch/snooze/token';
import { fixed } from '../../core/states';

const NOW = Date.UTC(2026, 5, 1);
const LINKS: LinkSigning = { publicUrl: 'https://watcher.example.com', secret: 's'.repeat(32) };
const LINK: Link = {
  scope: 'iotCentralToken:contoso.azureiotcentral.com',
  name: 'gateway~2F1',
  owner: 'Ada@example.com',
  about: NOW + 30 * DAY,
  until: NOW + LINK_LASTS,
};

const tokenIn = (url: string) => new URL(url).searchParams.get('t') ?? '';
const tokenOf = (link: Link, links = LINKS) => tokenIn(linkFor(links, link));
const UNREADABLE = { refused: 'unreadable' };

test('a link leads to the snooze route of the public address, in characters that no mail breaks', () => {
  expect(linkFor(LINKS, LINK)).toMatch(
    /^https:\/\/watcher\.example\.com\/api\/snooze\?t=1\.[\w-]+\.[\w-]{42}[A-Za-z0-9]$/,
  );
  expect(linkFor(LINKS, LINK).length).toBeLessThan(330);
});

test.each([
  ['an expiry', LINK],
  ['no known expiry', { ...LINK, about: undefined }],
  ['names in every script', { ...LINK, scope: 'x:é', name: '日本"\\\n', owner: "o'neill@example.com" }],
])('a link about %s is read as it was written', (_what, link) => {
  expect(readLink(tokenOf(link), LINKS, NOW)).toEqual(link);
});

test('any one character changed, dropped or added is refused', () => {
  const token = tokenOf(LINK);
  const character = fc.constantFrom(...'ABCXYZabcxyz0189-_.~+/= \n\0é');
  fc.assert(
    fc.property(fc.nat(token.length - 1), character, (at, other) => {
      const changed = token.slice(0, at) + other + token.slice(at + 1);
      const kept = changed === token ? LINK : UNREADABLE;
      expect(readLink(changed, LINKS, NOW)).toEqual(kept);
      expect(readLink(token.slice(0, at) + token.slice(at + 1), LINKS, NOW)).toEqual(UNREADABLE);
      expect(readLink(token.slice(0, at) + other + token.slice(at), LINKS, NOW)).toEqual(UNREADABLE);
    }),
    { numRuns: 1_000 },
  );
});

test('every character in turn, by each other one of its alphabet, is refused', () => {
  const token = tokenOf(LINK);
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  const read = [...token].flatMap((own, at) =>
    [...alphabet]
      .filter(other => other !== own)
      .map(other => readLink(token.slice(0, at) + other + token.slice(at + 1), LINKS, NOW))
      .filter(answer => !('refused' in answer)),
  );
  expect(read).toEqual([]);
});

test('the same content signed by the same secret for another purpose is no link of ours', () => {
  const [version, content = ''] = tokenOf(LINK).split('.');
  const signed = (purpose: string) =>
    createHmac('sha256', LINKS.secret).update(`${purpose}${content}`).digest('base64url');
  const read = (purpose: string) => readLink(`${version}.${content}.${signed(purpose)}`, LINKS, NOW);
  expect([read('snooze.1.'), read(''), read('status.1.')]).toEqual([LINK, UNREADABLE, UNREADABLE]);
});

test.each(['', '1', '1..', 'null', '1.e30.AAAA', `1.${'A'.repeat(100_000)}.${'A'.repeat(43)}`])(
  'what is no token at all is refused: %.20s',
  text => {
    expect(readLink(text, LINKS, NOW)).toEqual(UNREADABLE);
  },
);

test('one link’s signature is no good for another', () => {
  const [version, , signature] = tokenOf(LINK).split('.');
  const [, content] = tokenOf({ ...LINK, owner: 'eve@example.com' }).split('.');
  expect(readLink(`${version}.${content}.${signature}`, LINKS, NOW)).toEqual(UNREADABLE);
});

test('it ends, to the millisecond, and outlives the longest snooze', () => {
  const token = tokenOf(LINK);
  expect(readLink(token, LINKS, LINK.until - 1)).toEqual(LINK);
  expect(readLink(token, LINKS, LINK.until)).toEqual({ refused: 'over', until: LINK.until });
  expect(LINK_LASTS).toBeGreaterThan(90 * DAY);
});

test('after a change of secrets the previous one still reads, and the new one signs', () => {
  const before: LinkSigning = { ...LINKS, secret: 'previous'.repeat(4) };
  const after: LinkSigning = { ...LINKS, previous: before.secret };
  expect(readLink(tokenOf(LINK, before), after, NOW)).toEqual(LINK);
  expect(readLink(tokenOf(LINK, after), LINKS, NOW)).toEqual(LINK);
  expect(readLink(tokenOf(LINK, after), before, NOW)).toEqual(UNREADABLE);
  expect(readLink(tokenOf(LINK, before), LINKS, NOW)).toEqual(UNREADABLE);
});

describe('a line of a mail', () => {
  const state = fixed(NOW + 30 * DAY, NOW);
  const reminder = (reason: string): Reminder => ({
    ...state,
    owner: 'ada@example.com',
    reason,
    about: NOW + 30 * DAY,
    crossedOn: NOW,
    since: NOW,
  });

  test.each(['30d', '0', '-7d', '20%', 'gone', 'missing', 'unreadable'])(
    'that says %s has a link',
    reason => {
      const snoozeUrl = snoozeUrlOf(reminder(reason), state, LINKS, NOW) ?? '';
      expect(readLink(tokenIn(snoozeUrl), LINKS, NOW)).toEqual({
        scope: state.scope,
        name: state.name,
        owner: 'ada@example.com',
        about: NOW + 30 * DAY,
        until: NOW + LINK_LASTS,
      });
    },
  );

  test.each(['renewed', 'readable', 'invalid', 'ownerless', 'scopeFailing', 'undelivered', 'poisoned'])(
    'that says %s has none: there is nothing to mute',
    reason => {
      expect(snoozeUrlOf(reminder(reason), state, LINKS, NOW)).toBeUndefined();
    },
  );

  test('has none without a secret', () => {
    expect(snoozeUrlOf(reminder('30d'), state, undefined, NOW)).toBeUndefined();
  });
});
