import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { lockFolder } from '../../local/folder';

const parent = mkdtempSync(join(tmpdir(), 'expiry-watcher-lock-'));
const folder = join(parent, 'demo');
const file = `${folder}.running`;
afterAll(() => rmSync(parent, { recursive: true }));

test('a folder is locked while its process runs; the lock of an ended process has no effect', async () => {
  const other = spawn(process.execPath, ['-e', 'process.stdin.resume()'], {
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  writeFileSync(file, String(other.pid));
  expect(await lockFolder(folder)).toMatch(
    new RegExp(`already, as process ${other.pid}: .*delete .*demo\\.running`),
  );
  other.kill();
  await once(other, 'exit');
  const lock = await lockFolder(folder);
  expect(readFileSync(file, 'utf8')).toBe(String(process.pid));
  if (typeof lock === 'string') throw new Error(lock);
  await lock.release();
  expect(() => readFileSync(file)).toThrow('ENOENT');
});
