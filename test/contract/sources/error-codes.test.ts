/** What the documented error codes of each service mean: whose business they are, and the advice, which follows the code and not only the status. */
import { type SimulatedArm, startSimulatedArm } from '../../../local/simulated/arm';
import { type SimulatedIotCentral, startSimulatedIotCentral } from '../../../local/simulated/iot-central';
import type { FailureCode } from '../../../src/core/reading';
import { services } from '../../../src/sources';
import { APP, failureOf, HOST, SUBSCRIPTION, TOKEN, type World, world } from './world';

const now = () => Date.UTC(2026, 0, 15);
let arm: SimulatedArm;
let iotCentral: SimulatedIotCentral;
let sources: World;

beforeEach(async () => {
  arm = await startSimulatedArm({ now });
  iotCentral = await startSimulatedIotCentral({ now });
  sources = world({ arm: arm.url, iotCentral: `${iotCentral.url}/{subdomain}.{baseDomain}` });
});

afterEach(async () => {
  await Promise.all([arm.close(), iotCentral.close()]);
});

const fromArm = async (status: number, code: string) => {
  arm.app(SUBSCRIPTION, 'rg-shop', 'shop-api').misbehaves({ fault: 'status', status, code });
  return failureOf((await sources.read(APP)).reading);
};
const fromIotCentral = async (status: number, code: string) => {
  iotCentral.token(HOST, 'pipeline').misbehaves({ fault: 'status', status, code });
  return failureOf((await sources.read(TOKEN)).reading);
};

const NEW_ROLE = 'give its identity a role with Microsoft.App/containerApps/getAuthtoken/action';

it.each<[FailureCode, number, string, string]>([
  ['notAllowed', 401, 'InvalidAuthenticationToken', "does not accept the watcher's sign-in"],
  ['notAllowed', 401, 'ExpiredAuthenticationToken', 'AZURE_CLIENT_ID'],
  ['notAllowed', 401, 'SomethingNew', "does not accept the watcher's sign-in"],
  ['notAllowed', 401, 'InvalidAuthenticationTokenTenant', 'another tenant than this subscription'],
  ['notAllowed', 401, 'InvalidAuthenticationTokenAudience', 'set ARM_ENDPOINT'],
  ['notAllowed', 403, 'AuthorizationFailed', NEW_ROLE],
  ['notAllowed', 403, 'SomethingNew', NEW_ROLE],
  ['notAllowed', 403, 'LinkedAuthorizationFailed', 'is linked with'],
  ['notAllowed', 403, 'RequestDisallowedByPolicy', 'A policy of Azure'],
  ['notAllowed', 403, 'DisabledSubscription', 'The subscription is disabled'],
  ['notAllowed', 409, 'ReadOnlyDisabledSubscription', 'The subscription is disabled'],
  ['notAllowed', 409, 'ScopeLocked', 'remove the lock'],
  ['notAllowed', 409, 'MissingSubscriptionRegistration', 'az provider register --namespace Microsoft.App'],
  ['notAllowed', 404, 'SubscriptionNotFound', 'sees no such subscription'],
  ['notAllowed', 400, 'NoRegisteredProviderFound', 'install a newer watcher'],
  ['notAllowed', 404, 'InvalidResourceType', 'install a newer watcher'],
  ['missing', 404, 'ResourceGroupNotFound', 'knows no such resource group'],
  ['missing', 404, 'ResourceNotFound', 'knows no such container app'],
  ['missing', 404, 'SomethingNew', 'knows no such container app'],
  ['unreachable', 503, 'ServiceUnavailable', 'has a problem of its own'],
  ['throttled', 429, 'Conflict', 'asked the watcher to slow down'],
  ['unintelligible', 400, 'BadRequest', 'did not accept the request'],
])('a container app is %s on %i %s: %s', async (expected, status, code, words) => {
  const { code: seen, message, busy } = await fromArm(status, code);
  expect(seen).toBe(expected);
  expect(busy).toBeUndefined();
  expect(message).toContain(words);
  const shown = code === 'SomethingNew' ? 'other' : code;
  expect(message.endsWith(` (HTTP ${status} ${shown}).`)).toBe(true);
});

it.each([
  [409, 'ContainerAppOperationInProgress'],
  [409, 'AnotherOperationInProgress'],
  [409, 'Conflict'],
  [409, 'SomethingNew'],
  [400, 'ContainerAppOperationInProgress'],
])('a container app that Azure is changing is busy, and asked again: %i %s', async (status, code) => {
  const { code: seen, message, busy } = await fromArm(status, code);
  expect([seen, busy]).toEqual(['unreachable', true]);
  expect(message).toMatch(/busy.* asked again/);
});

it.each<[FailureCode, number, string, string]>([
  ['notAllowed', 401, 'Unauthenticated', 'that the application is in the same tenant'],
  ['notAllowed', 403, 'Forbidden', 'such as Administrator'],
  ['notAllowed', 403, 'SomethingNew', 'connect the watcher to its private endpoint'],
  ['notAllowed', 404, 'ApplicationNotFound', 'no such IoT Central application'],
  ['missing', 404, 'NotFound', 'knows no such API token'],
  ['missing', 404, 'SomethingNew', 'knows no such API token'],
  ['unintelligible', 422, 'UnprocessableEntity', 'did not accept the request'],
  ['unreachable', 500, 'InternalServerError', 'has a problem of its own'],
])('an API token is %s on %i %s: %s', async (expected, status, code, words) => {
  const { code: seen, message } = await fromIotCentral(status, code);
  expect(seen).toBe(expected);
  expect(message).toContain(words);
});

it('a host that is not known is named as such, with its likely cause', async () => {
  const nowhere = world({ arm: 'http://arm.invalid', iotCentral: 'http://{subdomain}.invalid' });
  const [app, token] = [await nowhere.read(APP), await nowhere.read(TOKEN)].map(({ reading }) =>
    failureOf(reading),
  );
  expect(app).toMatchObject({ code: 'unreachable', message: expect.stringContaining('ARM_ENDPOINT') });
  expect(token).toMatchObject({
    code: 'unreachable',
    message: expect.stringContaining('it was deleted or renamed'),
  });
});

it('every meaning is a sentence that waits for what was seen', () => {
  for (const { errors } of services)
    for (const meaning of errors.values()) if (meaning) expect(meaning.message).toMatch(/^[A-Z].*[^.]$/);
});
