/** `npm run func`: the app in the real Functions host (Core Tools), with its own Azurite. What follows `--` goes to `func start`. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { copyFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { type RunningAzurite, startAzurite, USUAL_PORTS } from './azurite';
import { isFree, noProxy } from './ports';

const LOCAL_BIN = join('node_modules', '.bin');
const ON_WINDOWS = process.platform === 'win32';

async function main(): Promise<void> {
  if (!existsSync(join(LOCAL_BIN, ON_WINDOWS ? 'func.cmd' : 'func'))) return giveUp(CORE_TOOLS_MISSING);
  if (!existsSync('local.settings.json')) {
    await copyFile('local.settings.sample.json', 'local.settings.json');
    console.log('local.settings.json was copied from local.settings.sample.json.');
  }
  if ((await run('npm', ['run', 'build'])) !== 0)
    return giveUp('The build failed, so there is nothing to start.');
  const azurite = await startStorage();
  console.log(FIRST_START);
  process.exitCode = await run('func', ['start', ...process.argv.slice(2)]);
  await azurite?.close();
}

const CORE_TOOLS_MISSING = `Azure Functions Core Tools are not installed here. They are an optional dependency whose
install step downloads a program; where that is blocked, npm leaves them out and goes on.
Run "npm install" where the download is allowed, or "npm start", which needs no Core Tools.`;

const FIRST_START = `The first start downloads the extension bundle that host.json names, so it needs a network and takes a while.
Later ones do without: npm run func -- --offline. Another port: npm run func -- --port 7072.`;

/** Core Tools need all three services on the usual ports, as local.settings.json says. */
async function startStorage(): Promise<RunningAzurite | undefined> {
  const { blob, queue, table } = USUAL_PORTS;
  const free = await Promise.all([blob, queue, table].map(isFree));
  if (!free.includes(false))
    return await startAzurite({ ports: USUAL_PORTS, blob: true, folder: join('.local', 'azurite') });
  console.log(
    `Something listens on port ${blob}, ${queue} or ${table} already: taken for a running Azurite.`,
  );
  return undefined;
}

/** Runs a program of this project or of the PATH. Resolves with its exit code. */
async function run(program: string, args: readonly string[]): Promise<number> {
  const path = [LOCAL_BIN, process.env.PATH].join(delimiter);
  const env = { ...process.env, ...noProxy(process.env), PATH: path };
  // On Windows, npm and func are scripts that only a shell can start. The arguments are constants, or typed into a shell by the same person.
  const child = spawn(program, args, { stdio: 'inherit', shell: ON_WINDOWS, env });
  // Ctrl-C reaches the child through the terminal; this process must only stay alive until the child ends.
  const ignore = () => undefined;
  const passOn = () => child.kill('SIGTERM');
  process.on('SIGINT', ignore).on('SIGTERM', passOn);
  try {
    const [code]: unknown[] = await once(child, 'exit');
    return typeof code === 'number' ? code : 1;
  } finally {
    process.off('SIGINT', ignore).off('SIGTERM', passOn);
  }
}

function giveUp(reason: string): void {
  console.error(reason);
  process.exitCode = 1;
}

void main();
