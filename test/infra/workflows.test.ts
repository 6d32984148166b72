/** The workflows: pinned by commit, with the least permissions, and azure-dev with the defaults of infra/main.bicep. */
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
