/** `npm start` as a process: what a person corrects is one sentence, a code other than zero, and nothing is left running. */
import { execFile } from 'node:child_process';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { startMailServices } from '../../local/simulated/mail-services';

const TSX = pathToFileURL(require.resolve('tsx')).href;
const START = resolve('local/start.ts');

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'start-'));
});
afterEach(() => rm(folder, { recursive: true }));

/** Runs it in a folder of its own. */
function run(args: readonly string[], env: NodeJS.ProcessEnv = {}) {
  return new Promise<{ code: unknown; out: string; errors: string[] }>(done => {
    const options = { cwd: folder, env: { ...process.env, ...env }, timeout: 90_000 };
    execFile(process.execPath, ['--import', TSX, START, ...args], options, (error, out, errors) =>
      done({ code: error ? error.code : 0, out, errors: errors.trim().split('\n') }),
    );
  });
}

test.each<[string, readonly string[], RegExp]>([
  ['an unknown flag', ['--liv'], /^--liv is not an option: the options are --fresh, .*\.$/],
  ['a registry file that is not there', ['--registry', 'none.csv'], /^--registry: .*none\.csv.*ENOENT\)\.$/],
  ['a registry file that is a folder', ['--fresh', '--registry', '.'], /^--registry: .*EISDIR\)\.$/],
])('%s ends it before anything is started', async (_, args, sentence) => {
  expect(await run(args)).toEqual({ code: 1, out: '', errors: [expect.stringMatching(sentence)] });
  expect(await readdir(folder)).toEqual([]);
});

test('a registry file with a bad header ends it, with the fault and what to write', async () => {
  await writeFile(join(folder, 'bad.csv'), 'scope,nmae\na,b\n');
  const { code, out, errors } = await run(['--registry', 'bad.csv', '--port', '0']);
  expect([code, errors]).toEqual([1, [expect.stringMatching(/^--registry: 'bad\.csv': .*unknown.*'nmae'/)]]);
  expect(out).not.toContain('is running');
  expect(await readdir(join(folder, '.local'))).toEqual(['demo']);
});

test('a bad schedule ends it, and names the setting', async () => {
  const env = { SWEEP_SCHEDULE: 'every minute', MAIL_SENDER: 'watcher@example.com' };
  const { code, errors } = await run(['--live', '--port', '0'], env);
  expect([code, errors]).toEqual([
    1,
    [expect.stringMatching(/^SWEEP_SCHEDULE: 'every minute' is not a schedule; write six fields/)],
  ]);
});

describe('--live --test-mail', () => {
  const mine = { OPERATORS: 'ops@example.com', MAIL_SENDER: 'watcher@example.com' };

  test('sends one mail to the operators by the own settings, says so and ends', async () => {
    const { communication, settings, close } = await startMailServices('smtp', { now: Date.now });
    try {
      const { code, out, errors } = await run(['--live', '--test-mail'], { ...mine, ...settings });
      expect([code, out, errors]).toEqual([
        0,
        'By smtp to ops@example.com: The mail was taken. Look for it in the mailbox, and among its spam.\n',
        [''],
      ]);
      expect(communication.mails.map(({ to }) => to)).toEqual([['ops@example.com']]);
    } finally {
      await close();
    }
  });

  test.each<[string, NodeJS.ProcessEnv, RegExp]>([
    [
      'a server that is not there',
      { SMTP_URL: 'smtp://127.0.0.1:1' },
      /^By smtp to ops@example\.com: The mail server could not be reached/,
    ],
    [
      'no way to send',
      { MAIL_TO: 'none' },
      /^Nothing was sent: No way to send is set\. Set COMMUNICATION_ENDPOINT/,
    ],
    [
      'no operators',
      { SMTP_URL: 'smtp://127.0.0.1:1', OPERATORS: '' },
      /^Nothing was sent: there are no operators: set OPERATORS/,
    ],
  ])('%s ends it with the reason and a code other than zero', async (_, env, words) => {
    expect(await run(['--live', '--test-mail'], { ...mine, ...env })).toEqual({
      code: 1,
      out: '',
      errors: [expect.stringMatching(words)],
    });
  });
});

test.each([
  ['v18.20.4', 1, /^Node 20 or later is needed here, and this is v18\.20\.4: install a newer one\.\n$/],
  ['v8.0.0', 1, /^Node 20 /],
  ['v20.0.0', 0, /^$/],
  ['v100.1.0', 0, /^$/],
])('under Node %s the check before it ends with %i', async (version, expected, words) => {
  const script = `globalThis.process = Object.create(process, { version: { value: '${version}' } });
require('./local/node-version.cjs');`;
  const [code, errors] = await new Promise<[unknown, string]>(done => {
    execFile(process.execPath, ['-e', script], (error, _out, errors) =>
      done([error ? error.code : 0, errors]),
    );
  });
  expect([code, errors]).toEqual([expected, expect.stringMatching(words)]);
});
