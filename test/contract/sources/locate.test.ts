/** Which rows name a target, under what canonical name, and where none that they could name is ever contacted. */
import type { Identity } from '../../../src/core/target';
import { kinds, services } from '../../../src/sources';
import { APP, HOST, SUBSCRIPTION, serve, TOKEN, world } from './world';

const sources = world({});

function fault(identity: Identity): string {
  const located = sources.locate(identity);
  return 'fault' in located ? located.fault : `none: ${located.where}`;
}

describe('a container app', () => {
  it('is found in any case, and named in lower case', () => {
    const located = sources.found({
      ...APP,
      place: SUBSCRIPTION.toUpperCase(),
      names: ['RG-Shop', 'Shop-Api'],
    });
    expect(located.identity).toEqual(APP);
    expect(located.where).toBe('container app shop-api in resource group rg-shop, subscription 651f8027…');
    expect(located.portalUrl).toBe(
      `https://portal.azure.com/#resource/subscriptions/${SUBSCRIPTION}/resourceGroups/rg-shop/providers/Microsoft.App/containerApps/shop-api`,
    );
  });

  it.each<[Partial<Identity>, RegExp]>([
    [{ place: 'my subscription' }, /^subscription: 'my subscription' is not a subscription id/],
    [{ place: `${SUBSCRIPTION}/..` }, /^subscription: /],
    [{ place: '' }, /^subscription: /],
    [{ names: [] }, /^name: .* 2 parts, not 0$/],
    [{ names: ['rg'] }, /^name: .* 2 parts, not 1$/],
    [{ names: ['rg', 'app', 'x'] }, /^name: .* 2 parts, not 3$/],
    [{ names: ['', 'app'] }, /^resource group: is empty/],
    [{ names: ['..', 'app'] }, /^resource group: '\.\.'/],
    [{ names: ['x'.repeat(91), 'app'] }, /^resource group: has 91 characters; at most 90 are allowed/],
    [{ names: ['rg', '.'] }, /^container app: '\.'/],
    [{ names: ['rg', ''] }, /^container app: is empty/],
    [{ names: ['rg', 'a\ud800'] }, /^container app: contains a broken character/],
  ])('is refused for %j', (change, words) => {
    expect(fault({ ...APP, ...change })).toMatch(words);
  });
});

describe('an API token', () => {
  it('is found by its host in any case, and by its id in its own', () => {
    const located = sources.found({ ...TOKEN, place: 'Contoso.AzureIoTCentral.com', names: ['PipeLine'] });
    expect(located.identity).toEqual({ ...TOKEN, names: ['PipeLine'] });
    expect(located.where).toBe(HOST);
    expect(located.portalUrl).toBe(`https://${HOST}/`);
  });

  it.each<[Partial<Identity>, RegExp]>([
    [
      { place: 'contoso' },
      /^application: 'contoso' is not an application's host; write \{subdomain\}\.\{baseDomain\}/,
    ],
    [{ place: '' }, /^application: /],
    [{ place: '-a.azureiotcentral.com' }, /^application: /],
    [{ place: 'a_b.azureiotcentral.com' }, /^application: /],
    [{ place: 'evil.example#.azureiotcentral.com' }, /^application: /],
    [{ place: 'user@a.azureiotcentral.com' }, /^application: /],
    [{ place: `${'x'.repeat(64)}.azureiotcentral.com` }, /^application: /],
    [{ place: 'a.b.azureiotcentral.com' }, /not in an allowed domain \(azureiotcentral\.com\)/],
    [{ place: 'contoso.example.com' }, /not in an allowed domain .* IOT_CENTRAL_BASE_DOMAINS$/],
    [{ place: 'contoso.azureiotcentral.com.example.com' }, /not in an allowed domain/],
    [{ names: [] }, /^name: .* 1 part, not 0$/],
    [{ names: ['a', 'b'] }, /^name: .* 1 part, not 2$/],
    [{ names: ['..'] }, /^token id: '\.\.'/],
    [{ names: [''] }, /^token id: is empty/],
    [{ names: ['SharedAccessSignature sr=a&sig=b'] }, /^token id: that is the value of a token/],
    [{ names: [`sr=${SUBSCRIPTION}&sig=b`] }, /^token id: that is the value of a token/],
    [{ names: ['eyJhbGciOiJS.eyJzdWIiOiJh.c2lnbmF0dXJl'] }, /^token id: that is the value of a token/],
  ])('is refused for %j', (change, words) => {
    expect(fault({ ...TOKEN, ...change })).toMatch(words);
  });

  it('of another domain is never asked for, until its domain is allowed', async () => {
    const server = await serve((_request, response) => response.end('{"id":"x"}'));
    const identity = { ...TOKEN, place: 'contoso.azureiotcentral.us' };
    expect(world({ iotCentral: server.template }).locate(identity)).toHaveProperty('fault');
    expect(server.requests).toHaveLength(0);
    const allowed = world({ iotCentral: server.template, baseDomains: ['azureiotcentral.us'] });
    expect((await allowed.read(identity)).reading).toEqual({ outcome: 'neverExpires' });
    await server.close();
  });
});

describe('an endpoint', () => {
  const [arm, iotCentral] = services;

  it('by default has no fault, and decides the scope to sign in for', () => {
    expect(services.map(service => service.endpointFault(service.defaultEndpoint))).toEqual([
      undefined,
      undefined,
    ]);
    expect(arm?.credentialScope('https://management.usgovcloudapi.net/')).toBe(
      'https://management.usgovcloudapi.net/.default',
    );
    expect(iotCentral?.credentialScope('https://{subdomain}.{baseDomain}')).toBe(
      'https://apps.azureiotcentral.com/.default',
    );
  });

  it('of ARM is a plain base URL', () => {
    for (const good of ['https://management.azure.com/', 'http://127.0.0.1:1234'])
      expect(arm?.endpointFault(good)).toBeUndefined();
    for (const bad of ['management.azure.com', 'ftp://x', 'https://a:b@c', 'https://x?y', 'https://x#y', ''])
      expect(arm?.endpointFault(bad)).toMatch(/^must/);
  });

  it('of IoT Central is a template whose host, over https, is the application itself', () => {
    expect(iotCentral?.endpointFault('http://127.0.0.1:1/{subdomain}.{baseDomain}')).toBeUndefined();
    for (const bad of [
      'https://example.com',
      'https://example.com/{subdomain}.{baseDomain}',
      'https://{subdomain}.{baseDomain}.example.com',
      'https://{subdomain}.{baseDomain}@example.com',
    ])
      expect(iotCentral?.endpointFault(bad)).toMatch(/^must/);
  });
});

it('kinds and their settings have names of their own', () => {
  expect(new Set(kinds.map(kind => kind.kind)).size).toBe(kinds.length);
  expect(new Set(kinds.map(kind => kind.settingName)).size).toBe(kinds.length);
});

describe('how to renew', () => {
  const commands = (identity: Identity, options: Parameters<typeof world>[0] = {}) => {
    const { renewal } = world(options).found(identity);
    return [...renewal.steps, ...renewal.cleanup].flatMap(({ command }) => command ?? []);
  };

  it('a container app: one call of the Azure CLI, by its whole address in quotes', () => {
    expect(commands(APP)).toEqual([
      `az rest --method post --url "https://management.azure.com/subscriptions/${SUBSCRIPTION}/resourceGroups/rg-shop/providers/Microsoft.App/containerApps/shop-api/getAuthtoken?api-version=2023-08-01-preview"`,
    ]);
  });

  it('an API token: create one and delete the old one, by the name of the application', () => {
    expect(commands(TOKEN)).toEqual([
      'az iot central api-token create --app-id contoso --token-id NEW_ID --role ROLE',
      'az iot central api-token delete --app-id contoso --token-id pipeline',
    ]);
    const other = commands(
      { ...TOKEN, place: 'contoso.azureiotcentral.us' },
      { baseDomains: ['azureiotcentral.us'] },
    );
    expect(other[1]).toBe(
      'az iot central api-token delete --app-id contoso --central-api-uri azureiotcentral.us --token-id pipeline',
    );
  });

  it.each(['$(reboot)', '`reboot`', '"; reboot', "'", 'a b', '--yes', 'a;b', '%PATH%', 'x'.repeat(201), 'é'])(
    'never puts %j into a command',
    name => {
      expect(commands({ ...TOKEN, names: [name] })[1]).toMatch(/ --token-id OLD_ID$/);
      const [app] = commands({ ...APP, names: [name.slice(0, 63), name.slice(0, 63)] });
      expect(app?.slice('az rest --method post --url '.length)).toMatch(/^"https:[\w./:?=%-]+"$/);
    },
  );

  it('names every part of a target', () => {
    const parts = (identity: Identity) =>
      sources.found(identity).parts.map(({ term, text }) => `${term}: ${text}`);
    expect(parts(TOKEN)).toEqual(['Token id: pipeline', `Application: ${HOST}`]);
    expect(parts(APP)).toEqual([
      'Container app: shop-api',
      'Resource group: rg-shop',
      `Subscription: ${SUBSCRIPTION}`,
    ]);
  });
});
