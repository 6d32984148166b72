/** `npm start` as a process that is ended and started again: addresses, mails, edits and the passed days are still there. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';
import * as v from 'valibot';
import { listen } from '../../local/ports';
import { HOUR } from '../../src/formats/instant';

const TSX = pathToFileURL(require.resolve('tsx')).href;
const START = resolve('local/start.ts');
const SCOPE = 'iotCentralToken:contoso.azureiotcentral.com';

jest.setTimeout(180_000);
let folder = '';
let running: ChildProcess | undefined;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'restart-'));
});
afterEach(async () => {
  await end();
  await rm(folder, { recursive: true });
});

async function end(): Promise<void> {
  if (running?.exitCode === null) {
    running.kill('SIGINT');
    await once(running, 'exit');
  }
  running = undefined;
}

/** Resolves with the lines up to the one about so many sweeps. */
async function start(args: readonly string[], sweeps: number) {
  const child = spawn(process.execPath, ['--import', TSX, START, ...args], { cwd: folder });
  running = child;
  const lines: string[] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    lines.push(line);
    if (lines.filter(one => one.includes('  swept ')).length === sweeps) break;
  }
  const urlOf = (word: string) => lines.find(line => line.includes(word))?.match(/http:\S+/)?.[0] ?? '';
  return { lines, api: urlOf('the dashboard').replace('/dashboard', ''), outbox: urlOf('the mails  ') };
}

async function asOf(api: string): Promise<number> {
  const body = v.parse(v.object({ asOf: v.string() }), await (await fetch(`${api}/status`)).json());
  return Date.parse(body.asOf);
}

async function mailsIn(outbox: string): Promise<number> {
  return [...(await (await fetch(outbox)).text()).matchAll(/<li>/g)].length;
}

test('a second start has the same addresses, mails, rows and date, and says where to look before it sweeps', async () => {
  const first = await start(['--port', '0'], 1);
  const at = first.lines.findIndex(line => line.includes('is running on a simulated fleet'));
  expect(at).toBeLessThan(first.lines.findIndex(line => line.includes('  swept ')));
  const row = `${first.api}/registry/${SCOPE}/telemetry-prod`;
  expect((await fetch(row, { method: 'DELETE' })).status).toBe(204);
  const later = await fetch(`${first.outbox}/outbox/day-later`, { method: 'POST', redirect: 'manual' });
  expect(later.status).toBe(303);
  const mails = await mailsIn(first.outbox);
  expect(mails).toBeGreaterThan(3);
  const dayLater = await asOf(first.api);
  expect(dayLater).toBeGreaterThan(Date.now() + 23 * HOUR);
  await end();

  const second = await start([], 1);
  expect([second.api, second.outbox]).toEqual([first.api, first.outbox]);
  expect(await mailsIn(second.outbox)).toBeGreaterThanOrEqual(mails);
  expect((await fetch(row)).status).toBe(404);
  expect(await asOf(second.api)).toBeGreaterThanOrEqual(dayLater);
});

test('days pass one by one, and a token that was renewed meanwhile is told as renewed', async () => {
  const { lines, api } = await start(['--port', '0', '--days', '6'], 7);
  const days = lines.filter(line => line.includes('  swept ')).map(line => line.slice(0, 10));
  expect(new Set(days).size).toBe(7);
  const explained = await (await fetch(`${api}/targets/${SCOPE}/gateway-prod`)).text();
  expect(explained).toContain('renewed');
});

test('a port that was asked for and is taken ends it, with one sentence', async () => {
  const other = createServer();
  const port = await listen(other, 0);
  const child = spawn(process.execPath, ['--import', TSX, START, '--port', String(port)], { cwd: folder });
  running = child;
  let errors = '';
  child.stderr.on('data', data => {
    errors += data;
  });
  const [code] = await once(child, 'close');
  other.close();
  expect([code, errors]).toEqual([
    1,
    `--port ${port}: another program has this port. End that program, or take another port.\n`,
  ]);
});
