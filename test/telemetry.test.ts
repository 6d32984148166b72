/** Traces: what Application Insights gets of the calls of functions, and what it never gets. */
import { startTraces, type Traces } from '../src/telemetry';
import { type Receiver, startReceiver, takesAll } from './support/receiver';

const TRACE = '0af7651916cd43dd8448eb211c80319c';
const OTHER = '11111111111111111111111111111111';
const OWN = `00-${TRACE}-b7ad6b7169203331-01`;
const ASKED_BY = `00-${OTHER}-00f067aa0ba902b7-00`;

let receiver: Receiver;
let traces: Traces;

beforeEach(async () => {
  receiver = await startReceiver();
  receiver.answer = takesAll;
  const connectionString = `InstrumentationKey=11111111-2222-3333-4444-555555555555;IngestionEndpoint=${receiver.origin}/`;
  traces = startTraces({ connectionString, credential: undefined, version: '1.2.3' });
});
afterEach(() => receiver.close());

/** The telemetry of what was done, as it arrived. */
async function sent() {
  await traces.flush();
  return receiver.received.flatMap(({ body }) => [JSON.parse(body)].flat()).map(Object);
}

test('a call is a step with its name and end, in the trace of the host, and no second request', async () => {
  expect(await traces.run({ name: 'reconcile', own: OWN }, async () => 7)).toBe(7);
  expect(await sent()).toEqual([
    expect.objectContaining({
      tags: expect.objectContaining({
        'ai.cloud.role': 'expiry-watcher',
        'ai.operation.id': TRACE,
        'ai.operation.parentId': 'b7ad6b7169203331',
      }),
      data: {
        baseType: 'RemoteDependencyData',
        baseData: expect.objectContaining({ name: 'reconcile', success: true }),
      },
    }),
  ]);
});

test('the sweep of a scope is in the trace of the tick that asked for it, and linked to its own', async () => {
  await traces.run({ name: 'sweepScope', own: OWN, askedBy: ASKED_BY }, async () => []);
  const [{ tags, data }] = await sent();
  expect(tags).toMatchObject({
    'ai.operation.id': OTHER,
    'ai.operation.parentId': '00f067aa0ba902b7',
  });
  expect(data.baseData.properties['_MS.links']).toContain(TRACE);
});

test.each([undefined, '', 'nonsense', OWN.replace(TRACE, '0'.repeat(32))])(
  'a call that the host gives the traceparent %j is a trace of its own',
  async own => {
    await traces.run({ name: 'startSweep', own, askedBy: own }, async () => []);
    const [{ tags }] = await sent();
    expect(tags['ai.operation.id']).toMatch(/^[0-9a-f]{32}$/);
    expect(tags['ai.operation.parentId']).toBeUndefined();
  },
);

test('a call that fails fails as it did, and of its error only the name is sent', async () => {
  const fault = Object.assign(new Error('ada@example.com said secret-of-mine'), { name: 'RestError' });
  await expect(
    traces.run({ name: 'sendReminders', own: OWN }, async () => {
      throw fault;
    }),
  ).rejects.toBe(fault);
  const all = await sent();
  expect(all).toMatchObject([{ data: { baseData: { name: 'sendReminders', success: false } } }]);
  expect(JSON.stringify(all)).not.toMatch(/ada@|secret-of-mine/);
});

test('a place that takes nothing costs no call its result', async () => {
  receiver.answer = response => void response.writeHead(403).end();
  expect(await traces.run({ name: 'startSweep', own: OWN }, async () => 7)).toBe(7);
  await traces.flush().catch(() => undefined);
});

test('nothing but spans is sent: the statistics of the exporter are off', async () => {
  await traces.run({ name: 'startSweep', own: OWN }, async () => []);
  await traces.flush();
  expect(receiver.received.map(({ url }) => url)).toEqual(['/v2.1/track']);
  expect(process.env.APPLICATION_INSIGHTS_NO_STATSBEAT).toBe('true');
});
