/** What goes over the wire and what may come back over it, against bare HTTP servers that each test words itself. */
import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { createServer } from 'node:net';
import { gzipSync } from 'node:zlib';
import { APP, failureOf, HOST, portOf, SUBSCRIPTION, serve, type TestServer, TOKEN, world } from './world';

const SECRET = 'SECRET-OF-THE-WIRE';
const GOOD = JSON.stringify({ properties: { token: SECRET, expires: '2026-03-01T12:00:00Z' } });

let server: TestServer | undefined;
afterEach(async () => {
  await server?.close();
  server = undefined;
});

async function reading(respond: (response: ServerResponse) => void, timeoutMs = 5_000) {
  server = await serve((_request, response) => respond(response));
  const answer = await world({ arm: server.url, timeoutMs }).read(APP);
  expect(JSON.stringify(answer)).not.toContain(SECRET);
  return answer;
}

async function untilAllClosed({ sockets }: TestServer): Promise<void> {
  // Not `once` of node:events: a reset is one of the ways to close.
  await Promise.all(
    [...sockets].map(socket => new Promise<void>(resolve => socket.once('close', () => resolve()))),
  );
}

describe('a request', () => {
  it('for a container app is an empty POST to its getAuthtoken action', async () => {
    server = await serve((_request, response) => response.end(GOOD));
    await world({ arm: `${server.url}/` }).read(APP);
    const [request] = server.requests;
    expect(request?.method).toBe('POST');
    expect(request?.url).toBe(
      `/subscriptions/${SUBSCRIPTION}/resourceGroups/rg-shop/providers/Microsoft.App/containerApps/shop-api/getAuthtoken?api-version=2023-08-01-preview`,
    );
    expect(request?.headers).toMatchObject({ accept: 'application/json', 'content-length': '0' });
  });

  it('for an API token is a GET at its application', async () => {
    server = await serve((_request, response) => response.end('{"id":"pipeline"}'));
    await world({ iotCentral: server.template }).read(TOKEN);
    const [request] = server.requests;
    expect(request?.method).toBe('GET');
    expect(request?.url).toBe(`/${HOST}/api/apiTokens/pipeline?api-version=2022-07-31`);
  });

  it.each([
    'a/b',
    '%',
    'ünï-✓-🔑',
    '..%2f',
    '../../users',
    '%2e%2e',
    'a?b#c',
    'a b\r\nx: y',
    "'()*!",
    'A\\B',
  ])('keeps the token id %j in one segment of its path', async tokenId => {
    server = await serve((_request, response) => response.end('{"id":"x"}'));
    const answer = await world({ iotCentral: server.template }).read({ ...TOKEN, names: [tokenId] });
    expect(answer.reading).toEqual({ outcome: 'neverExpires' });
    const { pathname } = new URL(server.requests[0]?.url ?? '', server.url);
    const [, host, api, collection, id, ...more] = pathname.split('/').map(decodeURIComponent);
    expect([host, api, collection, id, more]).toEqual([HOST, 'api', 'apiTokens', tokenId, []]);
  });

  it('over plain http carries no credential and asks for none', async () => {
    server = await serve((_request, response) => response.end(GOOD));
    const sources = world({ arm: server.url, iotCentral: server.template });
    await sources.read(APP);
    await sources.read(TOKEN);
    expect(server.requests.map(request => request.headers.authorization)).toEqual([undefined, undefined]);
    expect(sources.signIns()).toBe(0);
  });

  it('asks for nothing compressed, so that no small answer can grow', async () => {
    const { reading: seen } = await reading(response => {
      response.setHeader('content-encoding', 'gzip').end(gzipSync(GOOD));
    });
    expect(server?.requests[0]?.headers['accept-encoding']).toBeUndefined();
    expect(failureOf(seen).code).toBe('unintelligible');
  });

  it('leaves no timer behind, well answered or not', async () => {
    const bodies = [GOOD, 'x'.repeat(70_000), 'no JSON'];
    server = await serve((_request, response) => response.end(bodies.pop()));
    // No other timer of the tests has this length, so that one left over can be told apart.
    const set = jest.spyOn(globalThis, 'setTimeout');
    const cleared = jest.spyOn(globalThis, 'clearTimeout');
    const sources = world({ arm: server.url, timeoutMs: 54_321 });
    for (let reads = 0; reads < 3; reads += 1) await sources.read(APP);
    await new Promise(resolve => setImmediate(resolve));
    const ours = set.mock.results.filter((_result, at) => set.mock.calls[at]?.[1] === 54_321);
    expect(ours).toHaveLength(3);
    for (const { value } of ours) expect(cleared).toHaveBeenCalledWith(value);
    jest.restoreAllMocks();
  });

  it('after another uses the same connection', async () => {
    server = await serve((_request, response) => response.end(GOOD));
    const sources = world({ arm: server.url });
    await sources.read(APP);
    await sources.read(APP);
    expect(server.sockets.size).toBe(1);
  });
});

describe('an answer', () => {
  it('of 64 KiB is read, and one byte more is not', async () => {
    const padded = (size: number) => GOOD + ' '.repeat(size - GOOD.length);
    expect((await reading(response => response.end(padded(65_536)))).reading.outcome).toBe('expires');
    await server?.close();
    const { reading: seen } = await reading(response => response.end(padded(65_537)));
    expect(failureOf(seen).message).toContain('too large');
  });

  it('without end is cut off, and its connection closed', async () => {
    const { reading: seen } = await reading(response => {
      const more = () => response.writable && response.write('x'.repeat(16_384), more);
      more();
    });
    expect(failureOf(seen).code).toBe('unintelligible');
    if (server) await untilAllClosed(server);
  });

  it('that is too large still counts by its status', async () => {
    const { reading: seen } = await reading(response => response.writeHead(503).end('x'.repeat(70_000)));
    expect(failureOf(seen).code).toBe('unreachable');
  });

  it('that stops in the middle of its body times out, and its connection is closed', async () => {
    const { reading: seen } = await reading(response => void response.write(GOOD.slice(0, 20)), 200);
    expect(failureOf(seen).code).toBe('timeout');
    if (server) await untilAllClosed(server);
  });

  it('that trickles in longer than the time allowed times out', async () => {
    const { reading: seen } = await reading(response => {
      const drip = setInterval(() => response.write(' '), 20);
      response.once('close', () => clearInterval(drip));
    }, 200);
    expect(failureOf(seen).code).toBe('timeout');
  });

  it.each([
    ['reset', (response: ServerResponse) => response.socket?.resetAndDestroy()],
    ['closed', (response: ServerResponse) => response.socket?.destroy()],
  ])('whose connection is %s in the middle of its body is unreachable', async (_how, breakOff) => {
    const { reading: seen } = await reading(response => {
      response.setHeader('content-length', GOOD.length);
      response.write(GOOD.slice(0, 20), () => breakOff(response));
    });
    expect(failureOf(seen).code).toBe('unreachable');
  });

  it('in another protocol is unintelligible', async () => {
    const other = createServer(socket => socket.end('SSH-2.0-nothing\r\n')).listen(0, '127.0.0.1');
    await once(other, 'listening');
    const answer = await world({ arm: `http://127.0.0.1:${portOf(other.address())}` }).read(APP);
    other.close();
    expect(failureOf(answer.reading).code).toBe('unintelligible');
  });

  it.each(['null', '[]', '"text"', '{}', '{"properties":null}', '{"error":{"code":"X"}}', ''])(
    'of %j is unintelligible for both kinds: nothing strange is ever taken for "never expires"',
    async body => {
      server = await serve((_request, response) => response.end(body));
      const sources = world({ arm: server.url, iotCentral: server.template });
      for (const identity of [APP, TOKEN])
        expect(failureOf((await sources.read(identity)).reading).code).toBe('unintelligible');
    },
  );
});

describe('a service that is not there', () => {
  it('is unreachable: the connection refused', async () => {
    const gone = await serve(() => undefined);
    await gone.close();
    const { code, message } = failureOf((await world({ arm: gone.url }).read(APP)).reading);
    expect(code).toBe('unreachable');
    expect(message).toContain('ECONNREFUSED');
  });

  it('is unreachable: no such host', async () => {
    const answer = await world({ arm: 'http://nowhere.invalid' }).read(APP);
    expect(failureOf(answer.reading).code).toBe('unreachable');
  });
});

describe('the words of a refusal', () => {
  it('carry the code of the header or of the body', async () => {
    const header = await reading(response =>
      response.writeHead(403, { 'x-ms-error-code': 'LinkedAuthorizationFailed' }).end(),
    );
    expect(failureOf(header.reading).message).toContain('(HTTP 403 LinkedAuthorizationFailed)');
    await server?.close();
    const body = JSON.stringify({ error: { code: 'AuthorizationFailed', message: SECRET } });
    const { reading: seen } = await reading(response => response.writeHead(403).end(body));
    expect(failureOf(seen).message).toContain('(HTTP 403 AuthorizationFailed)');
  });

  it.each(['no', `Bearer ${SECRET}`, '<b>bold</b>', 'x'.repeat(61), 'line\nbreak', 'EveryLetterASecret'])(
    'call a code that is not documented other, in header and body: %j',
    async code => {
      const body = JSON.stringify({ error: { code } });
      const { reading: seen } = await reading(response => response.writeHead(403).end(body));
      expect(failureOf(seen).message).toMatch(/\(HTTP 403 other\)\.$/);
      if (code.includes('\n')) return;
      await server?.close();
      const { reading: again } = await reading(response =>
        response.writeHead(403, { 'x-ms-error-code': code }).end(),
      );
      expect(failureOf(again).message).toMatch(/\(HTTP 403 other\)\.$/);
    },
  );

  it.each(['', 42, null])('leave out a code that is none: %j', async code => {
    const body = JSON.stringify({ error: { code } });
    const { reading: seen } = await reading(response => response.writeHead(403).end(body));
    expect(failureOf(seen).message).toMatch(/\(HTTP 403\)\.$/);
  });
});

describe('the pace', () => {
  const DATE = 'Sun, 01 Mar 2026 12:00:00 GMT';
  it.each<[string, number | undefined]>([
    ['7', 7_000],
    ['0', 0],
    ['Sun, 01 Mar 2026 12:00:30 GMT', 30_000],
    ['Sun, 01 Mar 2026 11:59:00 GMT', undefined],
    ['-3', undefined],
    ['1.5', undefined],
    ['soon', undefined],
    ['Sunday, 01-Mar-26 12:00:30 GMT', undefined],
    ['99999999999', undefined],
  ])('after a refusal with Retry-After %j is to wait %p ms', async (retryAfter, ms) => {
    const answer = await reading(response =>
      response.writeHead(429, { 'retry-after': retryAfter, date: DATE }).end(),
    );
    expect(answer.retryAfterMs).toBe(ms);
  });

  it('cannot be had from a date when the answer has none of its own', async () => {
    const answer = await reading(response => {
      response.sendDate = false;
      response.writeHead(429, { 'retry-after': DATE }).end();
    });
    expect(answer.retryAfterMs).toBeUndefined();
  });

  it.each<[string, number | undefined]>([
    ['199', 199],
    ['0', 0],
    ['-1', undefined],
    ['many', undefined],
    ['', undefined],
  ])('with %j writes remaining is %p', async (header, remaining) => {
    const answer = await reading(response =>
      response.writeHead(200, { 'x-ms-ratelimit-remaining-subscription-writes': header }).end(GOOD),
    );
    expect(answer.remaining).toBe(remaining);
  });
});
