/** The files of the infrastructure as they are written: what can be checked without a compiler. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import MAIN_PARAMETERS from '../../infra/main.parameters.json';
import SIGN_IN from '../../infra/sign-in.json';
import { syntaxFaults } from '../../scripts/bicep-syntax';
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

test('azd builds here and deploys dist/ as it is', () => {
  const yaml = read('azure.yaml').replace(/^\s*#.*\n/gm, '');
  expect(yaml).toContain(`services:
  watcher:
    project: .
    language: ts
    host: function
    dist: dist
    remoteBuild: false
`);
  // With one that names node_modules, azd refuses remoteBuild: false.
  expect(existsSync('.funcignore')).toBe(false);
});

describe('the routes that sign-in lets through', () => {
  const paths = ROUTES.map(({ path }) => path);

  test('without a key are those that are anonymous anyway', () => {
    const anonymous = ROUTES.filter(({ auth }) => auth === 'anonymous').map(({ path }) => path);
    expect([...SIGN_IN.anonymous].sort()).toEqual(anonymous.sort());
  });

  test('with a key are those that programs ask for, and they are not anonymous', () => {
    expect(SIGN_IN.byKey).toEqual(['metrics', 'calendar.ics', 'mail/reports']);
    expect(SIGN_IN.byKey.filter(path => !paths.includes(path) || SIGN_IN.anonymous.includes(path))).toEqual(
      [],
    );
  });
});
