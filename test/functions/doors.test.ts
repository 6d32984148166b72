/** What every route does alike, whoever knocks: it refuses what another site made a browser send. */
import { ROUTES } from '../../src/web/routes';
import { type Ask, asking } from '../support/asking';
import { useHost } from '../support/host';
import { LINKED } from '../support/snooze';
import { CONTOSO, dump } from '../support/story';
import { useWorld } from '../support/world';

const world = useWorld({ settings: LINKED });
const hosting = useHost();
let ask: Ask;
beforeEach(async () => {
  ask = await asking(world(), hosting);
  await world().register(CONTOSO, 'gateway', { owners: 'ada@example.com' });
});

const addressOf = (path: string) =>
  path.replace('{scope}', encodeURIComponent(CONTOSO)).replace('{name}', 'gateway');
const CHANGES = ROUTES.flatMap(({ path, methods }) =>
  Object.keys(methods)
    .filter(method => method !== 'GET')
    .map((method): [method: string, address: string] => [method, addressOf(path)]),
);

/** A body of the kind that each route takes: only the sender is at fault. */
function contentFor(method: string, address: string): RequestInit {
  if (method === 'DELETE' || address.endsWith('/check')) return {};
  if (method === 'PUT') return { headers: { 'content-type': 'application/json' }, body: '{}' };
  if (address.endsWith('/import'))
    return { headers: { 'content-type': 'text/csv' }, body: `scope,name\n${CONTOSO},other\n` };
  return { headers: { 'content-type': 'application/x-www-form-urlencoded' }, body: 'act=check' };
}

const send = (method: string, address: string, headers: Record<string, string>) => {
  const content = contentFor(method, address);
  return ask(address, {
    redirect: 'manual',
    ...content,
    method,
    headers: { ...content.headers, ...headers },
  });
};

test('there are changing routes of every sort', () => {
  const methods = CHANGES.map(([method]) => method);
  expect([...new Set(methods)].sort()).toEqual(['DELETE', 'POST', 'PUT']);
  expect(CHANGES.length).toBeGreaterThanOrEqual(6);
});

describe.each(CHANGES)('%s %s', (method, address) => {
  test.each<[string, Record<string, string>]>([
    ['another site', { 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' }],
    ['a neighbour', { 'sec-fetch-site': 'same-site' }],
    ['an old browser on another site', { origin: 'https://evil.example' }],
    ['an old browser in a sandboxed frame', { origin: 'null' }],
  ])('from %s is refused with 403 and changes nothing', async (_, headers) => {
    const before = await dump(world());
    const { status, text } = await send(method, address, headers);
    expect([status, text]).toEqual([403, expect.stringMatching(/cross-site|another site/)]);
    expect(await dump(world())).toEqual(before);
  });

  test.each<[string, Record<string, string>]>([
    ['our own page', { 'sec-fetch-site': 'same-origin', origin: 'null' }],
    ['a person by hand', { 'sec-fetch-site': 'none' }],
    ['a program', {}],
  ])('from %s is not refused for where it comes from', async (_, headers) => {
    expect((await send(method, address, headers)).status).not.toBe(403);
  });
});
