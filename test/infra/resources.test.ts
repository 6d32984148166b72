/** What a deployment creates: no keys, no passwords, nothing public that need not be; and each switch does just its part. */
import { functionsOf } from '../../src/functions';
import { beforeBicep, bicepTest, type Deployed, TENANT } from './bicep';

const names = [
  'quiet',
  'acs-new',
  'acs-own-domain',
  'acs-existing',
  'isolated',
  'zone-redundant',
  'sign-in',
  'availability-test',
  'everything',
] as const;
const deployed = new Map<string, Deployed>();
let main: unknown;
beforeBicep(async bicep => {
  for (const name of names) deployed.set(name, await bicep.deployed(name));
  main = await bicep.compiled('infra/main.bicep');
});

function of(name: (typeof names)[number]): Deployed {
  const found = deployed.get(name);
  if (found === undefined) throw new Error(`${name} was not deployed`);
  return found;
}

const typesOf = ({ resources }: Deployed) => new Set(resources.map(({ type }) => type));

const ACCOUNT = 'Microsoft.Storage/storageAccounts';
const SITE = 'Microsoft.Web/sites';

bicepTest('every resource is asked for with a version that Azure documents as stable', () => {
  const versions = new Map(of('everything').resources.map(({ type, apiVersion }) => [type, apiVersion]));
  expect(Object.fromEntries([...versions].sort())).toEqual({
    'Microsoft.Authorization/roleAssignments': '2022-04-01',
    'Microsoft.Authorization/roleDefinitions': '2022-04-01',
    'Microsoft.Communication/communicationServices': '2025-09-01',
    'Microsoft.Communication/emailServices': '2025-09-01',
    'Microsoft.Communication/emailServices/domains': '2025-09-01',
    'Microsoft.Insights/actionGroups': '2023-01-01',
    'Microsoft.Insights/components': '2020-02-02',
    'Microsoft.Insights/metricAlerts': '2018-03-01',
    'Microsoft.Insights/scheduledQueryRules': '2023-12-01',
    'Microsoft.Insights/webtests': '2022-06-15',
    'Microsoft.KeyVault/vaults': '2026-02-01',
    'Microsoft.KeyVault/vaults/secrets': '2026-02-01',
    'Microsoft.ManagedIdentity/userAssignedIdentities': '2024-11-30',
    'Microsoft.Network/privateDnsZones': '2024-06-01',
    'Microsoft.Network/privateDnsZones/virtualNetworkLinks': '2024-06-01',
    'Microsoft.Network/privateEndpoints': '2025-05-01',
    'Microsoft.Network/privateEndpoints/privateDnsZoneGroups': '2025-05-01',
    'Microsoft.Network/virtualNetworks': '2025-05-01',
    'Microsoft.OperationalInsights/workspaces': '2025-07-01',
    'Microsoft.Resources/resourceGroups': '2025-04-01',
    'Microsoft.Storage/storageAccounts': '2025-08-01',
    'Microsoft.Storage/storageAccounts/blobServices': '2025-08-01',
    'Microsoft.Storage/storageAccounts/blobServices/containers': '2025-08-01',
    'Microsoft.Storage/storageAccounts/queueServices': '2025-08-01',
    'Microsoft.Storage/storageAccounts/queueServices/queues': '2025-08-01',
    'Microsoft.Web/serverfarms': '2025-03-01',
    'Microsoft.Web/sites': '2025-03-01',
    'Microsoft.Web/sites/basicPublishingCredentialsPolicies': '2025-03-01',
    'Microsoft.Web/sites/config': '2025-03-01',
  });
});

bicepTest(
  'the storage account has no shared keys and nothing public, and keeps deleted blobs for a week',
  () => {
    const quiet = of('quiet');
    expect(quiet.one(ACCOUNT).properties).toEqual({
      accessTier: 'Hot',
      allowBlobPublicAccess: false,
      allowCrossTenantReplication: false,
      allowSharedKeyAccess: false,
      defaultToOAuthAuthentication: true,
      minimumTlsVersion: 'TLS1_2',
      supportsHttpsTrafficOnly: true,
      publicNetworkAccess: 'Enabled',
      networkAcls: { bypass: 'None', defaultAction: 'Allow' },
    });
    expect(quiet.one(ACCOUNT).sku).toEqual({ name: 'Standard_LRS' });
    const week = { enabled: true, days: 7 };
    expect(quiet.one(`${ACCOUNT}/blobServices`).properties).toEqual({
      deleteRetentionPolicy: week,
      containerDeleteRetentionPolicy: week,
    });
    expect(quiet.one(`${ACCOUNT}/blobServices/containers`).properties).toEqual({ publicAccess: 'None' });
  },
);

bicepTest('the queues are those that the functions use', () => {
  const used = functionsOf(() => {
    throw new Error('no app is needed to name queues');
  }).flatMap(definition => (definition.type === 'queue' ? [definition.queue] : []));
  const queues = of('quiet').resources.filter(({ type }) => type === `${ACCOUNT}/queueServices/queues`);
  expect(queues.map(({ name }) => name.split('/').at(-1)).sort()).toEqual([...new Set(used)].sort());
});

bicepTest('logs are sent and read by identity alone', () => {
  const quiet = of('quiet');
  expect(quiet.one('Microsoft.Insights/components').properties).toMatchObject({ DisableLocalAuth: true });
  expect(quiet.one('Microsoft.OperationalInsights/workspaces').properties).toMatchObject({
    features: { disableLocalAuth: true },
    retentionInDays: 30,
  });
});

bicepTest('the vault is opened by roles, and its secret is random', () => {
  const quiet = of('quiet');
  expect(quiet.one('Microsoft.KeyVault/vaults').properties).toEqual({
    tenantId: TENANT,
    sku: { family: 'A', name: 'standard' },
    enableRbacAuthorization: true,
    softDeleteRetentionInDays: 90,
    publicNetworkAccess: 'Enabled',
    networkAcls: { bypass: 'AzureServices', defaultAction: 'Allow' },
  });
  expect(quiet.one('Microsoft.KeyVault/vaults/secrets', '/link-secret').properties).toEqual({
    value: 'a new GUIDa new GUID',
  });
});

bicepTest(
  'the app runs on Node 24 on Flex Consumption, over https, with its code and its secrets read by identity',
  () => {
    const quiet = of('quiet');
    const { id: identity } = quiet.one('Microsoft.ManagedIdentity/userAssignedIdentities');
    const { id: plan, sku, properties } = quiet.one('Microsoft.Web/serverfarms');
    expect([sku, properties]).toEqual([
      { tier: 'FlexConsumption', name: 'FC1' },
      { reserved: true, zoneRedundant: false },
    ]);
    const site = quiet.one(SITE);
    expect(site).toMatchObject({
      kind: 'functionapp,linux',
      identity: { type: 'UserAssigned', userAssignedIdentities: { [identity]: {} } },
      tags: { 'azd-env-name': 'test', 'azd-service-name': 'watcher' },
    });
    expect(site.properties).toEqual({
      serverFarmId: plan,
      httpsOnly: true,
      keyVaultReferenceIdentity: identity,
      publicNetworkAccess: 'Enabled',
      virtualNetworkSubnetId: null,
      siteConfig: {
        ftpsState: 'Disabled',
        http20Enabled: true,
        minTlsVersion: '1.2',
        scmMinTlsVersion: '1.2',
      },
      functionAppConfig: {
        deployment: {
          storage: {
            type: 'blobContainer',
            value: `https://${quiet.one(ACCOUNT).name}.blob.core.windows.net/deployments`,
            authentication: { type: 'UserAssignedIdentity', userAssignedIdentityResourceId: identity },
          },
        },
        runtime: { name: 'node', version: '24' },
        scaleAndConcurrency: { alwaysReady: [], instanceMemoryMB: 2048, maximumInstanceCount: 40 },
      },
    });
  },
);

bicepTest('nobody publishes with a password', () => {
  for (const name of ['scm', 'ftp'])
    expect(
      of('quiet').one('Microsoft.Web/sites/basicPublishingCredentialsPolicies', `/${name}`).properties,
    ).toEqual({
      allow: false,
    });
});

bicepTest('the app is made after everything that holds its roles, so it never starts without them', () => {
  expect(main).toMatchObject({
    resources: {
      app: {
        dependsOn: expect.arrayContaining(['identity', 'mail', 'monitoring', 'network', 'storage', 'vault']),
      },
    },
  });
});

bicepTest(
  'a new communication service takes no keys and sends from one domain; where one exists, none is made',
  () => {
    const service = 'Microsoft.Communication/communicationServices';
    const domain = 'Microsoft.Communication/emailServices/domains';
    expect(of('acs-new').one(service).properties).toEqual({
      dataLocation: 'Europe',
      disableLocalAuth: true,
      linkedDomains: [of('acs-new').one(domain).id],
    });
    expect(of('acs-new').one(domain)).toMatchObject({
      location: 'global',
      properties: { domainManagement: 'AzureManaged', userEngagementTracking: 'Disabled' },
    });
    expect(of('acs-own-domain').one(service).properties).toMatchObject({
      linkedDomains: [
        '/subscriptions/55555555-5555-5555-5555-555555555555/resourceGroups/mail/providers/Microsoft.Communication/emailServices/ours/domains/example.com',
      ],
    });
    expect(typesOf(of('acs-own-domain'))).not.toContain(domain);
    for (const name of ['acs-existing', 'quiet'] as const)
      expect([...typesOf(of(name))].filter(type => type.startsWith('Microsoft.Communication/'))).toEqual([]);
  },
);

describe('the switches', () => {
  bicepTest('are off by default', () => {
    const types = [...typesOf(of('quiet'))];
    expect(
      types.filter(type => /^Microsoft\.(Network|Communication)|webtests|metricAlerts/.test(type)),
    ).toEqual([]);
    expect(of('quiet').resources.filter(({ name }) => name.endsWith('/authsettingsV2'))).toEqual([]);
  });

  bicepTest('network isolation closes storage and vault, and opens them to the network of the app', () => {
    const isolated = of('isolated');
    const closed = { publicNetworkAccess: 'Disabled', networkAcls: { defaultAction: 'Deny' } };
    const account = isolated.one(ACCOUNT);
    const vault = isolated.one('Microsoft.KeyVault/vaults');
    const network = isolated.one('Microsoft.Network/virtualNetworks');
    expect(account.properties).toMatchObject(closed);
    expect(vault.properties).toMatchObject(closed);
    expect(network.properties.subnets).toMatchObject([
      {
        name: 'app',
        properties: { delegations: [{ properties: { serviceName: 'Microsoft.App/environments' } }] },
      },
      { name: 'endpoints' },
    ]);
    expect(isolated.one(SITE).properties.virtualNetworkSubnetId).toBe(`${network.id}/subnets/app`);
    const endpoints = isolated.resources.filter(({ type }) => type === 'Microsoft.Network/privateEndpoints');
    const connection = (id: string, groupId: string) => ({
      subnet: { id: `${network.id}/subnets/endpoints` },
      privateLinkServiceConnections: [
        { name: groupId, properties: { privateLinkServiceId: id, groupIds: [groupId] } },
      ],
    });
    expect(endpoints.map(({ properties }) => properties)).toEqual([
      connection(account.id, 'blob'),
      connection(account.id, 'queue'),
      connection(account.id, 'table'),
      connection(vault.id, 'vault'),
    ]);
    const zones = isolated.resources.filter(({ type }) => type === 'Microsoft.Network/privateDnsZones');
    expect(zones.map(({ name }) => name)).toEqual([
      'privatelink.blob.core.windows.net',
      'privatelink.queue.core.windows.net',
      'privatelink.table.core.windows.net',
      'privatelink.vaultcore.azure.net',
    ]);
    const records = isolated.resources.filter(({ type }) => type.endsWith('/privateDnsZoneGroups'));
    expect(records.map(({ properties }) => properties)).toMatchObject(
      zones.map(({ id }) => ({ privateDnsZoneConfigs: [{ properties: { privateDnsZoneId: id } }] })),
    );
    const links = isolated.resources.filter(({ type }) => type.endsWith('/virtualNetworkLinks'));
    expect(links.map(({ name, properties }) => [name.split('/')[0], properties])).toEqual(
      zones.map(({ name }) => [name, { registrationEnabled: false, virtualNetwork: { id: network.id } }]),
    );
  });

  bicepTest('zone redundancy is for the plan and the storage account', () => {
    const { properties } = of('zone-redundant').one('Microsoft.Web/serverfarms');
    expect(properties).toEqual({ reserved: true, zoneRedundant: true });
    expect(of('zone-redundant').one(ACCOUNT).sku).toEqual({ name: 'Standard_ZRS' });
  });

  bicepTest('Entra sign-in asks everybody, needs no secret, and lets only the listed routes through', () => {
    const client = '66666666-6666-6666-6666-666666666666';
    expect(of('sign-in').one('Microsoft.Web/sites/config', '/authsettingsV2').properties).toEqual({
      platform: { enabled: true },
      globalValidation: {
        requireAuthentication: true,
        unauthenticatedClientAction: 'RedirectToLoginPage',
        redirectToProvider: 'azureactivedirectory',
        excludedPaths: [
          '/api/health',
          '/api/snooze',
          '/api/dashboard.js',
          '/api/metrics',
          '/api/calendar.ics',
        ],
      },
      httpSettings: { requireHttps: true },
      identityProviders: {
        azureActiveDirectory: {
          enabled: true,
          registration: {
            clientId: client,
            clientSecretSettingName: 'OVERRIDE_USE_MI_FIC_ASSERTION_CLIENTID',
            openIdIssuer: `https://login.microsoftonline.com/${TENANT}/v2.0`,
          },
          validation: { allowedAudiences: [client, `api://${client}`] },
        },
      },
      login: { tokenStore: { enabled: false } },
    });
  });

  bicepTest(
    'the availability test asks for the health of the app, and two places that fail raise an alert',
    () => {
      const test = of('availability-test').one('Microsoft.Insights/webtests');
      expect(test.properties).toMatchObject({
        Enabled: true,
        Frequency: 900,
        Request: { RequestUrl: 'https://the-app.azurewebsites.net/api/health', HttpVerb: 'GET' },
        ValidationRules: { ExpectedHttpStatusCode: 200 },
      });
      const { properties } = of('availability-test').one('Microsoft.Insights/metricAlerts');
      expect(properties).toMatchObject({
        enabled: true,
        criteria: { webTestId: test.id, failedLocationCount: 2 },
        actions: [{ actionGroupId: of('availability-test').one('Microsoft.Insights/actionGroups').id }],
      });
    },
  );

  bicepTest('size and number of instances follow the parameters', () => {
    expect(of('everything').one(SITE).properties).toMatchObject({
      functionAppConfig: {
        scaleAndConcurrency: { alwaysReady: [], instanceMemoryMB: 512, maximumInstanceCount: 100 },
      },
    });
  });
});

describe('the alerts', () => {
  bicepTest('go to every operator', () => {
    const { properties } = of('everything').one('Microsoft.Insights/actionGroups');
    expect(properties).toMatchObject({
      enabled: true,
      emailReceivers: [
        { emailAddress: 'ops@example.com' },
        { emailAddress: 'second@example.com' },
        { emailAddress: 'third@example.com' },
      ],
    });
  });

  bicepTest('look every quarter of an hour at the last hour of functions that exist', () => {
    const quiet = of('quiet');
    const { id: workspace } = quiet.one('Microsoft.OperationalInsights/workspaces');
    const { id: group } = quiet.one('Microsoft.Insights/actionGroups');
    const rules = quiet.resources.filter(({ type }) => type === 'Microsoft.Insights/scheduledQueryRules');
    const functions = functionsOf(() => {
      throw new Error('no app is needed to name functions');
    }).map(({ name }) => name);
    const seen = rules.map(({ properties }) => {
      expect(properties).toMatchObject({
        enabled: true,
        evaluationFrequency: 'PT15M',
        windowSize: 'PT1H',
        scopes: [workspace],
        actions: { actionGroups: [group] },
      });
      const [, name = '', succeeded] =
        /AppRequests \| where Name == "(\w+)"( and Success == true)? \| summarize Count = count\(\)"/.exec(
          JSON.stringify(properties).replaceAll('\\"', '"'),
        ) ?? [];
      expect(functions).toContain(name);
      const condition = JSON.stringify(properties.criteria);
      const [, operator, threshold] = /"operator":"(\w+)","threshold":(\d+)/.exec(condition) ?? [];
      return `${name}${succeeded ? ' succeeded' : ''}: ${operator} ${threshold}`;
    });
    expect(seen).toEqual([
      'startSweep succeeded: LessThan 1',
      'sendReminders succeeded: LessThan 1',
      'tellPoison: GreaterThan 0',
    ]);
  });
});
