/** The switches of a deployment, each of which does just its part, and the alerts, which are always there. */

import * as v from 'valibot';
import { EVENTS, eventLine } from '../../src/core/events';
import { functionsOf } from '../../src/functions';
import { bicepTest, type Deployed, deployments, TENANT } from './bicep';

const of = deployments('quiet', 'isolated', 'zone-redundant', 'sign-in', 'availability-test', 'everything');

const typesOf = ({ resources }: Deployed) => new Set(resources.map(({ type }) => type));

const Places = v.array(v.object({ Id: v.string() }));
const ACCOUNT = 'Microsoft.Storage/storageAccounts';
const SITE = 'Microsoft.Web/sites';

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
    expect(account.sku).toEqual({ name: 'Standard_LRS' });
    expect(network.properties).toEqual({
      addressSpace: { addressPrefixes: ['10.0.0.0/24'] },
      subnets: [
        {
          name: 'app',
          properties: {
            addressPrefix: '10.0.0.0/26',
            delegations: [{ name: 'flex', properties: { serviceName: 'Microsoft.App/environments' } }],
          },
        },
        {
          name: 'endpoints',
          properties: { addressPrefix: '10.0.0.64/27', privateEndpointNetworkPolicies: 'Disabled' },
        },
      ],
    });
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
    expect(records.map(({ name }) => name.split('/')[1])).toEqual(zones.map(() => 'default'));
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
          '/api/mine',
          '/api/dashboard.js',
          '/api/metrics',
          '/api/calendar.ics',
          '/api/mail/reports',
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
      const { Locations, ...asked } = test.properties;
      expect(asked).toEqual({
        SyntheticMonitorId: test.name,
        Name: 'The watcher is healthy',
        Enabled: true,
        Kind: 'standard',
        Frequency: 900,
        Timeout: 30,
        RetryEnabled: true,
        Request: { RequestUrl: 'https://the-app.azurewebsites.net/api/health', HttpVerb: 'GET' },
        ValidationRules: {
          ExpectedHttpStatusCode: 200,
          SSLCheck: true,
          SSLCertRemainingLifetimeCheck: 7,
        },
      });
      const { properties } = of('availability-test').one('Microsoft.Insights/metricAlerts');
      const insights = of('availability-test').one('Microsoft.Insights/components').id;
      expect(properties).toEqual({
        description: expect.any(String),
        severity: 1,
        enabled: true,
        evaluationFrequency: 'PT5M',
        windowSize: 'PT15M',
        scopes: [test.id, insights],
        criteria: {
          'odata.type': 'Microsoft.Azure.Monitor.WebtestLocationAvailabilityCriteria',
          webTestId: test.id,
          componentId: insights,
          failedLocationCount: 2,
        },
        actions: [{ actionGroupId: of('availability-test').one('Microsoft.Insights/actionGroups').id }],
      });
      expect(test.tags).toEqual({ 'azd-env-name': 'test', [`hidden-link:${insights}`]: 'Resource' });
      expect(new Set(v.parse(Places, Locations).map(({ Id }) => Id)).size).toBe(5);
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
    const receiver = (index: number, emailAddress: string) => ({
      name: `operator-${index}`,
      emailAddress,
      useCommonAlertSchema: true,
    });
    expect(properties).toEqual({
      enabled: true,
      // In mails and text messages; Azure takes 12 characters.
      groupShortName: expect.stringMatching(/^\w{1,12}$/),
      emailReceivers: [
        receiver(1, 'ops@example.com'),
        receiver(2, 'second@example.com'),
        receiver(3, 'third@example.com'),
      ],
    });
  });

  const rulesOf = (deployed: Deployed) =>
    deployed.resources.filter(({ type }) => type === 'Microsoft.Insights/scheduledQueryRules');
  const conditionOf = ({ properties }: Deployed['resources'][number]) =>
    Object(Object(properties.criteria).allOf[0]);

  bicepTest('look every quarter of an hour at the last hours, and say what to do', () => {
    const quiet = of('quiet');
    const { id: workspace } = quiet.one('Microsoft.OperationalInsights/workspaces');
    const { id: group } = quiet.one('Microsoft.Insights/actionGroups');
    const seen = rulesOf(quiet).map(rule => {
      expect(rule.kind).toBe('LogAlert');
      const {
        displayName,
        description,
        severity,
        criteria: _criteria,
        windowSize,
        ...rest
      } = rule.properties;
      expect([displayName, description]).toEqual([
        expect.stringMatching(/^The watcher/),
        expect.stringMatching(/\.$/),
      ]);
      expect(rest).toEqual({
        enabled: true,
        evaluationFrequency: 'PT15M',
        scopes: [workspace],
        autoMitigate: true,
        skipQueryValidation: true,
        actions: { actionGroups: [group] },
      });
      const { query: _query, operator, threshold, ...condition } = conditionOf(rule);
      expect(condition).toEqual({
        timeAggregation: 'Total',
        metricMeasureColumn: 'Count',
        failingPeriods: { numberOfEvaluationPeriods: 1, minFailingPeriodsToAlert: 1 },
      });
      return `${rule.name.replace(/^alert-|-\w+$/g, '')}: ${operator} ${threshold} in ${windowSize}, severity ${severity}`;
    });
    expect(seen).toEqual([
      'no-sweep: LessThan 1 in PT1H, severity 1',
      'no-reminders: LessThan 1 in PT1H, severity 1',
      'poison: GreaterThan 0 in PT1H, severity 2',
      'scope-failing: GreaterThan 0 in PT1H, severity 2',
      'mail-failing: GreaterThan 1 in PT3H, severity 1',
      'reminders-wait: GreaterThan 6 in PT1H, severity 1',
    ]);
  });

  bicepTest('ask just this: no test can run a query', () => {
    const event = (name: string) =>
      `AppTraces | where Message startswith "{\\"event\\":" | extend Event = parse_json(Message) | where tostring(Event.event) == "${name}"`;
    const runs = (name: string) =>
      `AppRequests | where Name == "${name}" and Success == true | summarize Count = count()`;
    const [mails = ''] = event('').split(' | where tostring');
    expect(rulesOf(of('quiet')).map(rule => conditionOf(rule).query)).toEqual([
      runs('startSweep'),
      runs('sendReminders'),
      `${event('poison')} | summarize Count = count()`,
      `${event('scopeFailing')} | summarize Count = dcount(tostring(Event.scope))`,
      `let mails = ${mails}; ` +
        'let taken = toscalar(mails | where tostring(Event.event) == "mailSent" | summarize max(TimeGenerated)); ' +
        'mails | where tostring(Event.event) == "mailFailed" and tostring(Event.cause) != "recipient" and TimeGenerated > coalesce(taken, datetime(1970-01-01)) | summarize Count = count()',
      `${event('reminderAge')} | top 1 by TimeGenerated desc | project Count = tolong(Event.oldestMs) / 3600000.0`,
    ]);
  });

  /** The events that a query asks for, each with the fields that it reads of them. */
  const eventsIn = (query: string) => {
    const names = [...query.matchAll(/tostring\(Event\.event\) == "(\w+)"/g)].map(([, name]) => name);
    const fields = [...query.matchAll(/Event\.(\w+)/g)].map(([, field]) => field);
    return { names, fields: fields.filter(field => field !== 'event') };
  };

  bicepTest(
    'ask for functions that exist, and for events that the watcher tells, with fields that they have',
    () => {
      const functions = functionsOf(() => {
        throw new Error('no app is needed to name functions');
      }).map(({ name }) => name);
      const told: Readonly<Record<string, readonly string[]>> = EVENTS;
      const asked = rulesOf(of('quiet')).map(rule => {
        const query = String(conditionOf(rule).query);
        const [, name] = /^AppRequests \| where Name == "(\w+)" and Success == true \|/.exec(query) ?? [];
        if (name !== undefined) {
          expect(functions).toContain(name);
          return name;
        }
        expect(query).toContain('AppTraces | where Message startswith "{\\"event\\":" |');
        const { names, fields } = eventsIn(query);
        for (const event of names) expect(Object.keys(told)).toContain(event);
        const known = names.flatMap(event => told[event ?? ''] ?? []);
        for (const field of fields) expect(known).toContain(field);
        return [...names, ...fields].join(' ');
      });
      expect(asked).toEqual([
        'startSweep',
        'sendReminders',
        'poison',
        'scopeFailing scope',
        'mailSent mailFailed cause',
        'reminderAge oldestMs',
      ]);
    },
  );

  test('the lines of events begin as the queries look for them', () => {
    expect(eventLine('reminderAge', { oldestMs: 0 })).toMatch(/^\{"event":/);
  });
});
