/** The simulated IoT Central: its answers and its refusals. */
import { type SimulatedIotCentral, startSimulatedIotCentral } from '../../../local/simulated/iot-central';
import { ask, at, type HttpResult } from './ask';
import { shape, spec, testWithSpecs } from './specs';

const HOST = 'contoso.azureiotcentral.com';
const VERSION = '?api-version=2022-07-31';
let clock = 0;
let iot: SimulatedIotCentral;

beforeEach(async () => {
  clock = Date.parse('2027-01-01T00:00:00Z');
  iot = await startSimulatedIotCentral({ now: () => clock });
});
afterEach(() => iot.close());

const tokens = (host = HOST) => `${iot.url}/${host}/api/apiTokens`;
const read = (id: string, host = HOST): Promise<HttpResult> => ask('GET', `${tokens(host)}/${id}${VERSION}`);
const create = (id: string, body: unknown) =>
  ask('PUT', `${tokens()}/${id}${VERSION}`, { body: JSON.stringify(body) });

describe('the documented examples', () => {
  const testSpec = testWithSpecs();
  const roles = [{ role: 'c495eb57-eb18-489e-9802-62c474e5645c', organization: 'seattle' }];

  testSpec('of reading a token', async () => {
    iot.token(HOST, 'testtoken').expires('2020-10-18T18:30:40.227Z').roles = roles;
    const example = at(spec('iotcentral/apitoken_get.2022-05-31.json'), 'responses', '200', 'body');
    expect((await read('testtoken')).body).toEqual(example);
  });

  testSpec('of listing them', async () => {
    const administrator = { role: 'ca310b8d-2f4a-44e0-a36e-957c202cd8d4' };
    iot.token(HOST, 'testtoken').expires('2020-10-18T18:30:40.227Z').roles = [administrator, ...roles];
    const example = at(spec('iotcentral/apitoken_list.json'), 'responses', '200', 'body');
    expect((await ask('GET', tokens() + VERSION)).body).toEqual(example);
  });

  testSpec('of creating one', async () => {
    iot.app(HOST);
    const example = spec('iotcentral/apitoken_create.json');
    const { status, body } = await create('testtoken', at(example, 'parameters', 'body'));
    expect(status).toBe(200);
    expect(shape(body)).toEqual(shape(at(example, 'responses', '200', 'body')));
    expect(at(body, 'roles')).toEqual(at(example, 'responses', '200', 'body', 'roles'));
  });

  testSpec('of an error that was seen', async () => {
    iot.token(HOST, 'gateway').misbehaves({
      fault: 'status',
      status: 401,
      code: 'Unauthenticated',
      message: 'The provided authentication token is invalid.',
    });
    const example = spec('iotcentral/error_401_observed.json');
    const { headers, body } = await read('gateway');
    expect(shape(body)).toEqual(shape(example));
    expect(headers.get('x-ms-error-code')).toBe(at(example, 'error', 'code'));
    const pattern = String(at(example, 'error', 'message')).split('Request ID')[0];
    expect(at(body, 'error', 'message')).toContain(pattern);
  });
});

describe('a token', () => {
  test('shows its expiry, and leaves it out if it never expires', async () => {
    iot.token(HOST, 'gateway').expires('2027-05-01T00:00:00Z');
    expect(at((await read('gateway')).body, 'expiry')).toBe('2027-05-01T00:00:00Z');
    iot.token(HOST, 'gateway').neverExpires();
    expect(Object.keys(Object((await read('gateway')).body))).toEqual(['id', 'roles']);
    expect(iot.token(HOST, 'gateway').reads).toBe(2);
  });

  test('is found by any id, percent-encoded; the case of an id counts', async () => {
    for (const id of ['a/b', 'ü & ?', '100%', '~2F']) {
      iot.token(HOST, id);
      expect(await read(encodeURIComponent(id))).toMatchObject({ status: 200, body: { id } });
    }
    expect((await read('A%2FB')).status).toBe(404);
  });

  test('that is unknown is a 404 in the error format', async () => {
    iot.app(HOST);
    const { status, headers, body } = await read('nothing');
    expect(status).toBe(404);
    expect(headers.get('x-ms-error-code')).toBe('NotFound');
    expect(body).toEqual({
      error: {
        code: 'NotFound',
        message: expect.stringContaining('was not found'),
        requestId: expect.any(String),
        time: 'Fri, 01 Jan 2027 00:00:00 GMT',
      },
    });
  });

  test('belongs to one application; the case of the host does not count', async () => {
    iot.token(HOST, 'gateway');
    iot.app('fabrikam.azureiotcentral.com');
    expect((await read('gateway', HOST.toUpperCase())).status).toBe(200);
    expect((await read('gateway', 'fabrikam.azureiotcentral.com')).status).toBe(404);
    expect((await read('gateway', 'unknown.azureiotcentral.com')).status).toBe(404);
  });

  test('shows its value when it is created and never again', async () => {
    iot.app(HOST);
    const created = await create('gateway', { roles: [{ role: 'r' }], expiry: '2027-05-01T00:00:00Z' });
    expect(at(created.body, 'token')).toMatch(/^SECRET-IOT-.{30}/);
    expect(at(created.body, 'expiry')).toBe('2027-05-01T00:00:00Z');
    const list = await ask('GET', tokens() + VERSION);
    expect((await read('gateway')).text + list.text).not.toContain('SECRET');
  });

  test('lives a year when it is created without an expiry, and only once', async () => {
    iot.app(HOST);
    expect(at((await create('gateway', { roles: [{ role: 'r' }] })).body, 'expiry')).toBe(
      '2028-01-01T00:00:00.000Z',
    );
    expect((await create('gateway', { roles: [{ role: 'r' }] })).status).toBe(409);
  });

  test('can be deleted, over HTTP and by the test', async () => {
    iot.token(HOST, 'gateway');
    expect(await ask('DELETE', `${tokens()}/gateway${VERSION}`)).toMatchObject({ status: 204, text: '' });
    expect((await ask('DELETE', `${tokens()}/gateway${VERSION}`)).status).toBe(404);
    iot.token(HOST, 'gateway');
    iot.remove(HOST, 'gateway');
    expect((await read('gateway')).status).toBe(404);
  });
});

describe('a creation is refused', () => {
  test.each<[string, unknown]>([
    ['without roles', {}],
    ['with no role', { roles: [] }],
    ['with roles that are no list', { roles: 'r' }],
    ['with a role without its id', { roles: [{ organization: 'o' }] }],
    ['with an organization that is no text', { roles: [{ role: 'r', organization: 1 }] }],
    ['with an expiry that is no instant', { roles: [{ role: 'r' }], expiry: 'soon' }],
    ['with a body that is no object', []],
  ])('%s', async (_, body) => {
    iot.app(HOST);
    const answer = await create('gateway', body);
    expect(answer.status).toBe(400);
    expect(at(answer.body, 'error', 'code')).toBe('BadRequest');
    expect(iot.app(HOST).tokens.size).toBe(0);
  });

  test('with a body that is not JSON', async () => {
    iot.app(HOST);
    expect((await ask('PUT', `${tokens()}/gateway${VERSION}`, { body: '{' })).status).toBe(400);
  });
});

describe('a request is refused', () => {
  test.each([
    ['without an api-version', 'GET', () => `${tokens()}/gateway`, 400],
    ['with another api-version', 'GET', () => `${tokens()}/gateway?api-version=2099-01-01`, 400],
    ['with another method on a token', 'POST', () => `${tokens()}/gateway${VERSION}`, 405],
    ['with another method on the list', 'PUT', () => tokens() + VERSION, 405],
    [
      'with the collection misspelt',
      'GET',
      () => `${tokens().replace('apiTokens', 'apitokens')}/gateway${VERSION}`,
      404,
    ],
    ['with an empty id', 'GET', () => `${tokens()}/${VERSION}`, 404],
    ['with more after the id', 'GET', () => `${tokens()}/gateway/more${VERSION}`, 404],
    ['with a broken encoding', 'GET', () => `${tokens()}/%E0%A4%A${VERSION}`, 404],
  ])('%s', async (_, method, url, status) => {
    iot.token(HOST, 'gateway');
    const answer = await ask(method, url());
    expect(answer.status).toBe(status);
    expect(at(answer.body, 'error', 'code')).toEqual(expect.any(String));
  });
});

describe('the list', () => {
  test('can be read page by page to its end', async () => {
    for (let count = 0; count < 5; count += 1) iot.token(HOST, `token-${count}`);
    iot.app(HOST).pageSize = 2;
    const seen: unknown[] = [];
    for (let next: unknown = tokens() + VERSION; typeof next === 'string'; ) {
      const { body } = await ask('GET', next);
      const page = at(body, 'value');
      if (Array.isArray(page)) seen.push(...page.map(token => at(token, 'id')));
      next = at(body, 'nextLink');
    }
    expect(seen).toEqual(['token-0', 'token-1', 'token-2', 'token-3', 'token-4']);
    expect(iot.requests).toHaveLength(3);
    expect((await ask('GET', `${tokens()}${VERSION}&%24skiptoken=-1`)).status).toBe(400);
  });

  test('fails with its application', async () => {
    iot.token(HOST, 'gateway').expires('2027-05-01T00:00:00Z');
    iot.app(HOST).misbehaves({ fault: 'noDate' });
    expect((await ask('GET', tokens() + VERSION)).text).not.toContain('expiry');
    iot.app(HOST).misbehaves({ fault: 'status', status: 403, code: 'Forbidden' });
    expect((await ask('GET', tokens() + VERSION)).status).toBe(403);
    expect((await read('gateway')).status).toBe(403);
  });
});

describe('throttling', () => {
  test('allows 20 requests at once and 20 a second for each application, and sends no Retry-After', async () => {
    iot.token(HOST, 'gateway');
    iot.token('fabrikam.azureiotcentral.com', 'gateway');
    const burst: HttpResult[] = [];
    for (let count = 0; count < 21; count += 1) burst.push(await read('gateway'));
    expect(burst.map(answer => answer.status).indexOf(429)).toBe(20);
    expect(burst[20]?.headers.get('retry-after')).toBeNull();
    expect(burst[20]?.headers.get('x-ms-error-code')).toBe('TooManyRequests');
    expect((await read('gateway', 'fabrikam.azureiotcentral.com')).status).toBe(200);
    clock += 50;
    expect([(await read('gateway')).status, (await read('gateway')).status]).toEqual([200, 429]);
  });

  test('can be provoked, and switched off', async () => {
    iot.token(HOST, 'gateway');
    iot.app(HOST).drain();
    expect((await read('gateway')).status).toBe(429);
    await iot.close();
    iot = await startSimulatedIotCentral({ now: () => clock, burst: 1, throttle: false });
    iot.token(HOST, 'gateway');
    expect([(await read('gateway')).status, (await read('gateway')).status]).toEqual([200, 200]);
  });
});
