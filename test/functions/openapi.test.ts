import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { httpFunction } from '../../src/functions/http';
import { json } from '../../src/web/problem';
import { lenient } from '../../src/web/route';
import { type Ask, asking } from '../support/asking';
import { useHost } from '../support/host';
import { DOCUMENT, takeDeviations } from '../support/openapi';
import { useWorld } from '../support/world';

const world = useWorld();
const hosting = useHost();
const asked = (): Promise<Ask> => asking(world(), hosting);

const METHODS = ['GET', 'POST', 'PUT', 'DELETE', 'PATCH'];
const PATHS = Object.keys(DOCUMENT.paths);
/** An address that fits the pattern of a path. */
const addressOf = (path: string) => path.slice(1).replace('{scope}', 'a').replace('{name}', 'b');

describe('GET openapi.json', () => {
  test('is the document by which the tests judge every answer, and is not sent again to who has it', async () => {
    const ask = await asked();
    const { status, headers, body } = await ask('openapi.json');
    expect([status, headers.get('content-type')]).toEqual([200, 'application/json; charset=utf-8']);
    expect({ ...body, info: undefined }).toEqual({ ...DOCUMENT, info: undefined });
    const again = await ask('openapi.json', { headers: { 'if-none-match': headers.get('etag') ?? '' } });
    expect([again.status, again.text]).toEqual([304, '']);
    expect((await ask('openapi.json?pretty=1')).body).toMatchObject({ type: '/problems/bad-parameter' });
  });

  test('a linter finds nothing at all', async () => {
    const { text: source } = await (await asked())('openapi.json');
    const script = `
      const { lintFromString, createConfig } = await import('@redocly/openapi-core');
      let source = '';
      for await (const chunk of process.stdin) source += chunk;
      // A form that did its work answers with a redirect.
      const rules = { 'operation-2xx-response': 'off' };
      const config = await createConfig({ extends: ['recommended-strict'], rules });
      const problems = await lintFromString({ source, absoluteRef: 'openapi.json', config });
      console.log(JSON.stringify(problems.map(({ ruleId, message, location }) => [ruleId, message, location[0]?.pointer])));`;
    const run = promisify(execFile)(process.execPath, ['--input-type=module', '-e', script]);
    run.child.stdin?.end(source);
    expect(JSON.parse((await run).stdout)).toEqual([]);
  }, 60_000);
});

test.each(PATHS)('%s takes exactly the methods of the document', async path => {
  const ask = await asked();
  const documented = Object.keys(DOCUMENT.paths[path] ?? {}).map(method => method.toUpperCase());
  const refused = METHODS.filter(method => !documented.includes(method));
  for (const method of refused) {
    const { status, headers, body } = await ask(addressOf(path), { method });
    const allow = headers
      .get('allow')
      ?.split(', ')
      .filter(name => name !== 'HEAD');
    expect([method, status, allow?.sort(), body.type]).toEqual([
      method,
      405,
      documented.sort(),
      '/problems/method-not-allowed',
    ]);
  }
  for (const method of documented) expect((await ask(addressOf(path), { method })).status).not.toBe(405);
});

test('every route is in the document, and no other', async () => {
  const { functionsOf } = await import('../../src/functions');
  const routes = functionsOf(world().app).flatMap(({ type, ...definition }) =>
    type === 'http' && 'route' in definition && !definition.atRoot ? [`/${definition.route}`] : [],
  );
  expect(PATHS.sort()).toEqual(routes.sort());
});

describe('every answer is held to the document: a departure is noticed', () => {
  const answering = (status: number, body: object) => {
    const described = { tag: 'Pages', summary: '', description: '', responses: {} } as const;
    const operation = lenient({ ...described, handler: () => json(status, body) });
    const methods = { GET: operation, PUT: operation };
    return httpFunction({ name: 'health', path: 'health', methods }, world().app);
  };
  const well = { healthy: true, reasons: [], oldestReminderSeconds: null };

  test.each<[string, number, object, string, RegExp | undefined]>([
    ['none in an answer as documented', 200, well, 'GET', undefined],
    ['a member too many', 200, { ...well, more: 1 }, 'GET', /must NOT have additional properties/],
    ['a member of another type', 200, { ...well, healthy: 'yes' }, 'HEAD', /\/healthy must be boolean/],
    ['a member that is missing', 503, { healthy: true, reasons: [] }, 'GET', /must have required property/],
    ['a status', 202, well, 'GET', /202 is not in the document/],
    ['a method', 200, well, 'PUT', /the document has no such method/],
    ['a media type', 500, well, 'GET', /is application\/json, not application\/problem\+json/],
  ])('%s', async (_name, status, body, method, fault) => {
    const host = await hosting.start([answering(status, body)]);
    await fetch(`${host.url}/api/health`, { method });
    expect(takeDeviations()).toEqual(fault ? [expect.stringMatching(fault)] : []);
  });
});
