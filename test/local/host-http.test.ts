import { request } from 'node:http';
import { HttpResponse } from '@azure/functions';
import { askAs } from '../support/asking';
import { http, useHost } from '../support/host';

const hosting = useHost();
const { start } = hosting;

describe('HTTP', () => {
  test('a route answers under the prefix with its parameters, query, headers and body', async () => {
    const { url } = await start([
      http(
        'targets/{scope}/{name}/check',
        async request => ({
          status: 201,
          headers: { 'x-kind': 'test' },
          jsonBody: {
            params: request.params,
            q: request.query.get('q'),
            header: request.headers.get('if-match'),
            body: await request.json(),
            url: request.url,
          },
        }),
        'POST',
      ),
    ]);
    const target = `${url}/api/targets/containerApp%3Aabc/Rg~2Fx%7Ey%2525%20z/check?q=a%26b`;
    const response = await fetch(target, { method: 'POST', body: '{"ü":1}', headers: { 'If-Match': '"1"' } });
    expect(response.status).toBe(201);
    expect(response.headers.get('x-kind')).toBe('test');
    expect(response.headers.get('content-type')).toBe('application/json');
    expect(await response.json()).toEqual({
      params: { scope: 'containerApp:abc', name: 'Rg~2Fx~y%25 z' },
      q: 'a&b',
      header: '"1"',
      body: { ü: 1 },
      url: target,
    });
  });

  test.each([
    ['a%2Fb', 'a%2Fb'],
    ['a%2fb%3A', 'a%2fb:'],
    ['a+b', 'a+b'],
    ['%E2%82%AC', '€'],
    ['%FF', '%FF'],
    ['%zz', '%zz'],
  ])('the parameter %s arrives as %s', async (sent, arrives) => {
    const { url } = await start([http('{name}', async ({ params }) => ({ body: params.name }))]);
    expect(await (await fetch(`${url}/api/${sent}`)).text()).toBe(arrives);
  });

  test('a literal segment wins over a parameter, and its case does not matter', async () => {
    const { url } = await start([
      http('registry/{scope}', async () => ({ body: 'scope' })),
      http('registry/export', async () => ({ body: 'export' })),
    ]);
    expect(await (await fetch(`${url}/API/Registry/Export`)).text()).toBe('export');
    expect(await (await fetch(`${url}/api/registry/other/`)).text()).toBe('scope');
  });

  test('an unknown path is 404, a known one with the wrong method 405 and says which are right', async () => {
    const { url } = await start([
      http('snooze', async () => ({ body: 'page' }), 'GET'),
      http('snooze', async () => ({ body: 'done' }), 'POST'),
    ]);
    expect((await fetch(`${url}/api/nothing`)).status).toBe(404);
    expect((await fetch(`${url}/snooze`)).status).toBe(404);
    const refused = await fetch(`${url}/api/snooze`, { method: 'DELETE' });
    expect([refused.status, refused.headers.get('allow')]).toEqual([405, 'GET, POST']);
    expect(await (await fetch(`${url}/api/snooze`, { method: 'POST' })).text()).toBe('done');
  });

  test('HEAD gets what GET would, without the body', async () => {
    const { url } = await start([http('status', async () => ({ body: 'twelve bytes' }), 'GET', 'HEAD')]);
    const response = await fetch(`${url}/api/status`, { method: 'HEAD' });
    expect([response.status, response.headers.get('content-length')]).toEqual([200, '12']);
    expect(await response.text()).toBe('');
  });

  test('a response may be an HttpResponse, and may have no body', async () => {
    const { url } = await start([
      http('a', async () => new HttpResponse({ status: 202, body: 'ok' })),
      http('b', async () => ({ status: 304, headers: { etag: '"1"' } })),
    ]);
    expect((await fetch(`${url}/api/a`)).status).toBe(202);
    const unchanged = await fetch(`${url}/api/b`);
    expect([unchanged.status, unchanged.headers.get('etag'), await unchanged.text()]).toEqual([
      304,
      '"1"',
      '',
    ]);
  });

  test('a handler that throws is 500 without a stack, and the log has it', async () => {
    const { url } = await start([http('status', async () => Promise.reject(new Error('broken inside')))]);
    const response = await fetch(`${url}/api/status`);
    expect([response.status, await response.text()]).toEqual([500, '']);
    expect(hosting.texts().join()).toContain('broken inside');
  });

  test('a log entry of a handler keeps its level and names the function', async () => {
    const { url } = await start([
      http('status', async (_, context) => {
        context.warn('slow: %d ms', 7);
        return {};
      }),
    ]);
    await fetch(`${url}/api/status`);
    expect(hosting.logged).toEqual([{ level: 'warning', functionName: 'status', text: 'slow: 7 ms' }]);
  });

  test.each([
    ['another name', 'watcher.evil.example', 421],
    ['another name that begins like ours', '127.0.0.1.evil.example', 421],
    ['another address', '192.168.0.10', 421],
    ['a user that looks like ours', '127.0.0.1@evil.example', 421],
    ['a user at our name', 'user@localhost', 421],
    ['more than our name', 'localhost#evil.example', 421],
    ['its address', '127.0.0.1', 200],
    ['its name', 'LocalHost:7071', 200],
    ['its other address', '[::1]:7071', 200],
  ])('a request to %s, %s, is %i: no site reads it under a name of its own', async (_, host, expected) => {
    const { url } = await start([http('status', async () => ({ body: 'what expires next' }))]);
    const { status, text } = await askAs(host, `${url}/api/status`);
    expect([status, text.includes('what expires next')]).toEqual([expected, expected === 200]);
  });

  test('every answer has the headers of host.json, once, unless a function sets its own', async () => {
    const { url } = await start([
      http('status', async () => ({ headers: { 'referrer-policy': 'same-origin' } })),
      http('broken', async () => Promise.reject(new Error('broken inside'))),
    ]);
    const seen = [];
    for (const path of ['status', 'broken', 'nothing']) {
      const { status, headers } = await fetch(`${url}/api/${path}`);
      seen.push([status, headers.get('referrer-policy'), headers.get('strict-transport-security')]);
    }
    expect(seen).toEqual([
      [200, 'same-origin', 'max-age=31536000'],
      [500, 'no-referrer', 'max-age=31536000'],
      [404, 'no-referrer', 'max-age=31536000'],
    ]);
  });

  test('a body over the limit of the real host is 413 before any of it is read', async () => {
    const { url } = await start([http('import', async () => ({ status: 201 }), 'POST')]);
    const status = await new Promise((resolve, reject) => {
      const headers = { 'content-length': String(100 * 1_048_576 + 1) };
      const sending = request(`${url}/api/import`, { method: 'POST', headers }, answer => {
        resolve(answer.statusCode);
        sending.destroy();
      });
      sending.on('error', reject);
      sending.flushHeaders();
    });
    expect(status).toBe(413);
  });

  test('a request without a usable Host header is 400', async () => {
    const { url } = await start([http('status', async () => ({}))]);
    expect(await askAs('a b', `${url}/api/status`)).toMatchObject({ status: 400 });
  });
});
