import { readFileSync } from 'node:fs';
import { transports } from '../../src/email/transports';
import { BadSettings, parseSettings } from '../../src/settings';
import type { Environment } from '../../src/settings/env';
import { kinds, services } from '../../src/sources';

const sample: unknown = JSON.parse(readFileSync('local.settings.sample.json', 'utf8'));
const values = valuesOf(sample);

/** The Functions host's own; the app doesn't read it. */
const OF_THE_HOST = ['FUNCTIONS_WORKER_RUNTIME'];
/** Instead of a connection string; the sample can't hold both. docs/settings.md tells of them. */
const ALTERNATIVES = [
  'accountName',
  'blobServiceUri',
  'queueServiceUri',
  'tableServiceUri',
  'credential',
  'clientId',
  'managedIdentityResourceId',
].map(part => `AzureWebJobsStorage__${part}`);

function valuesOf(file: unknown): Record<string, unknown> {
  if (typeof file !== 'object' || file === null || !('Values' in file))
    throw new Error('The sample has no Values.');
  return { ...Object(file.Values) };
}

/** A workable value for each setting that is empty in the sample: the parser may read another setting only where one is set. */
const EXAMPLES: Readonly<Record<string, string>> = {
  AzureWebJobsStorage__accountName: 'account',
  AzureWebJobsStorage__blobServiceUri: 'https://account.blob.core.windows.net',
  AzureWebJobsStorage__queueServiceUri: 'https://account.queue.core.windows.net',
  AzureWebJobsStorage__credential: 'managedidentity',
  AzureWebJobsStorage__clientId: '44444444-4444-4444-4444-444444444444',
  AzureWebJobsStorage__managedIdentityResourceId:
    '/subscriptions/s/resourceGroups/g/providers/Microsoft.ManagedIdentity/userAssignedIdentities/i',
  AzureWebJobsStorage__tableServiceUri: 'https://account.table.core.windows.net',
  COMMUNICATION_ENDPOINT: 'https://mail.example.com',
  COMMUNICATION_CONNECTION_STRING: 'endpoint=https://mail.example.com/;accesskey=c2VjcmV0',
  MAIL_SENDER: 'watcher@example.com',
  SMTP_URL: 'smtp://watcher:hunter2@mail.example.com',
  SMTP_HOST: 'mail.example.com',
  SMTP_PORT: '587',
  SMTP_USER: 'watcher',
  SMTP_PASSWORD: 'hunter2',
  GRAPH_MAIL_SENDER: 'watcher@example.com',
  MAIL_FALLBACK: 'smtp',
  MAIL_REPLY_TO: 'team@example.com',
  SUMMARY_SCHEDULE: '0 0 7 * * 1',
  OPERATORS: 'ops@example.com',
  MAIL_PER_MINUTE: '30',
  MAIL_PER_HOUR: '100',
  PUBLIC_URL: 'https://watcher.example.com',
  LINK_SECRET: '4f2a9c1e7b634d0a9e85c1d7f3a6b240',
  LINK_SECRET_PREVIOUS: '8e5d4f2a9c1e7b634d0a9e85c1d7f3a6b240',
  PING_URL: 'https://hc-ping.com/uuid',
  APPLICATIONINSIGHTS_CONNECTION_STRING: 'InstrumentationKey=1234',
  APPLICATIONINSIGHTS_AUTHENTICATION_STRING: 'Authorization=AAD',
  AZURE_CLIENT_ID: '44444444-4444-4444-4444-444444444444',
};
const MAIL_TO = ['owners', 'operators', 'none'];

/** The names the parser asks this environment for, whether it is a workable one or not. */
function namesReadIn(env: Environment): string[] {
  const names = new Set<string>();
  const recording = new Proxy(env, {
    get: (target, name) => {
      names.add(String(name));
      return target[String(name)];
    },
  });
  try {
    parseSettings(recording, kinds, services, transports);
  } catch (error) {
    if (!(error instanceof BadSettings)) throw error;
  }
  return [...names];
}

/** Every name the parser asks for: where nothing is set, where each setting alone is, and where all but one are. */
function namesRead(): string[] {
  const settings = Object.entries({ ...Object(values), ...EXAMPLES }).map(([name, value]) => {
    return { name, value: String(value) };
  });
  const all = Object.fromEntries(settings.map(({ name, value }) => [name, value]));
  const environments: Environment[] = [{}, all];
  for (const { name, value } of settings) {
    environments.push({ [name]: value }, { ...all, [name]: '' });
  }
  const withMailTo = environments.flatMap(env => MAIL_TO.map(to => ({ ...env, MAIL_TO: to })));
  return [...new Set(withMailTo.flatMap(namesReadIn))];
}
const READ = namesRead();

test('the sample is a local settings file whose values are all text, as Core Tools want it', () => {
  expect(sample).toMatchObject({ IsEncrypted: false, Values: expect.any(Object) });
  expect(Object.values(values).filter(value => typeof value !== 'string')).toEqual([]);
});

test('every setting that the parser reads is in the sample', () => {
  const known = [...Object.keys(values), ...ALTERNATIVES];
  expect(READ.filter(name => !known.includes(name))).toEqual([]);
  expect(READ).toEqual(expect.arrayContaining(ALTERNATIVES));
});

test('the examples are of settings that exist, and every setting that is empty in the sample has one', () => {
  const empty = Object.keys(values).filter(name => values[name] === '');
  expect(Object.keys(EXAMPLES).sort()).toEqual([...ALTERNATIVES, ...empty].sort());
});

test('every setting of the sample is read by the parser', () => {
  expect(Object.keys(values).filter(name => !READ.includes(name) && !OF_THE_HOST.includes(name))).toEqual([]);
});

test('the sample itself is a workable environment, with the defaults written out', () => {
  const env = Object.fromEntries(Object.entries(values).map(([name, value]) => [name, String(value)]));
  const parsed = parseSettings(env, kinds, services, transports);
  const bare = parseSettings(
    { AzureWebJobsStorage: 'UseDevelopmentStorage=true', MAIL_TO: 'none' },
    kinds,
    services,
    transports,
  );
  const written = (settings: typeof parsed) =>
    [...settings.kinds].map(([kind, { policy, checkEveryMs }]) => [kind, policy.thresholds, checkEveryMs]);
  expect({ ...parsed, kinds: written(parsed) }).toEqual({ ...bare, kinds: written(bare) });
});

test('the schedules that triggers name are never empty there: the host starts no trigger without one', () => {
  expect([values.SWEEP_SCHEDULE, values.REMIND_SCHEDULE]).not.toContain('');
});
