/** The simulated Resource Manager: its answers and its refusals. */
import { type SimulatedArm, startSimulatedArm } from '../../../local/simulated/arm';
import { ask, at, type HttpResult } from './ask';
import { shape, spec, testWithSpecs } from './specs';

const SUBSCRIPTION = '651f8027-33e8-4ec4-97b4-f6e9f3dc8744';
const OTHER = '00000000-0000-4000-8000-000000000001';
let clock = 0;
let arm: SimulatedArm;

beforeEach(async () => {
  clock = Date.parse('2027-01-01T00:00:00Z');
  arm = await startSimulatedArm({ now: () => clock });
});
afterEach(() => arm.close());

const address = (name: string, subscription = SUBSCRIPTION) =>
  `${arm.url}/subscriptions/${subscription}/resourceGroups/rg/providers/Microsoft.App/containerApps/${name}/getAuthtoken`;
const read = (name: string, subscription = SUBSCRIPTION): Promise<HttpResult> =>
  ask('POST', `${address(name, subscription)}?api-version=2023-08-01-preview`);
const app = (name = 'web') => arm.app(SUBSCRIPTION, 'rg', name);
const expires = (answer: HttpResult) => at(answer.body, 'properties', 'expires');
const token = (answer: HttpResult) => at(answer.body, 'properties', 'token');

testWithSpecs()('answers in the shape of the documented example', async () => {
  app('testcontainerapp0').expires('2022-07-14T19:22:50.3080223Z');
  const example = at(
    spec('containerapps/ContainerApps_GetAuthToken.example.2025-01-01.json'),
    'responses',
    '200',
    'body',
  );
  const { body } = await read('testcontainerapp0');
  expect(shape(body)).toEqual(shape(example));
  for (const key of ['id', 'name', 'type', 'location']) expect(at(body, key)).toEqual(at(example, key));
  expect(at(body, 'properties', 'expires')).toEqual(at(example, 'properties', 'expires'));
});

describe('an app', () => {
  test('mints a new token at every read unless told otherwise', async () => {
    app().mintsFor(600_000);
    const first = await read('web');
    clock += 60_000;
    const second = await read('web');
    expect(expires(first)).toBe('2027-01-01T00:10:00.0000223Z');
    expect(expires(second)).toBe('2027-01-01T00:11:00.0000223Z');
    expect(token(first)).toMatch(/^SECRET-ARM-.{30}/);
    expect(token(second)).not.toBe(token(first));
  });

  test('keeps one token with a fixed expiry until it is given another', async () => {
    app().expires('2027-05-01T00:00:00.1234567Z');
    const [first, second] = [await read('web'), await read('web')];
    expect(expires(second)).toBe('2027-05-01T00:00:00.1234567Z');
    expect(token(second)).toBe(token(first));
    app().expires(Date.parse('2028-05-01T00:00:00Z'));
    const renewed = await read('web');
    expect(expires(renewed)).toBe('2028-05-01T00:00:00.0000223Z');
    expect(token(renewed)).not.toBe(token(first));
    expect(app().reads).toBe(3);
  });

  test('is found by its names in any case of letters', async () => {
    arm.app(OTHER.toUpperCase(), 'RG', 'Web').expires('2027-05-01T00:00:00Z');
    expect(expires(await read('wEB', OTHER))).toBe('2027-05-01T00:00:00Z');
  });

  test('that does not exist (any more) is a 404 without a body', async () => {
    expect(await read('web')).toMatchObject({ status: 404, text: '' });
    app();
    expect(await read('web')).toMatchObject({ status: 200 });
    arm.remove(SUBSCRIPTION, 'RG', 'WEB');
    expect(await read('web')).toMatchObject({ status: 404, text: '' });
  });

  test('needs a valid subscription id', () => {
    expect(() => arm.app('sub-1', 'rg', 'web')).toThrow("is a UUID, not 'sub-1'");
  });
});

describe('a request is refused', () => {
  const version = '?api-version=2023-08-01-preview';
  test.each([
    ['with another method', 'GET', (url: string) => url + version, 405, 'MethodNotAllowed'],
    ['without an api-version', 'POST', (url: string) => url, 400, 'MissingApiVersionParameter'],
    [
      'with another api-version',
      'POST',
      (url: string) => `${url}?api-version=2099-01-01`,
      400,
      'NoRegisteredProviderFound',
    ],
    [
      'with the action misspelt',
      'POST',
      (url: string) => url.replace('Authtoken', 'AuthToken') + version,
      404,
      'InvalidResourceType',
    ],
    [
      'with a segment misspelt',
      'POST',
      (url: string) => url.replace('resourceGroups', 'resourcegroups') + version,
      404,
      'InvalidResourceType',
    ],
    ['with a trailing slash', 'POST', (url: string) => `${url}/${version}`, 404, 'InvalidResourceType'],
    [
      'with a broken encoding',
      'POST',
      (url: string) => url.replace('web', '%E0%A4%A') + version,
      404,
      'InvalidResourceType',
    ],
    ['without a name', 'POST', (url: string) => url.replace('web', '') + version, 404, 'InvalidResourceType'],
    [
      'for a malformed subscription',
      'POST',
      (url: string) => url.replace(SUBSCRIPTION, 'sub-1') + version,
      400,
      'InvalidSubscriptionId',
    ],
  ])('%s', async (_, method, change, status, code) => {
    app().expires('2027-05-01T00:00:00Z');
    const answer = await ask(method, change(address('web')));
    expect(answer.status).toBe(status);
    expect(answer.body).toEqual({ error: { code, message: expect.any(String) } });
  });
});

describe('throttling', () => {
  const statuses = async (times: number, subscription = SUBSCRIPTION) => {
    const answers: HttpResult[] = [];
    for (let count = 0; count < times; count += 1) answers.push(await read('web', subscription));
    return answers.map(answer => answer.status);
  };

  test('allows 200 writes at once and 10 a second, for each subscription by itself', async () => {
    app();
    expect((await statuses(201)).indexOf(429)).toBe(200);
    clock += 1_000;
    expect((await statuses(11)).filter(status => status === 200)).toHaveLength(10);
    expect((await read('web', OTHER)).status).toBe(404);
    expect(arm.requests.filter(request => request.status === 429)).toHaveLength(2);
  });

  test('names the remaining writes', async () => {
    app();
    const remaining = (answer: HttpResult) =>
      answer.headers.get('x-ms-ratelimit-remaining-subscription-writes');
    expect(remaining(await read('web'))).toBe('199');
    expect(remaining(await read('missing'))).toBe('198');
  });

  test('refuses with the error format and whole seconds to wait', async () => {
    app();
    arm.subscription(SUBSCRIPTION).drain();
    const refused = await read('web');
    expect(refused.status).toBe(429);
    expect(refused.headers.get('retry-after')).toBe('1');
    expect(refused.headers.get('x-ms-ratelimit-remaining-subscription-writes')).toBe('0');
    expect(at(refused.body, 'error', 'code')).toBe('SubscriptionRequestsThrottled');
    clock += 1_000;
    expect((await read('web')).status).toBe(200);
  });

  test('waits longer where the rate is lower', async () => {
    await arm.close();
    arm = await startSimulatedArm({ now: () => clock, rate: 0.25, burst: 1 });
    app();
    expect((await read('web')).status).toBe(200);
    clock += 1_500;
    expect((await read('web')).headers.get('retry-after')).toBe('3');
  });

  test('can be switched off', async () => {
    await arm.close();
    arm = await startSimulatedArm({ now: () => clock, burst: 1, throttle: false });
    app();
    expect(await statuses(5)).toEqual([200, 200, 200, 200, 200]);
  });
});

test('a whole subscription can fail, and work again', async () => {
  app().expires('2027-05-01T00:00:00Z');
  arm.subscription(SUBSCRIPTION).misbehaves({ fault: 'status', status: 503, code: 'ServiceUnavailable' });
  expect(await read('web')).toMatchObject({ status: 503 });
  expect(await read('missing')).toMatchObject({ status: 503 });
  arm.subscription(SUBSCRIPTION).recovers();
  expect(await read('web')).toMatchObject({ status: 200 });
});
