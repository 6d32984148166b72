/** The workflows: pinned by commit, with the least permissions, and doing just what they are for; azure-dev with the defaults of infra/main.bicep. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import MAIN_PARAMETERS from '../../infra/main.parameters.json';

const FOLDER = '.github/workflows';
const workflows = readdirSync(FOLDER).map(name => ({ name, text: readFileSync(join(FOLDER, name), 'utf8') }));
const textOf = (name: string) => workflows.find(workflow => workflow.name === name)?.text ?? '';

test.each(workflows)(
  'every action of $name is pinned by a commit, with its version beside it',
  ({ text }) => {
    const uses = [...text.matchAll(/uses: (.*)/g)].map(([, action]) => action);
    expect(uses.length).toBeGreaterThan(0);
    expect(uses.filter(action => !/^[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/.test(action ?? ''))).toEqual([]);
  },
);

test('an action has one commit in all workflows', () => {
  const pins = workflows.flatMap(({ text }) => [...text.matchAll(/uses: ([\w-]+\/[\w-]+)[^@]*@(\w+)/g)]);
  const commits = new Map<string, Set<string>>();
  for (const [, action = '', commit = ''] of pins)
    commits.set(action, (commits.get(action) ?? new Set()).add(commit));
  expect([...commits].filter(([, { size }]) => size > 1)).toEqual([]);
});

/** What a job may do besides reading the code. */
const MAY: Readonly<Record<string, readonly string[]>> = {
  'ci.yml': [],
  'codeql.yml': ['security-events: write'],
  'azure-dev.yml': ['id-token: write'],
  'release.yml': ['contents: write', 'id-token: write', 'attestations: write'],
};

test.each(workflows)('$name reads the code, and writes only what its job is about', ({ name, text }) => {
  expect(text).toMatch(/^permissions:\n {2}contents: read\n/m);
  expect(text).not.toMatch(/write-all|pull_request_target/);
  expect([...text.matchAll(/^ +([\w-]+: write)$/gm)].map(([, right]) => right)).toEqual(MAY[name]);
  const checkouts = text.match(/actions\/checkout@/g)?.length;
  expect(text.match(/persist-credentials: false/g)?.length).toBe(checkouts);
});

test.each(workflows)('no text from outside becomes part of a command in $name', ({ text }) => {
  const commands = text
    .split(/\n(?= *- )/)
    .flatMap(step => /run: ([\s\S]*?)(?=\n +env:|$)/.exec(step)?.[1] ?? []);
  expect(commands.filter(command => command.includes('${{'))).toEqual([]);
});

test('azure-dev sets every parameter of infra/main.bicep, with the default that stands there', () => {
  const bicep = readFileSync('infra/main.bicep', 'utf8');
  const text = textOf('azure-dev.yml');
  for (const [parameter, { value }] of Object.entries(MAIN_PARAMETERS.parameters)) {
    const name = value.slice(2, -1);
    const [, initial = ''] = new RegExp(`^param ${parameter} \\w+(?: = (.*))?$`, 'm').exec(bicep) ?? [];
    const bare = initial.replaceAll("'", '');
    const fallback = bare === '' ? '' : ` || '${bare}'`;
    const from = ['SMTP_PASSWORD', 'PING_URL'].includes(name) ? 'secrets' : 'vars';
    expect(text).toContain(`${name}: \${{ ${from}.${name}${fallback} }}\n`);
  }
});

test('a secret is given to the step that uses it, and to nothing before it', () => {
  const [before = '', step = ''] = textOf('azure-dev.yml').split('- name: Provision\n');
  expect(before).not.toContain('secrets.');
  expect(step.match(/\{ secrets\.\w+ \}/g)).toEqual(['{ secrets.SMTP_PASSWORD }', '{ secrets.PING_URL }']);
  expect(step).toMatch(
    /^ +run: azd provision --no-prompt\n +env:\n(?: +\w+: \$\{\{ secrets\.\w+ \}\}\n){2} +- name: Deploy\n/,
  );
});

/** When it runs, as it is written. */
const triggersOf = (text: string) => /^on:\n((?: .*\n)+)/m.exec(text)?.[1]?.replace(/^ {2}/gm, '');

/** What it does, in order: the actions that it uses and the commands that it runs, on one line each. */
function stepsOf(name: string): string[] {
  const steps = textOf(name).matchAll(
    /^ +(?:- )?(?:uses: ([\w./-]+)@.*|run: (?:>-\n)?((?:.+\n)(?: {10,}--.*\n)*))/gm,
  );
  return Array.from(steps, ([, action, command = '']) => action ?? command.trim().replace(/\s+/g, ' '));
}

const SET_UP = ['actions/checkout', 'actions/setup-node'];

test('every change and every proposed one is tested on both ends of what is supported, and audited', () => {
  const text = textOf('ci.yml');
  expect(triggersOf(text)).toBe('push:\n  branches: [main]\npull_request:\n');
  expect(text).toContain('node: [20, 24]\n');
  expect(text).toContain(`node-version: \${{ matrix.node }}\n`);
  expect(stepsOf('ci.yml')).toEqual([
    ...[...SET_UP, 'npm ci', 'npm test', 'npm run check', 'npm run package', 'npm run bicep'],
    ...[...SET_UP, 'npm ci', 'npx jest test/browser'],
    ...[...SET_UP, 'npm audit --omit=dev --omit=optional'],
  ]);
});

test('CodeQL looks at the code and the workflows at every change, and each week for what was learnt meanwhile', () => {
  const text = textOf('codeql.yml');
  expect(triggersOf(text)).toBe(
    'push:\n  branches: [main]\npull_request:\nschedule:\n  - cron: "17 4 * * 1"\n',
  );
  expect(text).toContain('language: [javascript-typescript, actions]\n');
  expect(text).toContain(`languages: \${{ matrix.language }}\n          build-mode: none\n`);
  expect(stepsOf('codeql.yml')).toEqual([
    'actions/checkout',
    'github/codeql-action/init',
    'github/codeql-action/analyze',
  ]);
});

test('azure-dev deploys main, one after another, and only where it was set up', () => {
  const text = textOf('azure-dev.yml');
  expect(triggersOf(text)).toBe('workflow_dispatch:\npush:\n  branches: [main]\n');
  expect(text).toContain("if: vars.AZURE_CLIENT_ID != ''\n");
  expect(text).toContain('concurrency:\n  group: azure-dev\n  cancel-in-progress: false\n');
  expect(stepsOf('azure-dev.yml')).toEqual([
    ...[...SET_UP, 'Azure/setup-azd'],
    'azd auth login --client-id "$AZURE_CLIENT_ID" --tenant-id "$AZURE_TENANT_ID" --federated-credential-provider github',
    'azd provision --no-prompt',
    'azd deploy --no-prompt',
  ]);
});

test('a tag makes a release of what is audited, with its notes, its parts and where it comes from', () => {
  const text = textOf('release.yml');
  expect(triggersOf(text)).toBe('push:\n  tags: ["v*"]\n');
  expect(stepsOf('release.yml')).toEqual([
    ...[...SET_UP, 'npm ci', 'npm audit --omit=dev --omit=optional'],
    'node --import tsx scripts/release-notes.ts "$GITHUB_REF_NAME" > notes.md',
    ...['npm run package', 'actions/attest', 'actions/attest'],
    'gh release create "$GITHUB_REF_NAME" expiry-watcher.zip expiry-watcher.cdx.json --notes-file notes.md --verify-tag',
  ]);
  const attested = [...text.matchAll(/actions\/attest@.*\n +with:\n((?: +\S+-path: .*\n)+)/g)];
  expect(attested.map(([, inputs = '']) => inputs.trim().split(/\s*\n\s*/))).toEqual([
    ['subject-path: expiry-watcher.zip'],
    ['subject-path: expiry-watcher.zip', 'sbom-path: expiry-watcher.cdx.json'],
  ]);
});

test('packages and actions are kept up to date, in few changes', () => {
  const updates = readFileSync('.github/dependabot.yml', 'utf8')
    .split(/^ {2}- /m)
    .slice(1);
  const kinds = updates.map(update => /^package-ecosystem: (\S+)\n {4}directory: \/\n/.exec(update)?.[1]);
  expect(kinds).toEqual(['npm', 'github-actions']);
  for (const update of updates) expect(update).toMatch(/interval: weekly\n {4}groups:\n/);
});
