/** What each kind makes of its service's answers, good and bad, over HTTP against the simulated services. */
import { type SimulatedArm, startSimulatedArm } from '../../../local/simulated/arm';
import type { PlainFault } from '../../../local/simulated/faults';
import { type SimulatedIotCentral, startSimulatedIotCentral } from '../../../local/simulated/iot-central';
import type { FailureCode } from '../../../src/core/reading';
import { parseInstant } from '../../../src/formats/instant';
import type { ReadResult } from '../../../src/watch/ports';
import { APP, failureOf, HOST, SUBSCRIPTION, TOKEN, type World, world } from './world';

const NOW = Date.UTC(2026, 0, 15);
const EXPIRY = '2026-03-01T12:00:00.1234567Z';
const EXPIRES_ON = parseInstant(EXPIRY);

let arm: SimulatedArm;
let iotCentral: SimulatedIotCentral;
let sources: World;
const answers: ReadResult[] = [];

beforeEach(async () => {
  arm = await startSimulatedArm({ now: () => NOW });
  iotCentral = await startSimulatedIotCentral({ now: () => NOW });
  sources = world({
    arm: arm.url,
    iotCentral: `${iotCentral.url}/{subdomain}.{baseDomain}`,
    timeoutMs: 1_000,
  });
});

afterEach(async () => {
  await Promise.all([arm.close(), iotCentral.close()]);
});

/** The two kinds side by side: each has the same target, well until told. */
const kinds = {
  containerApp: {
    identity: APP,
    target: () => arm.app(SUBSCRIPTION, 'rg-shop', 'shop-api').expires(EXPIRY),
    requests: () => arm.requests,
  },
  iotCentralToken: {
    identity: TOKEN,
    target: () => iotCentral.token(HOST, 'pipeline').expires(EXPIRY),
    requests: () => iotCentral.requests,
  },
};

async function read(identity = APP): Promise<ReadResult> {
  const answer = await sources.read(identity);
  answers.push(answer);
  return answer;
}

describe.each(Object.entries(kinds))('a %s', (_kind, { identity, target, requests }) => {
  it('is read with its expiry, cut to milliseconds, and nothing else', async () => {
    target();
    const { reading } = await read(identity);
    expect(reading).toEqual({ outcome: 'expires', expiresOn: EXPIRES_ON });
  });

  it('that is unknown to its service is missing', async () => {
    target();
    const { reading } = await read({ ...identity, names: [...identity.names.slice(0, -1), 'nobody'] });
    expect(failureOf(reading).code).toBe('missing');
    expect(failureOf(reading).message).toMatch(/deleted.*\(HTTP 404/);
  });

  it.each<[FailureCode, number]>([
    ['notAllowed', 401],
    ['notAllowed', 403],
    ['missing', 404],
    ['timeout', 408],
    ['throttled', 429],
    ['unintelligible', 400],
    ['unreachable', 409],
    ['unintelligible', 204],
    ['unreachable', 500],
    ['unreachable', 502],
    ['unreachable', 503],
    ['timeout', 504],
  ])('is %s when the service says %i', async (code, status) => {
    target().misbehaves({ fault: 'status', status, code: 'SomeReason' });
    const { code: seen, message } = failureOf((await read(identity)).reading);
    expect(seen).toBe(code);
    expect(message).toContain(status === 204 ? 'HTTP 204' : `HTTP ${status} other`);
  });

  it.each<[FailureCode, string, PlainFault]>([
    ['unintelligible', 'JSON', { fault: 'html' }],
    ['unintelligible', 'JSON', { fault: 'truncated' }],
    ['unintelligible', 'too large', { fault: 'huge' }],
    ['unreachable', 'ECONNRESET', { fault: 'reset' }],
    ['unintelligible', 'RFC 3339', { fault: 'rawDate', value: '01/03/2026' }],
    ['unintelligible', 'RFC 3339', { fault: 'rawDate', value: '2026-02-30T00:00:00Z' }],
    ['unintelligible', 'RFC 3339', { fault: 'rawDate', value: '' }],
    ['unintelligible', 'shape', { fault: 'rawDate', value: 1_772_366_400 }],
    ['unintelligible', 'shape', { fault: 'rawDate', value: { at: EXPIRY } }],
  ])('is %s, in words about %s, for %j', async (code, words, fault) => {
    target().misbehaves(fault);
    const { code: seen, message } = failureOf((await read(identity)).reading);
    expect(seen).toBe(code);
    expect(message).toContain(words);
    expect(message).toMatch(/^[A-Z].*\.$/);
  });

  it('whose service stays silent times out', async () => {
    sources = world({
      arm: arm.url,
      iotCentral: `${iotCentral.url}/{subdomain}.{baseDomain}`,
      timeoutMs: 200,
    });
    target().misbehaves({ fault: 'hang' });
    const { code, message } = failureOf((await read(identity)).reading);
    expect(code).toBe('timeout');
    expect(message).toContain('within 0.2 s');
  });

  it('never follows a redirect', async () => {
    target().misbehaves({ fault: 'redirect', location: `${arm.url}/elsewhere` });
    expect(failureOf((await read(identity)).reading).code).toBe('unintelligible');
    expect(requests()).toHaveLength(1);
    expect(arm.requests.filter(request => request.path === '/elsewhere')).toHaveLength(0);
  });

  it('is not asked twice by one read, whatever comes back', async () => {
    target().misbehaves({ fault: 'status', status: 503, retryAfter: '0' });
    await read(identity);
    expect(requests()).toHaveLength(1);
  });

  it('is well again with the next read after a fault', async () => {
    target().misbehaves({ fault: 'times', times: 1, inner: { fault: 'reset' } });
    await read(identity);
    expect((await read(identity)).reading.outcome).toBe('expires');
  });
});

describe('what differs between the kinds', () => {
  it('an API token without an expiry never expires', async () => {
    iotCentral.token(HOST, 'pipeline').neverExpires();
    expect((await read(TOKEN)).reading).toEqual({ outcome: 'neverExpires' });
  });

  it.each<PlainFault>([{ fault: 'noDate' }, { fault: 'rawDate', value: null }])(
    'a container app without a date is unintelligible: %j',
    async fault => {
      kinds.containerApp.target().misbehaves(fault);
      expect(failureOf((await read(APP)).reading).code).toBe('unintelligible');
    },
  );

  it('those that may not be read name the role to grant', async () => {
    kinds.containerApp.target().misbehaves({ fault: 'status', status: 403, code: 'AuthorizationFailed' });
    kinds.iotCentralToken.target().misbehaves({ fault: 'status', status: 403, code: 'Forbidden' });
    expect(failureOf((await read(APP)).reading).message).toContain(
      'Microsoft.App/containerApps/getAuthtoken/action',
    );
    expect(failureOf((await read(TOKEN)).reading).message).toMatch(/Administrator.*PUT \/api\/users/);
  });

  it('ARM says what is left of the bucket and how long to wait when it is empty', async () => {
    kinds.containerApp.target();
    expect((await read(APP)).remaining).toBe(199);
    arm.subscription(SUBSCRIPTION).drain();
    const answer = await read(APP);
    expect(failureOf(answer.reading).code).toBe('throttled');
    expect(answer).toMatchObject({ remaining: 0, retryAfterMs: 1_000 });
  });
});

it('no answer in all of this held a token or a word of an error message', () => {
  const everything = JSON.stringify(answers);
  expect(answers.length).toBeGreaterThan(50);
  expect(everything).not.toMatch(/SECRET-|was refused as the test asked|Sign in|subscriptions\//);
});
