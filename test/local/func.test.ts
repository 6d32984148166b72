/** `npm run func` with programs in the place of npm and Core Tools, which tell what they were asked. */
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

const TSX = pathToFileURL(require.resolve('tsx')).href;
const FUNC = resolve('local/func.ts');
// Something that listens here is taken for a running Azurite, so none is started.
const azurite = createServer();
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'expiry-watcher-func-'));
  await writeFile(join(folder, 'local.settings.sample.json'), '{}');
  await new Promise<void>(done => {
    azurite.once('error', () => done()).once('listening', () => done());
    azurite.listen(10_000, '127.0.0.1');
  });
});
afterEach(async () => {
  if (azurite.listening) await Promise.all([once(azurite, 'close'), azurite.close()]);
  await rm(folder, { recursive: true });
});

async function install(name: string): Promise<void> {
  const bin = join(folder, 'node_modules', '.bin');
  await mkdir(bin, { recursive: true });
  await writeFile(join(bin, name), `#!/bin/sh\necho "${name} $*" >> asked\n`);
  await chmod(join(bin, name), 0o755);
}

const run = (args: readonly string[]) =>
  new Promise<{ code: unknown; said: string }>(done => {
    const argv = ['--import', TSX, FUNC, ...args];
    execFile(process.execPath, argv, { cwd: folder }, (error, out, errors) =>
      done({ code: error ? error.code : 0, said: out + errors }),
    );
  });

test('what is asked for goes to Core Tools, after the build and a word about the first start', async () => {
  for (const name of ['npm', 'func']) await install(name);
  const { code, said } = await run(['--port', '7072', '--offline']);
  expect([code, said]).toEqual([0, expect.stringMatching(/first start downloads the extension bundle/)]);
  expect(await readFile(join(folder, 'asked'), 'utf8')).toBe(
    'npm run build\nfunc start --port 7072 --offline\n',
  );
});

test('without Core Tools it says so, and builds and starts nothing', async () => {
  await install('npm');
  const { code, said } = await run([]);
  expect([code, said]).toEqual([
    1,
    expect.stringMatching(/Core Tools are not installed.*optional.*npm start/s),
  ]);
  await expect(readFile(join(folder, 'asked'))).rejects.toThrow(/ENOENT/);
});
