import * as v from 'valibot';
import type { App } from '../../src/app';
import { json } from '../../src/web/problem';
import { oneOf, wholeNumber } from '../../src/web/query';
import { type About, type Call, lenient, strict } from '../../src/web/route';
import { overviewOf, showing } from '../support/dashboard';

const ABOUT: About = { tag: 'Asking', summary: 'S', description: 'D', responses: {} };

/** A request as handlers get it: no host is needed. */
function call(
  search: string,
  headers: Record<string, string> = {},
  app: () => App = unused,
  method = 'GET',
): Call {
  return {
    method,
    url: `https://watcher.example.com/api/things${search}`,
    key: { scope: '', name: '' },
    header: name => headers[name] ?? null,
    bytes: async () => new Uint8Array(0),
    app,
    log: { info: () => undefined, warn: () => undefined },
  };
}

const unused = (): never => {
  throw new Error('The settings need mending.');
};

describe('a strict operation', () => {
  const numbered = strict({
    ...ABOUT,
    query: v.object({ days: v.optional(wholeNumber(1, 365), '30') }),
    handler: ({ query }) => json(200, { next: query.days + 1 }),
  });

  test('gives its handler the parsed query', async () => {
    expect(await numbered.serve(call('?days=7&code=a-key'))).toMatchObject({
      status: 200,
      body: '{"next":8}',
    });
    expect(await numbered.serve(call(''))).toMatchObject({ body: '{"next":31}' });
  });

  test.each([
    ['?days=0', ['days']],
    ['?days=1&days=2', ['days']],
    ['?dayz=1', ['dayz']],
  ])('refuses %s, without a call of its handler', async (search, parameters) => {
    const { status, body } = await numbered.serve(call(search));
    const named = JSON.parse(body).faults.map((fault: { parameter: string }) => fault.parameter);
    expect([status, named]).toEqual([400, parameters]);
  });

  test('knows the kinds of the app, and composes it only for them', async () => {
    const kinded = strict({
      ...ABOUT,
      query: kinds => v.object({ kind: oneOf(kinds) }),
      handler: ({ query }) => json(200, query),
    });
    const app = () => showing(overviewOf([]));
    expect(await kinded.serve(call('?kind=containerApp', {}, app))).toMatchObject({ status: 200 });
    expect(await kinded.serve(call('?kind=toaster', {}, app))).toMatchObject({ status: 400 });
    await expect(kinded.serve(call('?kind=toaster'))).rejects.toThrow('settings');
  });

  test('that changes something refuses another site before it looks at anything else', async () => {
    const own = strict({ ...ABOUT, query: v.object({}), handler: () => json(200, {}) });
    const status = async (method: string, site: string) =>
      (await own.serve(call('?x=1', { 'sec-fetch-site': site }, unused, method))).status;
    expect(await status('POST', 'cross-site')).toBe(403);
    expect(await status('POST', 'same-origin')).toBe(400);
    expect(await status('GET', 'cross-site')).toBe(400);
  });
});

test('a lenient operation takes any query, and reads the address itself', async () => {
  const free = lenient({ ...ABOUT, handler: ({ url }) => json(200, new URL(url).search) });
  expect(await free.serve(call('?a=1&a=2'))).toMatchObject({ status: 200, body: '"?a=1&a=2"' });
});
