/** Which identity signs in, as the platform's own endpoint is asked for a token. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { lazyCredential } from '../../src/azure/sign-in';

const SCOPE = 'https://storage.azure.com/.default';
const RESOURCE =
  '/subscriptions/s/resourceGroups/g/providers/Microsoft.ManagedIdentity/userAssignedIdentities/i';
const before = { ...process.env };
let asked: URLSearchParams | undefined;

/** The endpoint that App Service gives to an app with a managed identity. */
const platform = createServer((request, response) => {
  asked = new URL(request.url ?? '', 'http://127.0.0.1').searchParams;
  const inAnHour = Math.floor(Date.now() / 1_000) + 3_600;
  response.setHeader('content-type', 'application/json');
  response.end(
    JSON.stringify({ access_token: 'token', expires_on: `${inAnHour}`, resource: 'r', token_type: 'Bearer' }),
  );
});

beforeAll(async () => {
  platform.listen(0, '127.0.0.1');
  await once(platform, 'listening');
  const { port } = Object(platform.address()) satisfies Partial<AddressInfo>;
  process.env.IDENTITY_ENDPOINT = `http://127.0.0.1:${port}/msi/token`;
  process.env.IDENTITY_HEADER = 'header';
  for (const name of ['HTTP_PROXY', 'HTTPS_PROXY', 'http_proxy', 'https_proxy']) delete process.env[name];
});
afterAll(() => {
  process.env = before;
  platform.close();
});
beforeEach(() => {
  asked = undefined;
});

test.each([
  ['the one of the system', { managedOnly: true }, {}],
  ['the one of a client id', { managedOnly: true, clientId: 'id' }, { client_id: 'id' }],
  ['the one of a resource', { managedOnly: true, resourceId: RESOURCE }, { mi_res_id: RESOURCE }],
  ['the one of a client id, where others may sign in too', { clientId: 'id' }, { client_id: 'id' }],
  ['the one of a resource, where others may sign in too', { resourceId: RESOURCE }, { mi_res_id: RESOURCE }],
])('%s', async (_, identity, expected) => {
  expect((await lazyCredential(identity).getToken(SCOPE))?.token).toBe('token');
  const { client_id, mi_res_id } = Object.fromEntries(asked ?? []);
  expect({ client_id, mi_res_id }).toEqual(expected);
});
