import { encode } from '../../../src/storage/keys';
import { WORDS } from '../../support/dashboard';

const APPS = 'containerApp:651f8027-33e8-4ec4-97b4-f6e9f3dc8744';
const IOT = 'iotCentralToken:contoso.azureiotcentral.com';

test('kinds have titles as people say them', () => {
  expect(WORDS.kinds).toEqual([
    { kind: 'containerApp', title: 'Container app' },
    { kind: 'iotCentralToken', title: 'IoT Central API token' },
  ]);
});

test.each([
  [APPS, 'rg-shop:shop-api', 'shop-api', 'shop-api in resource group rg-shop, subscription 651f8027…'],
  [IOT, encode('gateway/1 ü'), 'gateway/1 ü', 'gateway/1 ü in contoso.azureiotcentral.com'],
  // What is no key of ours is shown as it can be read.
  [APPS, 'shop-api', 'shop-api', 'shop-api in 651f8027-33e8-4ec4-97b4-f6e9f3dc8744'],
  [IOT, 'a%2Fb', 'a/b', 'a/b in contoso.azureiotcentral.com'],
  ['iotCentralToken:elsewhere.example.com', 't', 't', 't in elsewhere.example.com'],
  ['oddKind:place', 'n', 'n', 'n in place'],
  ['no kind', 'n', 'n', 'n in no kind'],
])('a place is told in words: %s / %s', (scope, key, name, place) => {
  expect(WORDS.of({ scope, name: key })).toMatchObject({ name, place });
});

test('a kind that is not known keeps its name, and nothing is said of how to renew it', () => {
  expect(WORDS.of({ scope: 'oddKind:place', name: 'n' })).toMatchObject({
    title: 'oddKind',
    renewal: undefined,
  });
});
