/** Every fault that a test can set, at both watched services. */
import { type SimulatedArm, startSimulatedArm } from '../../../local/simulated/arm';
import type { Fault } from '../../../local/simulated/faults';
import { type SimulatedIotCentral, startSimulatedIotCentral } from '../../../local/simulated/iot-central';
import { ask, at, type HttpResult } from './ask';

const SUBSCRIPTION = '651f8027-33e8-4ec4-97b4-f6e9f3dc8744';
const HOST = 'contoso.azureiotcentral.com';
const now = () => Date.parse('2027-01-01T00:00:00Z');
let arm: SimulatedArm;
let iot: SimulatedIotCentral;

beforeEach(async () => {
  [arm, iot] = await Promise.all([startSimulatedArm({ now }), startSimulatedIotCentral({ now })]);
});
afterEach(async () => {
  await Promise.all([arm.close(), iot.close()]);
});

const services = [
  {
    service: 'Resource Manager',
    item: () => arm.app(SUBSCRIPTION, 'rg', 'web').expires('2027-05-01T00:00:00Z'),
    read: (init: RequestInit = {}) =>
      ask(
        'POST',
        `${arm.url}/subscriptions/${SUBSCRIPTION}/resourceGroups/rg/providers/Microsoft.App/containerApps/web/getAuthtoken?api-version=2023-08-01-preview`,
        init,
      ),
    date: (answer: HttpResult) => at(answer.body, 'properties', 'expires'),
    requests: () => arm.requests,
  },
  {
    service: 'IoT Central',
    item: () => iot.token(HOST, 'gateway').expires('2027-05-01T00:00:00Z'),
    read: (init: RequestInit = {}) =>
      ask('GET', `${iot.url}/${HOST}/api/apiTokens/gateway?api-version=2022-07-31`, init),
    date: (answer: HttpResult) => at(answer.body, 'expiry'),
    requests: () => iot.requests,
  },
];

describe.each(services)('$service', ({ item, read, date, requests }) => {
  const readWith = (fault: Fault) => {
    item().misbehaves(fault);
    return read();
  };

  test('refuses with a status, in its own error format', async () => {
    const answer = await readWith({
      fault: 'status',
      status: 403,
      code: 'Forbidden',
      message: 'Not you.',
      retryAfter: '7',
    });
    expect(answer.status).toBe(403);
    expect(at(answer.body, 'error', 'code')).toBe('Forbidden');
    expect(at(answer.body, 'error', 'message')).toContain('Not you.');
    expect(answer.headers.get('retry-after')).toBe('7');
  });

  test('refuses with any body, an empty one too', async () => {
    expect(await readWith({ fault: 'status', status: 500, body: 'oops' })).toMatchObject({
      status: 500,
      text: 'oops',
    });
    expect(await readWith({ fault: 'status', status: 404, body: '' })).toMatchObject({
      status: 404,
      text: '',
    });
  });

  test('answers with a page instead of JSON', async () => {
    const answer = await readWith({ fault: 'html' });
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-type')).toContain('text/html');
    expect(answer.text).toContain('<html>');
  });

  test('cuts its JSON off', async () => {
    const answer = await readWith({ fault: 'truncated' });
    expect(answer).toMatchObject({ status: 200, body: undefined });
    expect(answer.text).toMatch(/^\{"id"/);
  });

  test('answers with megabytes of valid JSON', async () => {
    const answer = await readWith({ fault: 'huge' });
    expect(answer.text.length).toBeGreaterThan(8_000_000);
    expect(date(answer)).toBe('2027-05-01T00:00:00Z');
    expect((await readWith({ fault: 'huge', bytes: 100 })).text.length).toBeLessThan(1_000);
  });

  test('resets the connection', async () => {
    await expect(readWith({ fault: 'reset' })).rejects.toThrow('fetch failed');
    expect(requests().at(-1)?.status).toBe(0);
  });

  test('never answers, until the client gives up', async () => {
    item().misbehaves({ fault: 'hang' });
    await expect(read({ signal: AbortSignal.timeout(50) })).rejects.toThrow('timeout');
    expect(requests().at(-1)?.status).toBe(0);
  });

  test('redirects', async () => {
    const answer = await readWith({ fault: 'redirect', location: 'https://elsewhere.example/' });
    expect(answer.status).toBe(302);
    expect(answer.headers.get('location')).toBe('https://elsewhere.example/');
  });

  test('leaves the date out, or puts anything in its place', async () => {
    const none = await readWith({ fault: 'noDate' });
    expect(none.status).toBe(200);
    expect(none.text).not.toMatch(/"expir/);
    expect(at(none.body, 'id')).toBeDefined();
    for (const value of ['soon', '', 12, null, ['2027-05-01T00:00:00Z']])
      expect(date(await readWith({ fault: 'rawDate', value }))).toEqual(value);
  });

  test('fails a number of times and then works', async () => {
    item().misbehaves({ fault: 'times', times: 2, inner: { fault: 'status', status: 500 } });
    expect([await read(), await read(), await read()].map(answer => answer.status)).toEqual([500, 500, 200]);
    item().misbehaves({ fault: 'times', times: 0, inner: { fault: 'status', status: 500 } });
    expect((await read()).status).toBe(200);
  });

  test('works again when the test says so', async () => {
    item().misbehaves({ fault: 'html' }).recovers();
    expect(date(await read())).toBe('2027-05-01T00:00:00Z');
  });
});
