/** A key that names no target is told its right spelling, ready to copy, whatever the mistake. */
import { createSources } from '../../../src/sources';
import { keys } from '../../../src/storage/keys';
import { type Kinds, parseTarget } from '../../../src/watch/targets/parse-target';
import { APPS, CONTOSO, SUBSCRIPTION } from '../../support/story';

const credential = { getToken: () => Promise.reject(new Error('nothing is read here')) };
const sources = createSources(({ defaultEndpoint, defaultLimits, defaultBaseDomains = [] }) => ({
  endpoint: defaultEndpoint,
  baseDomains: defaultBaseDomains,
  limits: defaultLimits,
  timeoutMs: 1_000,
  credential,
}));
const kinds: Kinds = { ...keys, sources, policies: new Map() };

function faultOf(scope: string, name: string): string {
  const row = { scope, name, identity: keys.takeApart({ scope, name }), columns: {} };
  return parseTarget(row, kinds).watched.faults.join('\n');
}

const ID = `/subscriptions/${SUBSCRIPTION}/resourceGroups/RG-Shop/providers/Microsoft.App/containerApps/Shop-Api`;
const right = (scope: string, name: string) => `key: write PartitionKey '${scope}' and RowKey '${name}'`;

test.each([
  ['capital letters', `CONTAINERAPP:${SUBSCRIPTION.toUpperCase()}`, 'RG-Shop:Shop-Api'],
  ['a slash', APPS, 'rg-shop/shop-api'],
  ['an encoded colon', APPS, 'rg-shop~3Ashop-api'],
  ['a colon as URLs encode it', `containerApp%3A${SUBSCRIPTION}`, 'rg-shop%3ashop-api'],
  ['spaces', ` ${APPS} `, 'rg-shop : shop-api '],
  ['a whole resource id', APPS, ID],
  ['a resource id as the scope', ID, 'shop-api'],
  ['a resource id, encoded', APPS, ID.replaceAll('/', '~2F')],
  [
    'an address of the portal',
    'containerApp',
    `https://portal.azure.com/#@contoso/resource${ID}/overview?x=y`,
  ],
  ['no kind', SUBSCRIPTION, 'rg-shop:shop-api'],
  ['a GUID in braces', `containerApp:{${SUBSCRIPTION}}`, 'rg-shop:shop-api'],
  ['a GUID without hyphens', `containerApp:${SUBSCRIPTION.replaceAll('-', '')}`, 'rg-shop:shop-api'],
])('a container app with %s', (_, scope, name) => {
  expect(faultOf(scope, name)).toBe(right(APPS, 'rg-shop:shop-api'));
});

test.each([
  ['capital letters', 'IotCentralToken:Contoso.AzureIoTCentral.com', 'PipeLine', 'PipeLine'],
  ['a space', CONTOSO, 'my token', 'my~20token'],
  ['an umlaut', CONTOSO, 'Gerät', 'Ger~C3~A4t'],
  ['lower-case hexadecimal', CONTOSO, 'ger~c3~a4t', 'ger~C3~A4t'],
  ['a slash', CONTOSO, 'a/b', 'a~2Fb'],
  ['a colon', CONTOSO, 'a:b', 'a~3Ab'],
  ['a URL as the application', 'iotCentralToken:https://contoso.azureiotcentral.com/', 'x', 'x'],
  ['no kind', 'https://Contoso.azureiotcentral.com/devices', 'x', 'x'],
  ['the URL of the API', CONTOSO, 'https://contoso.azureiotcentral.com/api/apiTokens/x?api-version=1', 'x'],
])('an API token with %s', (_, scope, name, expected) => {
  expect(faultOf(scope, name)).toBe(right(CONTOSO, expected));
});

test('of the longest names the spelling is whole', () => {
  const name = 'ä'.repeat(80);
  expect(faultOf(CONTOSO, name)).toBe(right(CONTOSO, '~C3~A4'.repeat(80)));
});

test('invisible characters in a key are left out of the right spelling, and named', () => {
  expect(faultOf(`${CONTOSO}\u00a0`, 'gate\u200bway\ufeff')).toBe(
    `${right(CONTOSO, 'gateway')}; the PartitionKey holds invisible characters (U+00A0 at place 44); the RowKey holds invisible characters (U+200B at place 5, U+FEFF at place 9)`,
  );
});

test.each([
  ['longer hyphens', APPS.replaceAll('-', '\u2010'), 'rg-shop:shop-api', 'U+2010 at place 22, '],
  ['colons of full width', APPS.replace(':', '：'), 'rg-shop：shop-api', 'U+FF1A at place 13'],
])('a key with %s gets its right spelling, and they are named', (_, scope, name, named) => {
  const start = `${right(APPS, 'rg-shop:shop-api')}; the PartitionKey holds characters beside plain ASCII (${named}`;
  expect(faultOf(scope, name).slice(0, start.length)).toBe(start);
});

test('a letter of another script in a key is named, and no host that looks right is called wrong', () => {
  expect(faultOf(CONTOSO.replace('cont', 'c\u043ent'), 'x')).toMatch(/U\+043E at place 18/);
  expect(faultOf(CONTOSO.replace('cont', 'c~D0~BEnt'), 'x')).toMatch(/^application: 'c‹U\+043E›ntoso/);
});

test.each(['iotCentral:', 'iotCentralToken ', 'IoT Central, '])(
  'an application behind %j gets its right spelling',
  kind => {
    expect(faultOf(CONTOSO.replace('iotCentralToken:', kind), 'x')).toBe(right(CONTOSO, 'x'));
  },
);

test.each([
  ['a subscription by its name', 'containerApp:production', 'rg:app', /^subscription: 'production' is not/],
  ['a foreign domain', 'iotCentralToken:https://contoso.evil.example/', 'x', /^key: write each character/],
  ['nothing at all', '', '', /^PartitionKey: start it with a kind/],
  ['half a character', CONTOSO, 'a\ud800', /^key: write each character/],
])('%s gets no spelling, since none is right', (_, scope, name, words) => {
  expect(faultOf(scope, name)).toMatch(words);
  expect(faultOf(scope, name)).not.toMatch(/write PartitionKey/);
});
