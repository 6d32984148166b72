/** The app settings of each deployment: all that the watcher needs, nothing that breaks the plan, and accepted by its own parser. */
import { readFileSync } from 'node:fs';
import { createApp } from '../../src/app';
import { BadSettings } from '../../src/settings';
import { bicepTest, deploymentNames, deployments } from './bicep';

/** In every deployment. */
const ALWAYS = [
  'AzureWebJobsStorage__blobServiceUri',
  'AzureWebJobsStorage__queueServiceUri',
  'AzureWebJobsStorage__tableServiceUri',
  'AzureWebJobsStorage__credential',
  'AzureWebJobsStorage__clientId',
  'APPLICATIONINSIGHTS_CONNECTION_STRING',
  'APPLICATIONINSIGHTS_AUTHENTICATION_STRING',
  'AZURE_CLIENT_ID',
  'AZURE_TOKEN_CREDENTIALS',
  'PUBLIC_URL',
  'LINK_SECRET',
  'MAIL_TO',
  'OPERATORS',
  'SWEEP_SCHEDULE',
  'REMIND_SCHEDULE',
];

/** What each deployment of the tests has besides. */
const BESIDES: Readonly<Record<string, readonly string[]>> = {
  quiet: [],
  isolated: [],
  'zone-redundant': [],
  'availability-test': [],
  'sign-in': ['OVERRIDE_USE_MI_FIC_ASSERTION_CLIENTID'],
  'acs-new': ['COMMUNICATION_ENDPOINT', 'MAIL_SENDER'],
  'acs-own-domain': ['COMMUNICATION_ENDPOINT', 'MAIL_SENDER'],
  'acs-existing': ['COMMUNICATION_ENDPOINT', 'MAIL_SENDER'],
  graph: ['GRAPH_MAIL_SENDER'],
  'smtp-password': ['MAIL_SENDER', 'SMTP_HOST', 'SMTP_PORT', 'SMTP_USER', 'SMTP_PASSWORD'],
  'smtp-identity': ['MAIL_SENDER', 'SMTP_HOST', 'SMTP_PORT', 'SMTP_USER'],
  everything: [
    'COMMUNICATION_ENDPOINT',
    'MAIL_SENDER',
    'OVERRIDE_USE_MI_FIC_ASSERTION_CLIENTID',
    'HISTORY_DAYS',
    'PING_URL',
  ],
};

/**
 * The settings of the watcher that infra/main.bicep leaves to their default. Who wants another value writes it into the
 * parameter `settings`.
 */
const LEFT_TO_DEFAULT = [
  // Other clouds and simulators.
  'ARM_ENDPOINT',
  'IOT_CENTRAL_ENDPOINT',
  'IOT_CENTRAL_BASE_DOMAINS',
  'GRAPH_ENDPOINT',
  // Limits of services.
  'ARM_RATE',
  'ARM_BURST',
  'IOT_CENTRAL_RATE',
  'IOT_CENTRAL_BURST',
  'MAIL_PER_MINUTE',
  'MAIL_PER_HOUR',
  'PROBE_TIMEOUT',
  // Taste.
  'THRESHOLDS_IOT_CENTRAL_TOKEN',
  'THRESHOLDS_CONTAINER_APP',
  'CHECK_EVERY_IOT_CENTRAL_TOKEN',
  'CHECK_EVERY_CONTAINER_APP',
  'HISTORY_DAYS',
  'SUMMARY_SCHEDULE',
  'MAIL_REPLY_TO',
  'MAIL_FALLBACK',
  'TELEMETRY',
  // With a secret in it; the identity takes its place.
  'AzureWebJobsStorage',
  'COMMUNICATION_CONNECTION_STRING',
  'SMTP_URL',
  // Only while the secret is being changed: docs/operations.md.
  'LINK_SECRET_PREVIOUS',
];

/** Settings that Flex Consumption refuses, ignores or takes from elsewhere; and those that would bring a key in. */
const FORBIDDEN =
  /^(FUNCTIONS_WORKER_RUNTIME|FUNCTIONS_EXTENSION_VERSION|FUNCTIONS_WORKER_PROCESS_COUNT|WEBSITE_.*|SCM_DO_BUILD_DURING_DEPLOYMENT|ENABLE_ORYX_BUILD|APPINSIGHTS_INSTRUMENTATIONKEY|AzureWebJobsStorage|AzureWebJobsDashboard)$/;

const APPS = deploymentNames.filter(name => name !== 'management-group');
const of = deployments(...APPS);

function settingsOf(name: string): Record<string, string> {
  const { properties } = of(name).one('Microsoft.Web/sites/config', '/appsettings');
  const texts = Object.entries(properties).map(([setting, value]) => {
    if (typeof value !== 'string') throw new Error(`${setting} of ${name} is not text`);
    return [setting, value];
  });
  return Object.fromEntries(texts);
}

/** The settings that the app asks for, and what it finds wrong. */
function composed(env: Record<string, string>): { read: ReadonlySet<string>; faults: readonly string[] } {
  const read = new Set<string>();
  const recording = new Proxy(env, {
    get: (target, name) => {
      read.add(String(name));
      return target[String(name)];
    },
  });
  try {
    return { faults: createApp(recording).mailState.faults, read };
  } catch (error) {
    if (!(error instanceof BadSettings)) throw error;
    return { read, faults: error.faults };
  }
}

test('the tests have a deployment for every way to send mail and every switch', () => {
  expect([...APPS].sort()).toEqual(Object.keys(BESIDES).sort());
});

bicepTest('every deployment has exactly the settings that it needs', () => {
  for (const name of APPS)
    expect([name, Object.keys(settingsOf(name)).sort()]).toEqual([
      name,
      [...ALWAYS, ...(BESIDES[name] ?? [])].sort(),
    ]);
});

bicepTest('no deployment has a setting that is wrong on Flex Consumption', () => {
  const names = APPS.flatMap(name => Object.keys(settingsOf(name)));
  expect(names.filter(name => FORBIDDEN.test(name))).toEqual([]);
});

test('every setting of the watcher is set by a deployment or listed as left to its default', () => {
  const { Values } = JSON.parse(readFileSync('local.settings.sample.json', 'utf8'));
  const known = [...ALWAYS, ...Object.values(BESIDES).flat(), ...LEFT_TO_DEFAULT];
  const settings = Object.keys(Values).filter(name => name !== 'FUNCTIONS_WORKER_RUNTIME');
  expect(settings.filter(name => !known.includes(name))).toEqual([]);
});

const SECRET = '4f2a9c1e-7b63-4d0a-9e85-c1d7f3a6b2408e5d';
const PING = 'https://hc-ping.com/4f2a9c1e-7b63-4d0a-9e85-c1d7f3a6b240';

/** As the platform hands them over: a reference to the vault is the secret there. */
function environmentOf(name: string): Record<string, string> {
  const entries = Object.entries(settingsOf(name)).map(([setting, value]) => [
    setting,
    value.replace(/^@Microsoft\.KeyVault\(SecretUri=.*\)$/, setting === 'PING_URL' ? PING : SECRET),
  ]);
  return Object.fromEntries(entries);
}

for (const name of APPS)
  bicepTest(`the watcher takes the settings of '${name}'`, () => {
    const env = environmentOf(name);
    expect(composed(env).faults).toEqual([]);
  });

bicepTest('secrets are references to the newest version in the vault, and nothing else is', () => {
  const secret = (name: string) =>
    `@Microsoft.KeyVault(SecretUri=https://the-vault.vault.azure.net/secrets/${name})`;
  for (const name of APPS) {
    const { LINK_SECRET, SMTP_PASSWORD, PING_URL, ...others } = settingsOf(name);
    expect(LINK_SECRET).toBe(secret('link-secret'));
    expect(SMTP_PASSWORD).toBe(name === 'smtp-password' ? secret('smtp-password') : undefined);
    expect(PING_URL).toBe(name === 'everything' ? secret('ping-url') : undefined);
    expect(Object.values(others).filter(value => value.includes('KeyVault'))).toEqual([]);
  }
});

bicepTest('the identity opens storage and monitoring, and is the one that the watcher signs in with', () => {
  const identity = '44444444-4444-4444-4444-444444444444';
  for (const name of APPS)
    expect(settingsOf(name)).toMatchObject({
      AzureWebJobsStorage__blobServiceUri: expect.stringMatching(
        /^https:\/\/st\w{13}\.blob\.core\.windows\.net$/,
      ),
      AzureWebJobsStorage__queueServiceUri: expect.stringMatching(
        /^https:\/\/st\w{13}\.queue\.core\.windows\.net$/,
      ),
      AzureWebJobsStorage__tableServiceUri: expect.stringMatching(
        /^https:\/\/st\w{13}\.table\.core\.windows\.net$/,
      ),
      AzureWebJobsStorage__credential: 'managedidentity',
      AzureWebJobsStorage__clientId: identity,
      APPLICATIONINSIGHTS_AUTHENTICATION_STRING: `ClientId=${identity};Authorization=AAD`,
      AZURE_CLIENT_ID: identity,
      AZURE_TOKEN_CREDENTIALS: 'ManagedIdentityCredential',
    });
});

bicepTest('mail settings follow the choice of a transport, and none queues nothing', () => {
  const mail = (name: string) =>
    Object.fromEntries(
      Object.entries(settingsOf(name)).filter(
        ([setting]) => /MAIL|SMTP|COMMUNICATION/.test(setting) && setting !== 'SMTP_PASSWORD',
      ),
    );
  const COMMUNICATION_ENDPOINT = 'https://the-mail.europe.communication.azure.com';
  const MAIL_SENDER = 'watcher@example.com';
  expect(mail('quiet')).toEqual({ MAIL_TO: 'none' });
  expect(mail('graph')).toEqual({ MAIL_TO: 'owners', GRAPH_MAIL_SENDER: MAIL_SENDER });
  expect(mail('acs-existing')).toEqual({ MAIL_TO: 'owners', COMMUNICATION_ENDPOINT, MAIL_SENDER });
  expect(mail('acs-own-domain')).toEqual({ MAIL_TO: 'owners', COMMUNICATION_ENDPOINT, MAIL_SENDER });
  expect(mail('acs-new')).toEqual({
    MAIL_TO: 'owners',
    COMMUNICATION_ENDPOINT,
    MAIL_SENDER: 'DoNotReply@11112222-3333-4444-5555-666677778888.azurecomm.net',
  });
  expect(mail('smtp-password')).toEqual({
    MAIL_TO: 'owners',
    MAIL_SENDER,
    SMTP_HOST: 'smtp.example.com',
    SMTP_PORT: '587',
    SMTP_USER: 'watcher',
  });
  expect(mail('everything').MAIL_TO).toBe('operators');
});

bicepTest('the address of the app is its own, or the one that was given', () => {
  expect(settingsOf('quiet').PUBLIC_URL).toBe('https://the-app.azurewebsites.net');
  expect(settingsOf('everything').PUBLIC_URL).toBe('https://watcher.example.com');
});

bicepTest('lists and schedules arrive as they were given', () => {
  expect(settingsOf('everything')).toMatchObject({
    OPERATORS: 'ops@example.com, second@example.com, third@example.com',
    SWEEP_SCHEDULE: '0 */10 * * * *',
    REMIND_SCHEDULE: '0 */15 * * * *',
    HISTORY_DAYS: '100',
  });
  expect(settingsOf('quiet')).toMatchObject({
    SWEEP_SCHEDULE: '0 */5 * * * *',
    REMIND_SCHEDULE: '0 */5 * * * *',
  });
});
