/** Giving the watcher its role in IoT Central: the documented command as it stands, and the requests that it makes. */
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { noProxy } from '../../local/ports';
import { type SimulatedIotCentral, startSimulatedIotCentral } from '../../local/simulated/iot-central';
import { type Ask, grant, NotGranted } from '../../scripts/iot-central-grant';
import { ask } from '../local/simulated/ask';
import { spec, testWithSpecs } from '../local/simulated/specs';

const HOST = 'contoso.azureiotcentral.com';
const PRINCIPAL = '33333333-3333-3333-3333-333333333333';
const TENANT = '22222222-2222-2222-2222-222222222222';
const WATCHER = { id: 'c7be2c6b-797e-4551-bb24-33709f6b2e20', displayName: 'Expiry Watcher' };
const ADMINISTRATOR = 'ca310b8d-2f4a-44e0-a36e-957c202cd8d4';
let iot: SimulatedIotCentral;

beforeEach(async () => {
  iot = await startSimulatedIotCentral({ now: () => Date.parse('2027-01-01T00:00:00Z') });
  iot.app(HOST).members.roles.push(WATCHER);
});
afterEach(() => iot.close());

const send: Ask = (method, url, body) => ask(method, url, { body: JSON.stringify(body) });
const give = (role = WATCHER.displayName, more: object = {}) =>
  grant({ url: `${iot.url}/${HOST}`, principalId: PRINCIPAL, tenantId: TENANT, role, ...more }, send);
const user = () => iot.app(HOST).members.users.get(PRINCIPAL);
const ADDED = { id: PRINCIPAL, type: 'servicePrincipal', tenantId: TENANT, objectId: PRINCIPAL };

describe('the command of docs/deploy.md', () => {
  const folder = mkdtempSync(join(tmpdir(), 'grant-'));
  const claims = Buffer.from(JSON.stringify({ tid: TENANT })).toString('base64url');
  const token = JSON.stringify({ accessToken: `e30.${claims}.x`, expires_on: 4_000_000_000 });
  const program = (name: string, text: string) =>
    writeFileSync(join(folder, name), `#!/bin/sh\n${text}\n`, { mode: 0o755 });
  beforeAll(() => {
    program('azd', `test "$*" = "env get-value WATCHER_PRINCIPAL_ID" && echo ${PRINCIPAL}`);
    program(
      'az',
      `case "$*" in *"get-access-token"*"--resource https://apps.azureiotcentral.com"*) echo '${token}';; *) exit 1;; esac`,
    );
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  function run(command: string): Promise<{ code: number; said: string }> {
    const env = {
      ...process.env,
      ...noProxy(process.env),
      PATH: `${folder}${delimiter}${process.env.PATH}`,
      NODE_OPTIONS: `--import=${pathToFileURL(resolve('test/infra/reroute.mjs'))}`,
      SIMULATED: iot.url,
    };
    return new Promise(done =>
      execFile('sh', ['-c', command], { env }, (error, stdout, stderr) =>
        done({ code: error ? 1 : 0, said: stdout + stderr }),
      ),
    );
  }

  const [documented = ''] =
    /^npm run grant -- (?:.*\\\n)*.*$/m.exec(readFileSync('docs/deploy.md', 'utf8')) ?? [];

  test('gives the identity of the watcher the role, signed in as the person who runs it', async () => {
    const { code, said } = await run(documented);
    expect([code, said]).toEqual([0, expect.stringContaining("has the role 'Expiry Watcher' now")]);
    expect(user()).toEqual({ ...ADDED, roles: [{ role: WATCHER.id }] });
    const path = (request: { method: string; path: string; query: string }) =>
      `${request.method} ${request.path}${request.query}`;
    expect(iot.requests.map(path)).toEqual([
      `GET /${HOST}/api/roles?api-version=2022-07-31`,
      `GET /${HOST}/api/users/${PRINCIPAL}?api-version=2022-07-31`,
      `PUT /${HOST}/api/users/${PRINCIPAL}?api-version=2022-07-31`,
    ]);
    expect(iot.requests.every(({ authorized }) => authorized)).toBe(true);
  }, 60_000);

  test.each([
    [
      'a host elsewhere',
      '--app azureiotcentral.com.example.com --principal $(azd env get-value WATCHER_PRINCIPAL_ID)',
      /--app is not the host/,
    ],
    ['an identity that is none', `--app ${HOST} --principal me`, /--principal is not a GUID/],
  ])(
    'refuses %s before it asks anybody',
    async (_, args, words) => {
      const { code, said } = await run(`npm run grant -- ${args}`);
      expect([code, said]).toEqual([1, expect.stringMatching(words)]);
      expect(iot.requests).toEqual([]);
    },
    60_000,
  );
});

test('a role is found by its name or its id, on any page of the list', async () => {
  iot.app(HOST).pageSize = 2;
  await give();
  expect(user()).toEqual({ ...ADDED, roles: [{ role: WATCHER.id }] });
  iot.app(HOST).members.users.clear();
  await give(ADMINISTRATOR);
  expect(user()).toMatchObject({ roles: [{ role: ADMINISTRATOR }] });
});

test('doing it again changes nothing, and other roles of the identity stay', async () => {
  await give();
  expect(await give()).toMatch(/already/);
  expect(iot.requests.filter(({ method }) => method === 'PUT')).toHaveLength(1);
  await give('Administrator');
  expect(user()).toMatchObject({ roles: [{ role: WATCHER.id }, { role: ADMINISTRATOR }] });
});

test('a role in one organization alone does not count: API tokens belong to the whole application', async () => {
  const roles = [{ role: WATCHER.id, organization: 'seattle' }];
  iot.app(HOST).members.put(PRINCIPAL, Buffer.from(JSON.stringify({ ...ADDED, roles })));
  await give();
  expect(user()).toMatchObject({ roles: [...roles, { role: WATCHER.id }] });
});

describe('is refused with what to do', () => {
  const refused = async (words: RegExp, role?: string) => {
    await expect(give(role)).rejects.toThrow(NotGranted);
    await expect(give(role)).rejects.toThrow(words);
    expect(user()).toBeUndefined();
  };

  test('where the role does not exist', () =>
    refused(
      /no role 'Watcher'. Make one .* It has 'Administrator', 'Operator', 'Builder', 'Expiry Watcher'/,
      'Watcher',
    ));

  test.each(['Operator', 'Builder'])('where %s is asked for, which shows no API tokens', role =>
    refused(/can't view API tokens/, role),
  );

  test('where two roles have the name', async () => {
    iot.app(HOST).members.roles.push({ ...WATCHER, id: 'other' });
    await refused(/has 2 roles 'Expiry Watcher'.*other/);
  });

  test.each([401, 403])('where the person may not: %i', async status => {
    iot.app(HOST).misbehaves({ fault: 'status', status });
    await refused(/sign in with "az login" as an Administrator/);
  });

  test('where something else answers, or the service is at fault', async () => {
    iot.app(HOST).misbehaves({ fault: 'html' });
    await refused(/not the answer of an IoT Central application/);
    iot.app(HOST).misbehaves({ fault: 'status', status: 503, message: 'Too busy.' });
    await refused(/HTTP 503: Too busy/);
  });

  test('where the list goes on at another address, which gets no token', async () => {
    const elsewhere: Ask = async () => ({
      status: 200,
      body: { value: [], nextLink: 'https://evil.example/api/roles?x' },
    });
    const url = `https://${HOST}`;
    await expect(
      grant({ url, principalId: PRINCIPAL, tenantId: TENANT, role: 'Any' }, elsewhere),
    ).rejects.toThrow(/another address/);
  });
});

describe('the simulated users', () => {
  const put = (body: unknown, id = PRINCIPAL) =>
    ask('PUT', `${iot.url}/${HOST}/api/users/${id}?api-version=2022-07-31`, { body: JSON.stringify(body) });

  testWithSpecs()('take and answer the documented example', async () => {
    const { parameters, responses } = Object(spec('iotcentral/users_set_serviceprincipal.json'));
    for (const { role } of parameters.body.roles)
      iot.app(HOST).members.roles.push({ id: role, displayName: role });
    expect((await put(parameters.body, parameters.userId)).body).toEqual(responses['200'].body);
  });

  const roles = [{ role: WATCHER.id }];
  const whole = { type: 'servicePrincipal', tenantId: TENANT, objectId: PRINCIPAL, roles };
  test.each<[string, object]>([
    ['another type', { ...whole, type: 'group' }],
    ['no tenant', { ...whole, tenantId: undefined }],
    ['an object id that is no GUID', { ...whole, objectId: 'me' }],
    ['no role', { ...whole, roles: [] }],
    ['an unknown role', { ...whole, roles: [{ role: 'none' }] }],
  ])('refuse %s', async (_, body) => {
    expect((await put(body)).status).toBe(400);
    expect(user()).toBeUndefined();
  });

  test('refuse an id of other characters, a second user for one identity, and another method', async () => {
    expect((await put(whole, 'a.b')).status).toBe(400);
    expect((await put(whole, 'first')).status).toBe(200);
    expect((await put(whole, 'second')).status).toBe(409);
    const url = `${iot.url}/${HOST}/api/users/first?api-version=2022-07-31`;
    expect((await ask('DELETE', url)).status).toBe(405);
    expect((await ask('GET', url)).body).toMatchObject({ id: 'first' });
    expect((await ask('GET', `${iot.url}/${HOST}/api/users?api-version=2022-07-31`)).body).toMatchObject({
      value: [{ id: 'first' }],
    });
  });
});
