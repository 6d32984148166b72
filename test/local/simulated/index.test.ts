/** All simulated services together, as the demo and the story tests use them. */
import { type SimulatedAzure, startSimulatedAzure } from '../../../local/simulated';
import { ask } from './ask';

const now = () => Date.parse('2027-01-01T00:00:00Z');
let azure: SimulatedAzure | undefined;
afterEach(async () => {
  await azure?.close();
  azure = undefined;
});

test('the settings point at the services', async () => {
  azure = await startSimulatedAzure({ now });
  const { settings, iotCentral } = azure;
  expect(Object.keys(settings)).toEqual([
    'ARM_ENDPOINT',
    'IOT_CENTRAL_ENDPOINT',
    'COMMUNICATION_ENDPOINT',
    'MAIL_SENDER',
  ]);
  for (const [name, value] of Object.entries(settings))
    expect(value).toMatch(name === 'MAIL_SENDER' ? /^watcher@example.com$/ : /^http:\/\/127\.0\.0\.1:\d+/);
  iotCentral.token('contoso.azureiotcentral.com', 'gateway').expires('2027-05-01T00:00:00Z');
  const base = settings.IOT_CENTRAL_ENDPOINT?.replace('{subdomain}', 'contoso').replace(
    '{baseDomain}',
    'azureiotcentral.com',
  );
  expect((await ask('GET', `${base}/api/apiTokens/gateway?api-version=2022-07-31`)).status).toBe(200);
});

test('with an access key, the settings hold a connection string', async () => {
  azure = await startSimulatedAzure({ now, communication: { accessKey: 'a2V5' } });
  expect(azure.settings.COMMUNICATION_ENDPOINT).toBeUndefined();
  expect(azure.settings.COMMUNICATION_CONNECTION_STRING).toBe(
    `endpoint=${azure.communication.url}/;accesskey=a2V5`,
  );
});

test('each service takes its own options', async () => {
  azure = await startSimulatedAzure({
    now,
    arm: { burst: 1 },
    iotCentral: { throttle: false },
    communication: { perMinute: 1 },
  });
  const id = '651f8027-33e8-4ec4-97b4-f6e9f3dc8744';
  azure.arm.app(id, 'rg', 'web');
  const read = () =>
    ask(
      'POST',
      `${azure?.arm.url}/subscriptions/${id}/resourceGroups/rg/providers/Microsoft.App/containerApps/web/getAuthtoken?api-version=2023-08-01-preview`,
    );
  expect([(await read()).status, (await read()).status]).toEqual([200, 429]);
});

test('a port that is taken leaves nothing running', async () => {
  azure = await startSimulatedAzure({ now });
  const taken = Number(new URL(azure.arm.url).port);
  const free = await startSimulatedAzure({ now });
  const port = Number(new URL(free.communication.url).port);
  await free.close();
  await expect(startSimulatedAzure({ now, arm: { port: taken }, communication: { port } })).rejects.toThrow(
    'EADDRINUSE',
  );
  await expect(ask('GET', `http://127.0.0.1:${port}/`)).rejects.toThrow('fetch failed');
});
