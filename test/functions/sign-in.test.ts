/** Entra sign-in in front of the app: the platform says who asks, function keys open nothing but feeds, and pages carry none. */
import { HttpRequest } from '@azure/functions';
import LET_THROUGH from '../../infra/sign-in.json';
import { invocationContext } from '../../local/host/invocation';
import { functionsOf } from '../../src/functions';
import { httpFunction } from '../../src/functions/http';
import { accessOf } from '../../src/web/access';
import { json } from '../../src/web/problem';
import { lenient } from '../../src/web/route';
import { ROUTES } from '../../src/web/routes';
import { useHost } from '../support/host';
import { CONTOSO, dump, notesOf } from '../support/story';
import { useWorld } from '../support/world';

const world = useWorld();
const hosting = useHost();
const ON = { WEBSITE_AUTH_ENABLED: 'True' };
const SCHEDULES = { SWEEP_SCHEDULE: '0 */5 * * * *', REMIND_SCHEDULE: '0 */5 * * * *' };
const ADA = {
  'x-ms-client-principal': 'eyJ0eXAiOiJhZGEifQ==',
  'x-ms-client-principal-id': '4b5e9a3c-0000-4000-8000-000000000001',
  'x-ms-client-principal-name': 'ada@example.com',
};

async function start(env = ON): Promise<string> {
  const { connectionString } = world();
  const host = await hosting.start(functionsOf(world().app, env), { env: SCHEDULES, connectionString });
  return `${host.url}/api`;
}

const levels = (env: Record<string, string>) =>
  Object.fromEntries(
    functionsOf(world().app, env).flatMap(definition =>
      definition.type === 'http' ? [[definition.route, definition.authLevel]] : [],
    ),
  );
const GUARDED = ROUTES.filter(route => accessOf(route) === 'signIn');
const DOORS = GUARDED.flatMap(({ path, methods }) =>
  Object.keys(methods).map((method): [method: string, path: string] => [
    method,
    path.replace('{scope}', encodeURIComponent(CONTOSO)).replace('{name}', 'gateway'),
  ]),
);

test.each(['True', 'true', ' TRUE '])('%s switches it on: the host asks for a key on feeds alone', value => {
  const on = levels({ WEBSITE_AUTH_ENABLED: value });
  expect(Object.keys(on).filter(path => on[path] === 'function')).toEqual(LET_THROUGH.byKey);
});

test.each(['', 'False', 'false', '0', 'no'])("'%s' leaves keys as they are", value => {
  expect(levels({ WEBSITE_AUTH_ENABLED: value })).toEqual(levels({}));
  expect(levels({})).toMatchObject({ status: 'function', metrics: 'function', health: 'anonymous' });
});

test.each(DOORS)('%s %s is closed to who has not signed in, also with a key', async (method, path) => {
  const api = await start();
  await world().register(CONTOSO, 'gateway', { owners: 'ada@example.com' });
  const before = await dump(world());
  const keys = { 'x-functions-key': 'k', 'x-ms-client-principal-name': 'ada@example.com' };
  for (const headers of [{}, keys, { ...keys, 'x-ms-client-principal-id': ' ' }]) {
    const answer = await fetch(`${api}/${path}?code=k`, { method, headers, redirect: 'manual' });
    const text = await answer.text();
    expect(answer.status).toBe(401);
    if (path.startsWith('dashboard'))
      expect(text).toMatch(/<h1>You are not signed in<\/h1>.*\/\.auth\/login/s);
    else {
      expect(JSON.parse(text)).toMatchObject({ type: '/problems/not-signed-in', status: 401 });
      for (const open of LET_THROUGH.byKey) expect(text).toContain(open);
    }
  }
  expect(await dump(world())).toEqual(before);
});

test.each<[string, Record<string, string>]>([
  ['a person', ADA],
  ['a program, which has no name', { 'x-ms-client-principal-id': ADA['x-ms-client-principal-id'] }],
  ['one of whom only the claims are sent', { 'x-ms-client-principal': ADA['x-ms-client-principal'] }],
])('%s who has signed in is served without a key', async (_, headers) => {
  const api = await start();
  for (const path of ['status', 'dashboard', 'registry', 'openapi.json'])
    expect((await fetch(`${api}/${path}`, { headers })).status).toBe(200);
});

test('mails, monitoring and the script are let through without a sign-in', async () => {
  const api = await start();
  for (const [path, status] of [
    ['health', 200],
    ['snooze', 404],
    ['dashboard.js', 200],
    ['metrics', 200],
    ['calendar.ics', 200],
  ])
    expect([path, (await fetch(`${api}/${path}`)).status]).toEqual([path, status]);
});

test('pages carry no key in their links, also where the address has one', async () => {
  const api = await start();
  await world().register(CONTOSO, 'gateway', { owners: 'ada@example.com' });
  await world().sweep();
  for (const path of ['dashboard', `dashboard/${encodeURIComponent(CONTOSO)}/gateway`]) {
    const page = await fetch(`${api}/${path}?code=k`, { headers: ADA });
    expect([page.status, await page.text()]).toEqual([200, expect.not.stringMatching(/code=/)]);
  }
  const slash = await fetch(`${api}/dashboard/?code=k&owner=a%40b.c`, { headers: ADA, redirect: 'manual' });
  expect([slash.status, slash.headers.get('location')]).toEqual([308, '../dashboard?owner=a%40b.c']);
});

test('who has signed in stands in the history of what they changed; a name that anybody can send does not', async () => {
  const add = async (api: string, name: string) => {
    const { status } = await fetch(`${api}/registry/${encodeURIComponent(CONTOSO)}/${name}`, {
      method: 'PUT',
      headers: { ...ADA, 'content-type': 'application/json' },
      body: JSON.stringify({ owners: ['ada@example.com'] }),
    });
    expect(status).toBe(201);
  };
  const form = new URLSearchParams({
    kind: 'iotCentralToken',
    place: CONTOSO.slice(CONTOSO.indexOf(':') + 1),
    name: 'by-form',
    ...{ displayName: '', owners: '', thresholds: '', checkEvery: '', runbook: '', notes: '' },
  });
  const api = await start();
  await add(api, 'by-program');
  const added = await fetch(`${api}/dashboard/add`, {
    method: 'POST',
    redirect: 'manual',
    headers: ADA,
    body: form,
  });
  expect(added.status).toBe(303);
  await add(await start({ WEBSITE_AUTH_ENABLED: 'False' }), 'unsigned');
  expect(await notesOf(world(), CONTOSO, 'by-program', 'added')).toEqual(['by ada@example.com']);
  expect(await notesOf(world(), CONTOSO, 'by-form', 'added')).toEqual(['by ada@example.com']);
  expect(await notesOf(world(), CONTOSO, 'unsigned', 'added')).toEqual(['by the API']);
});

describe('who asks', () => {
  /** What a handler of a route hears of who asks. */
  async function heard(path: string, headers: Record<string, string>, signIn: boolean): Promise<unknown> {
    const GET = lenient({
      tag: 'Pages',
      summary: '',
      description: '',
      responses: {},
      handler: ({ by }) => json(200, { by }),
    });
    const definition = httpFunction({ name: 'any', path, methods: { GET } }, world().app, signIn);
    const request = new HttpRequest({ method: 'GET', url: 'https://watcher.example.com/api/any', headers });
    const answer = await definition.handler(
      request,
      invocationContext(definition, () => undefined),
    );
    return Object(JSON.parse(String(Object(answer).body))).by;
  }

  test('is told to handlers by the name that the platform gives, or by the id', async () => {
    expect(await heard('status', ADA, true)).toBe('ada@example.com');
    const { 'x-ms-client-principal-name': _name, ...program } = ADA;
    expect(await heard('status', program, true)).toBe(ADA['x-ms-client-principal-id']);
    expect(await heard('status', { 'x-ms-client-principal': 'e30=' }, true)).toBeUndefined();
  });

  test('is not believed where the platform does not stand in front, or lets everybody through', async () => {
    expect(await heard('status', ADA, false)).toBeUndefined();
    for (const path of ['snooze', 'health', 'metrics']) expect(await heard(path, ADA, true)).toBeUndefined();
  });

  test('is a name that people can read: limited, and without what nobody sees', async () => {
    const name = (text: string) => heard('status', { ...ADA, 'x-ms-client-principal-name': text }, true);
    expect(await name(`  ada${'\u00ad\u00a0'}@example.com `)).toBe('ada@example.com');
    expect(await name('\u00a0 \u00ad')).toBe(ADA['x-ms-client-principal-id']);
    expect(await name('a'.repeat(5_000))).toHaveLength(200);
  });
});
