/** Who may do what, and where: each role assignment of a deployment, and the roles themselves. */
import ROLES from '../../infra/roles.json';
import { bicepTest, type Deployed, deployments, SUBSCRIPTION, TENANT } from './bicep';

/** The ids of Azure's own roles, as its documents list them. */
const BUILT_IN: Readonly<Record<string, string>> = {
  'Storage Blob Data Owner': 'b7e6dc6d-f1e8-4753-8033-0f276bb0955b',
  'Storage Queue Data Contributor': '974c5e8b-45b9-4653-ba55-5f855dd0fb88',
  'Storage Table Data Contributor': '0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3',
  'Monitoring Metrics Publisher': '3913510d-42f4-4e42-8a64-420c390055eb',
  'Key Vault Secrets User': '4633458b-17de-408a-b874-0445c86b69e6',
  'Communication and Email Service Owner': '09976791-48a7-449e-bb21-39d1a415f350',
};
const WATCHER = '33333333-3333-3333-3333-333333333333';
const GROUP = `/subscriptions/${SUBSCRIPTION}/resourceGroups/rg-test`;
const ASSIGNMENTS = 'Microsoft.Authorization/roleAssignments';
const DEFINITIONS = 'Microsoft.Authorization/roleDefinitions';

const of = deployments('everything', 'graph', 'smtp-password', 'acs-existing', 'management-group');

/** `who: role at where`. The names that depend on the environment are left out of the place. */
function grants({ resources }: Deployed): string[] {
  const roles = new Map(Object.entries(BUILT_IN).map(([name, id]) => [id, name]));
  for (const { id, type, properties } of resources)
    if (type === DEFINITIONS) roles.set(id, String(properties.roleName));
  return resources
    .filter(({ type }) => type === ASSIGNMENTS)
    .map(({ id, properties: { principalId, principalType, roleDefinitionId } }) => {
      const [scope = ''] = id.split(`/providers/${ASSIGNMENTS}/`);
      const role = String(roleDefinitionId);
      const name = roles.get(role) ?? roles.get(role.split('/').at(-1) ?? '') ?? role;
      const who = principalId === WATCHER ? 'watcher' : principalId;
      const where = scope.replace(`${GROUP}/providers/`, '').replace(/\w+-?jkz2fnr3agwso/, '*');
      return `${principalType} ${who}: ${name} at ${where}`;
    })
    .sort();
}

const ALWAYS = [
  'ServicePrincipal watcher: Key Vault Secrets User at Microsoft.KeyVault/vaults/*/secrets/link-secret',
  'ServicePrincipal watcher: Monitoring Metrics Publisher at Microsoft.Insights/components/*',
  'ServicePrincipal watcher: Storage Blob Data Owner at Microsoft.Storage/storageAccounts/*',
  'ServicePrincipal watcher: Storage Queue Data Contributor at Microsoft.Storage/storageAccounts/*',
  'ServicePrincipal watcher: Storage Table Data Contributor at Microsoft.Storage/storageAccounts/*',
];

test('infra/roles.json has the names and ids of roles that Azure documents, and no other', () => {
  const held = Object.fromEntries(Object.values(ROLES).map(({ name, id }) => [name, id]));
  expect(held).toEqual(BUILT_IN);
});

bicepTest('a watcher without container apps has just the roles for its own resources', () => {
  expect(grants(of('graph'))).toEqual(ALWAYS);
});

bicepTest('it may read the password of an SMTP server where there is one', () => {
  const secret = 'Microsoft.KeyVault/vaults/*/secrets/smtp-password';
  expect(grants(of('smtp-password'))).toEqual(
    [...ALWAYS, `ServicePrincipal watcher: Key Vault Secrets User at ${secret}`].sort(),
  );
});

bicepTest('it may send with a communication service that exists elsewhere, on that resource alone', () => {
  const service =
    '/subscriptions/55555555-5555-5555-5555-555555555555/resourceGroups/mail/providers/Microsoft.Communication/communicationServices/ours';
  expect(grants(of('acs-existing'))).toEqual(
    [...ALWAYS, `ServicePrincipal watcher: Communication and Email Service Owner at ${service}`].sort(),
  );
});

bicepTest('it reads container apps in each subscription that is named, once, whatever its case', () => {
  const watched = [
    SUBSCRIPTION,
    '77777777-7777-7777-7777-777777777777',
    'abcdef88-8888-8888-8888-888888888888',
  ];
  expect(grants(of('everything'))).toEqual(
    [
      ...ALWAYS,
      'ServicePrincipal watcher: Key Vault Secrets User at Microsoft.KeyVault/vaults/*/secrets/ping-url',
      'Group 99999999-9999-9999-9999-999999999999: Storage Table Data Contributor at Microsoft.Storage/storageAccounts/*',
      'ServicePrincipal watcher: Communication and Email Service Owner at Microsoft.Communication/communicationServices/*',
      ...watched.map(id => `ServicePrincipal watcher: Expiry Watcher (${id}) at /subscriptions/${id}`),
    ].sort(),
  );
});

bicepTest('for a management group it has one role there', () => {
  const group = '/providers/Microsoft.Management/managementGroups/the-group';
  expect(grants(of('management-group'))).toEqual([
    `ServicePrincipal watcher: Expiry Watcher (the-group) at ${group}`,
  ]);
});

bicepTest(
  'the role for container apps holds the two actions of a read, and can be assigned where it is made',
  () => {
    const roles = [...of('everything').resources, ...of('management-group').resources].filter(
      ({ type }) => type === DEFINITIONS,
    );
    expect(roles).toHaveLength(4);
    for (const { id, properties } of roles) {
      const [scope] = id.split(`/providers/${DEFINITIONS}/`);
      expect(properties).toEqual({
        roleName: expect.stringMatching(/^Expiry Watcher \((the-group|[0-9a-f-]{36})\)$/),
        description: expect.any(String),
        type: 'CustomRole',
        permissions: [
          {
            actions: ['Microsoft.App/containerApps/read', 'Microsoft.App/containerApps/getAuthtoken/action'],
            notActions: [],
            dataActions: [],
            notDataActions: [],
          },
        ],
        assignableScopes: [scope],
      });
    }
  },
);

bicepTest(
  'the name of an assignment is a GUID of its place, its principal and its role, so two never collide',
  () => {
    const all = [...of('everything').resources, ...of('graph').resources];
    for (const { id, name, properties } of all.filter(({ type }) => type === ASSIGNMENTS)) {
      const [scope] = id.split(`/providers/${ASSIGNMENTS}/`);
      const role = String(properties.roleDefinitionId);
      const roleName = role.startsWith(`${scope}/`) ? role : role.split('/').at(-1);
      if (properties.principalId === WATCHER)
        expect(name).toBe(`guid of ${scope} and ${WATCHER} and ${roleName}`);
      else expect(name).toMatch(/^[0-9a-f-]{36}$/);
    }
  },
);

bicepTest('what only a person can grant is printed as commands, ready to run', () => {
  const { outputs } = of('graph');
  expect(outputs.NEXT_STEPS).toContain(
    [
      '  New-ServicePrincipal -AppId 44444444-4444-4444-4444-444444444444 -ObjectId 33333333-3333-3333-3333-333333333333 -DisplayName expiry-watcher',
      `  New-ManagementScope -Name expiry-watcher -RecipientRestrictionFilter "PrimarySmtpAddress -eq 'watcher@example.com'"`,
      '  New-ManagementRoleAssignment -App 33333333-3333-3333-3333-333333333333 -Role "Application Mail.Send" -CustomResourceScope expiry-watcher',
    ].join('\n'),
  );
  const federated = /--parameters '(.*)'\n/.exec(String(of('everything').outputs.NEXT_STEPS))?.[1];
  expect(JSON.parse(federated ?? '')).toEqual({
    name: 'expiry-watcher',
    issuer: `https://login.microsoftonline.com/${TENANT}/v2.0`,
    subject: WATCHER,
    audiences: ['api://AzureADTokenExchange'],
  });
  expect(of('smtp-password').outputs.NEXT_STEPS).not.toMatch(/New-|az ad/);
  expect(of('smtp-password').outputs.NEXT_STEPS).toContain(
    `  npm run grant -- --app NAME.azureiotcentral.com --principal ${WATCHER}\n`,
  );
});
