/** The HTTP server under every simulated service. */
import { json, type Received } from '../../../local/simulated/messages';
import { type RunningServer, startServer } from '../../../local/simulated/server';
import { askAs } from '../../support/asking';
import { ask } from './ask';

let clock = 1_000;
const now = () => clock;
const running: RunningServer[] = [];

async function start(
  ...[handler, options]: [Parameters<typeof startServer>[0], object?]
): Promise<RunningServer> {
  const server = await startServer(handler, { now, ...options });
  running.push(server);
  return server;
}

afterEach(async () => {
  clock = 1_000;
  await Promise.all(running.splice(0).map(server => server.close()));
});

test('passes the path on as it was sent, still encoded', async () => {
  let seen: Received | undefined;
  const server = await start(request => {
    seen = request;
    return { status: 204 };
  });
  const answer = await ask('GET', `${server.url}/a%2Fb//c?x=1&y=%20`);
  expect(answer.status).toBe(204);
  expect(seen).toMatchObject({ path: '/a%2Fb//c', target: '/a%2Fb//c?x=1&y=%20', origin: server.url });
  expect(seen?.query.get('y')).toBe(' ');
});

test('answers only to names of this machine: no other site can read the mails', async () => {
  const server = await start(() => json(200, 'a mail'));
  expect(await askAs('mails.evil.example', server.url)).toMatchObject({ status: 421 });
  expect(await askAs('localhost', server.url)).toEqual({ status: 200, text: '"a mail"' });
  expect(server.log.requests).toHaveLength(1);
});

test('logs each request with its instant and status, and never a credential', async () => {
  const server = await start(() => json(201, {}));
  await ask('GET', `${server.url}/a?b=c`);
  clock = 2_000;
  await ask('POST', `${server.url}/d`, { headers: { authorization: 'Bearer the-credential' } });
  expect(server.log.requests).toEqual([
    { method: 'GET', path: '/a', query: '?b=c', at: 1_000, status: 201, authorized: false, inFlight: 1 },
    { method: 'POST', path: '/d', query: '', at: 2_000, status: 201, authorized: true, inFlight: 1 },
  ]);
  expect(JSON.stringify(server.log.requests)).not.toContain('the-credential');
});

test('keeps a limited log, and counts all requests', async () => {
  const server = await start(() => json(200, {}), { keepRequests: 2 });
  for (let count = 0; count < 6; count += 1) await ask('GET', `${server.url}/${count}`);
  expect(server.log.requests.length).toBeLessThanOrEqual(4);
  expect(server.log.requests.at(-1)?.path).toBe('/5');
  expect(server.log.tally.get(200)).toBe(6);
});

test('counts the requests in flight', async () => {
  const server = await start(() => json(200, {}), { latencyMs: 40 });
  await Promise.all([1, 2, 3].map(number => ask('GET', `${server.url}/${number}`)));
  expect(server.log.requests.map(request => request.inFlight).sort()).toEqual([1, 2, 3]);
});

test('tells the handler that a body is too big, and still answers', async () => {
  const server = await start(({ oversized, body }) => json(oversized ? 413 : 200, { length: body.length }), {
    maxBodyBytes: 10,
  });
  expect(await ask('POST', server.url, { body: 'x'.repeat(10) })).toMatchObject({
    status: 200,
    body: { length: 10 },
  });
  expect(await ask('POST', server.url, { body: 'x'.repeat(1_000_000) })).toMatchObject({
    status: 413,
    body: { length: 0 },
  });
});

test('answers its own errors with 500', async () => {
  const server = await start(() => {
    throw new Error('a mistake in the simulator');
  });
  expect(await ask('GET', server.url)).toMatchObject({
    status: 500,
    text: expect.stringContaining('a mistake in the simulator'),
  });
});

test('refuses to start on a port that is taken', async () => {
  const server = await start(() => json(200, {}));
  await expect(start(() => json(200, {}), { port: server.port })).rejects.toThrow('EADDRINUSE');
});

test('closes at once even if a client still waits, and can be closed again', async () => {
  let asked = () => {};
  const arrived = new Promise<void>(resolve => {
    asked = resolve;
  });
  const server = await start(() => {
    asked();
    return 'hang';
  });
  const waiting = ask('GET', server.url);
  const failed = expect(waiting).rejects.toThrow();
  await arrived;
  await server.close();
  await failed;
  await server.close();
});
