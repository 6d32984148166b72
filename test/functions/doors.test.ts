/** What every route does alike, whoever knocks: it refuses what another site made a browser send, and its answers tell browsers what to keep to themselves. */
import { HttpRequest } from '@azure/functions';
import hostJson from '../../host.json';
import { invocationContext } from '../../local/host/invocation';
import { functionsOf } from '../../src/functions';
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

const MIB = 1_024 * 1_024;
const MOST_OF: Readonly<Record<string, number>> = {
  'registry/import': 8 * MIB,
  'dashboard/import': 8 * MIB,
  'mail/reports': 2 * MIB,
};

/** Sends a body that never ends to a function, without a host, and counts what is read of it. */
async function flood(method: string, address: string): Promise<{ status?: number; read: number }> {
  let read = 0;
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      read += 16_384;
      if (read > 32 * MIB) controller.error(new Error('the whole body is being read'));
      else controller.enqueue(new Uint8Array(16_384).fill(0x61));
    },
  });
  const { headers } = contentFor(method, address);
  const url = `https://watcher.example.com/api/${address}`;
  const nativeRequest = new Request(url, { method, headers, body, duplex: 'half' });
  const init = { nativeRequest, params: { scope: CONTOSO, name: 'gateway' } };
  const path = ROUTES.find(route => addressOf(route.path) === address)?.path;
  for (const definition of functionsOf(world().app)) {
    if (definition.type !== 'http' || definition.route !== path) continue;
    const answer = await definition.handler(
      new HttpRequest(init),
      invocationContext(definition, () => undefined),
    );
    return { status: answer.status, read };
  }
  throw new Error(`no function has the address ${address}`);
}

const addressOf = (path: string) =>
  path.replace('{scope}', encodeURIComponent(CONTOSO)).replace('{name}', 'gateway');
const CHANGES = ROUTES.flatMap(({ path, methods }) =>
  Object.keys(methods)
    .filter(method => method !== 'GET')
    .map((method): [method: string, address: string] => [method, addressOf(path)]),
);

/** A body of the kind that each route takes: only the sender is at fault. */
function contentFor(method: string, address: string): RequestInit {
  if (method === 'GET' || method === 'DELETE' || address.endsWith('/check')) return {};
  if (method === 'PUT') return { headers: { 'content-type': 'application/json' }, body: '{}' };
  if (address === 'dashboard/import')
    return { headers: { 'content-type': 'multipart/form-data; boundary=b' }, body: '--b--' };
  if (address.endsWith('/import'))
    return { headers: { 'content-type': 'text/csv' }, body: `scope,name\n${CONTOSO},other\n` };
  if (address.startsWith('mail/')) return { headers: { 'content-type': 'application/json' }, body: '[]' };
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

test.each(CHANGES)('%s %s reads no more of a body than it may take', async (method, address) => {
  const { status, read } = await flood(method, address);
  const takesNone = method === 'DELETE' || address.endsWith('/check');
  const most = takesNone ? 0 : (MOST_OF[address] ?? 65_536);
  // A snooze form without a link is refused for that.
  if (!takesNone) expect(status).toBe(address === 'snooze' ? 400 : 413);
  // A stream fetches a chunk or two ahead.
  expect(read).toBeLessThanOrEqual(most + 3 * 16_384);
});

test('every answer asks browsers for https, and to tell no other site its address', async () => {
  const get = ROUTES.map(({ path }): [string, string] => ['GET', addressOf(path)]);
  for (const [method, address] of [...get, ...CHANGES, ['PATCH', 'status'] as const]) {
    const { status, headers } = await send(method, address, {});
    const seen = ['strict-transport-security', 'referrer-policy', 'x-content-type-options'].map(name =>
      headers.get(name),
    );
    expect([address, status, ...seen]).toEqual([
      address,
      status,
      'max-age=31536000',
      'no-referrer',
      'nosniff',
    ]);
  }
});

test('the app sets the same headers as host.json, which is for answers of the Functions host itself', async () => {
  for (const definition of functionsOf(world().app)) {
    if (definition.type !== 'http' || definition.atRoot) continue;
    const request = new HttpRequest({ method: 'PATCH', url: 'https://watcher.example.com/api/any' });
    const answer = await definition.handler(
      request,
      invocationContext(definition, () => undefined),
    );
    expect(answer).toMatchObject({ status: 405, headers: hostJson.extensions.http.customHeaders });
  }
});
