/** The settings by which the watcher is watched: the address of a ping, and traces. */
import { transports } from '../../src/email/transports';
import { BadSettings, parseSettings } from '../../src/settings';
import type { Environment } from '../../src/settings/env';
import { kinds, services } from '../../src/sources';

const parse = (more: Environment) =>
  parseSettings(
    { AzureWebJobsStorage: 'UseDevelopmentStorage=true', MAIL_TO: 'none', ...more },
    kinds,
    services,
    transports,
  );

function faultsWith(more: Environment): readonly string[] {
  try {
    parse(more);
    return [];
  } catch (error) {
    if (error instanceof BadSettings) return error.faults;
    throw error;
  }
}

test('both are off by default', () => {
  expect(parse({})).toMatchObject({ pingUrl: undefined, telemetry: undefined });
});

test.each([
  'https://hc-ping.com/8c1f0d52-6b7e-4a39-9d1c-2e5f7a90b3d4',
  'https://status.example.com/api/push/token?status=up&msg=OK&path=/',
  'HTTPS://hc-ping.com/key/watcher/',
  'http://127.0.0.1:3001/api/push/token',
])('PING_URL %s is taken as it is', url => {
  expect(parse({ PING_URL: ` ${url} ` }).pingUrl).toBe(url);
});

test.each([
  'http://hc-ping.com/uuid-of-mine',
  'hc-ping.com/uuid-of-mine',
  'uuid-of-mine',
  'ftp://hc-ping.com/uuid-of-mine',
  'https://',
  'http://127.0.0.1.example.com/uuid-of-mine',
  'http\u200b://hc-ping.com/uuid-of-mine\u0430',
])('PING_URL %j is a fault, which does not show it', url => {
  const found = faultsWith({ PING_URL: url });
  expect(found).toEqual(['PING_URL: write an https:// URL (plain http only for a loopback address)']);
});

test('PING_URL that could not be resolved is named without the address of its secret', () => {
  const found = faultsWith({
    PING_URL: '@Microsoft.KeyVault(SecretUri=https://vault.example/secrets/uuid-of-mine)',
  });
  expect(found).toEqual([
    expect.stringMatching(/^PING_URL: is a Key Vault reference that could not be resolved/),
  ]);
  expect(found[0]).not.toContain('uuid-of-mine');
});

describe('traces', () => {
  const CONNECTION =
    'InstrumentationKey=1234;IngestionEndpoint=https://westeurope.in.applicationinsights.azure.com/';

  test('go where the logs of the host go, signed in where the host signs in', () => {
    const traces = { TELEMETRY: 'traces', APPLICATIONINSIGHTS_CONNECTION_STRING: CONNECTION };
    expect(parse(traces).telemetry).toEqual({ connectionString: CONNECTION, byIdentity: false });
    const signedIn = { ...traces, APPLICATIONINSIGHTS_AUTHENTICATION_STRING: 'Authorization=AAD' };
    expect(parse(signedIn).telemetry).toEqual({ connectionString: CONNECTION, byIdentity: true });
  });

  test('are off though the logs of the host go there', () => {
    expect(parse({ APPLICATIONINSIGHTS_CONNECTION_STRING: CONNECTION }).telemetry).toBeUndefined();
  });

  test('need that place, and are asked for by one word', () => {
    expect(faultsWith({ TELEMETRY: 'traces' })).toEqual([
      'APPLICATIONINSIGHTS_CONNECTION_STRING: is missing; with TELEMETRY=traces, traces go there',
    ]);
    expect(faultsWith({ TELEMETRY: 'yes' })).toEqual(['TELEMETRY: write one of none, traces']);
  });
});
