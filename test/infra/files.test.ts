/** The files of the infrastructure as they are written: what can be checked without a compiler. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import HOST_JSON from '../../host.json';
import BICEP_CONFIG from '../../infra/bicepconfig.json';
import MAIN_PARAMETERS from '../../infra/main.parameters.json';
import SIGN_IN from '../../infra/sign-in.json';
import { syntaxFaults } from '../../scripts/bicep-syntax';
import { accessOf } from '../../src/web/access';
import { ROUTES } from '../../src/web/routes';

const read = (path: string) => readFileSync(path, 'utf8');
const BICEP = readdirSync('infra', { recursive: true, encoding: 'utf8' })
  .filter(name => name.endsWith('.bicep'))
  .map(name => join('infra', name));

test('every Bicep file has a syntax that tree-sitter knows, and opens with a comment on what it is for', async () => {
  expect(BICEP.length).toBeGreaterThan(10);
  expect(await syntaxFaults(BICEP)).toEqual([]);
  for (const file of BICEP) expect(read(file)).toMatch(/^\/\/ [A-Z].*\.\n/);
});

test('the check of the syntax finds a fault', async () => {
  expect(await syntaxFaults(['package.json'])).not.toEqual([]);
});

test('nothing must be downloaded to compile: no module of a registry, no extension', () => {
  for (const file of BICEP) {
    expect(read(file)).not.toMatch(/'(br|ts)[:/]|^extension\b|^import\b/m);
  }
});

test('every parameter of infra/main.bicep can be set with azd, by a variable of its own', () => {
  const declared = [...read('infra/main.bicep').matchAll(/^param (\w+) /gm)].map(([, name]) => name);
  const set = Object.entries(MAIN_PARAMETERS.parameters);
  expect(set.map(([name]) => name)).toEqual(declared);
  const upper = (name: string) => name.replace(/([a-z])([A-Z])/g, '$1_$2').toUpperCase();
  const own = { environmentName: 'AZURE_ENV_NAME', location: 'AZURE_LOCATION', settings: 'WATCHER_SETTINGS' };
  for (const [name, { value }] of set)
    expect([name, value]).toEqual([name, `\${${new Map(Object.entries(own)).get(name) ?? upper(name)}}`]);
});

test('azd asks three questions: what has no default, besides the name of the environment and the region', () => {
  const asked = [...read('infra/main.bicep').matchAll(/^param (\w+) \w+$/gm)].map(([, name]) => name);
  expect(asked).toEqual([
    'environmentName',
    'location',
    'mailTransport',
    'operators',
    'watchedSubscriptions',
  ]);
});

test('the question about mail says what happens to Communication Services', () => {
  const [, description = ''] =
    /@description\('(How mails leave.*)'\)\nparam mailTransport/.exec(read('infra/main.bicep')) ?? [];
  expect(description).toMatch(
    /new customers cannot create .* \(since 23 October 2026\).* retires on 30 September 2028/,
  );
});

test('the parameters have the form that Azure asks for', () => {
  const { parameters: _parameters, ...form } = MAIN_PARAMETERS;
  expect(form).toEqual({
    $schema: 'https://schema.management.azure.com/schemas/2019-04-01/deploymentParameters.json#',
    contentVersion: '1.0.0.0',
  });
});

test('every rule of the linter is an error, but two that ask the network or guess', () => {
  const { core } = BICEP_CONFIG.analyzers;
  expect(core.enabled).toBe(true);
  const lenient = Object.entries(core.rules).filter(([, { level }]) => level !== 'error');
  expect(lenient.map(([name]) => name)).toEqual(['use-recent-module-versions', 'what-if-short-circuiting']);
  expect(Object.keys(core.rules)).toHaveLength(38);
});

test('every value of azd that the documents ask for is an output of infra/main.bicep', () => {
  const outputs = [...read('infra/main.bicep').matchAll(/^output (\w+) /gm)].map(([, name]) => name);
  const documents = ['docs/deploy.md', 'docs/operations.md'].map(read).join('');
  const asked = [...documents.matchAll(/azd env get-value (\w+)/g)].map(([, name]) => name);
  expect(asked.filter(name => !outputs.includes(name))).toEqual([]);
});

test('azd builds here and deploys dist/ as it is', () => {
  const yaml = read('azure.yaml').replace(/^\s*#.*\n/gm, '');
  expect(yaml).toContain(`services:
  watcher:
    project: .
    language: ts
    host: function
    dist: dist
    remoteBuild: false
hooks:
  postprovision:
    posix:
      shell: sh
      run: printf '%s\\n' "$NEXT_STEPS"
    windows:
      shell: pwsh
      run: Write-Output $env:NEXT_STEPS
`);
  // With one that names node_modules, azd refuses remoteBuild: false.
  expect(existsSync('.funcignore')).toBe(false);
});

test('the Functions host serves the bare origin, gives up a message after five tries, and samples no event', () => {
  expect(HOST_JSON).toEqual({
    version: '2.0',
    // Above the budget of a sweep.
    functionTimeout: '00:10:00',
    extensions: {
      queues: { visibilityTimeout: '00:00:30', maxDequeueCount: 5, batchSize: 16 },
      http: {
        routePrefix: '',
        customHeaders: {
          'x-content-type-options': 'nosniff',
          'referrer-policy': 'no-referrer',
          'strict-transport-security': 'max-age=31536000',
        },
      },
    },
    extensionBundle: { id: 'Microsoft.Azure.Functions.ExtensionBundle', version: '[4.*, 5.0.0)' },
    logging: {
      applicationInsights: {
        // Alerts count requests, and look for events among traces.
        samplingSettings: { isEnabled: true, excludedTypes: 'Request;Exception;Trace' },
      },
    },
  });
});

describe('the routes that sign-in lets through', () => {
  test('are those of one list, which code and Bicep read, and each is a route', () => {
    expect(SIGN_IN).toEqual({
      anonymous: ['health', 'snooze', 'mine', 'dashboard.js'],
      byKey: ['metrics', 'calendar.ics', 'mail/reports'],
    });
    expect(read('infra/modules/sign-in.bicep')).toContain("loadJsonContent('../sign-in.json')");
    const letThrough = ROUTES.filter(route => accessOf(route) !== 'signIn').map(({ path }) => path);
    expect(letThrough.sort()).toEqual([...SIGN_IN.anonymous, ...SIGN_IN.byKey].sort());
  });

  test('have no parameter in their path: the platform compares whole paths', () => {
    expect([...SIGN_IN.anonymous, ...SIGN_IN.byKey].filter(path => !/^[a-z./-]+$/.test(path))).toEqual([]);
  });
});
