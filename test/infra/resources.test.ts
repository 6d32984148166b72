/** What a deployment creates: no keys, no passwords, nothing public that need not be. */
import { functionsOf } from '../../src/functions';
import { beforeBicep, bicepTest, type Deployed, deployments, SUBSCRIPTION, TENANT } from './bicep';

const of = deployments('quiet', 'acs-new', 'acs-own-domain', 'acs-existing', 'everything');
let main: unknown;
beforeBicep(async bicep => {
  main = await bicep.compiled('infra/main.bicep');
});

const typesOf = ({ resources }: Deployed) => new Set(resources.map(({ type }) => type));

const ACCOUNT = 'Microsoft.Storage/storageAccounts';
const SITE = 'Microsoft.Web/sites';

bicepTest(
  'everything is in one resource group, which azd finds by its tag; only the role to watch is outside',
  () => {
    const quiet = of('quiet');
    const { id, tags } = quiet.one('Microsoft.Resources/resourceGroups');
    expect(id).toBe(`/subscriptions/${SUBSCRIPTION}/resourceGroups/rg-test`);
    expect(tags).toEqual({ 'azd-env-name': 'test' });
    const outside = quiet.resources.filter(resource => !resource.id.startsWith(id)).map(({ type }) => type);
    expect(outside.sort()).toEqual([
      'Microsoft.Authorization/roleAssignments',
      'Microsoft.Authorization/roleDefinitions',
    ]);
  },
);

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
    expect(quiet.one(ACCOUNT)).toMatchObject({ kind: 'StorageV2', sku: { name: 'Standard_LRS' } });
    const week = { enabled: true, days: 7 };
    expect(quiet.one(`${ACCOUNT}/blobServices`).properties).toEqual({
      deleteRetentionPolicy: week,
      containerDeleteRetentionPolicy: week,
    });
    expect(quiet.one(`${ACCOUNT}/blobServices/containers`).properties).toEqual({ publicAccess: 'None' });
  },
);

bicepTest('everything is in the region that was chosen or in none, and is found by its tag', () => {
  for (const { id, location, tags, type } of of('everything').resources) {
    expect([id, location ?? 'none']).toEqual([id, expect.stringMatching(/^(westeurope|global|none)$/)]);
    const isPart = location === undefined || /^Microsoft\.Authorization\//.test(type);
    if (!isPart) expect([id, tags]).toEqual([id, expect.objectContaining({ 'azd-env-name': 'test' })]);
  }
});

bicepTest('the queues are those that the functions use', () => {
  const used = functionsOf(() => {
    throw new Error('no app is needed to name queues');
  }).flatMap(definition => (definition.type === 'queue' ? [definition.queue] : []));
  const queues = of('quiet').resources.filter(({ type }) => type === `${ACCOUNT}/queueServices/queues`);
  expect(queues.map(({ name }) => name.split('/').at(-1)).sort()).toEqual([...new Set(used)].sort());
});

bicepTest('logs are sent and read by identity alone', () => {
  const quiet = of('quiet');
  const workspace = quiet.one('Microsoft.OperationalInsights/workspaces');
  expect(quiet.one('Microsoft.Insights/components').properties).toEqual({
    Application_Type: 'web',
    DisableLocalAuth: true,
    WorkspaceResourceId: workspace.id,
  });
  expect(workspace.properties).toEqual({
    sku: { name: 'PerGB2018' },
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
    const { id: plan, kind, sku, properties } = quiet.one('Microsoft.Web/serverfarms');
    expect([kind, sku, properties]).toEqual([
      'functionapp',
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
    expect(of('acs-new').one('Microsoft.Communication/emailServices').properties).toEqual({
      dataLocation: 'Europe',
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
