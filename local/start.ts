/** `npm start`: runs the whole watcher on this machine, and prints where to look. */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { createApp } from '../src/app';
import { functionsOf } from '../src/functions';
import { startAzurite } from './azurite';
import { writeDemoRows } from './demo';
import { lockFolder } from './folder';
import { type LogEntry, type RunningHost, startHost } from './host';
import { importRegistry } from './import-registry';
import { noProxy } from './ports';
import { liveWorld, simulatedWorld, type World } from './world';

const USAGE = `npm start -- [--fresh] [--live] [--registry file.csv] [--port 7071]
  --fresh      forget what earlier runs recorded
  --live       watch real tokens with your own Azure sign-in; tables and mails stay on this machine
  --registry   load registry rows from a CSV file (scope,name,owners,...)
  --port       the port of the HTTP functions (a free one if it is taken)`;

const FOLDER = '.local';
/** Three readings tell a minted token from a fixed one: after three sweeps the first page shows it. */
const SWEEPS_AT_START = 3;

type StartOptions = Exclude<ReturnType<typeof parseOptions>, string>;

/** Returns a sentence if the arguments are wrong. */
function parseOptions(args: string[]) {
  try {
    const { values } = parseArgs({
      args,
      options: {
        fresh: { type: 'boolean', default: false },
        live: { type: 'boolean', default: false },
        registry: { type: 'string' },
        port: { type: 'string', default: '7071' },
      },
    });
    const { port } = values;
    if (!/^\d{1,5}$/.test(port) || Number(port) > 65_535) return `--port: '${port}' is not a port`;
    return { ...values, port: Number(port) };
  } catch (error) {
    // parseArgs throws a TypeError that names the unknown argument.
    if (error instanceof TypeError) return error.message;
    throw error;
  }
}

async function main(): Promise<void> {
  Object.assign(process.env, noProxy(process.env));
  const options = parseOptions(process.argv.slice(2));
  if (typeof options === 'string') return giveUp(`${options}\n\n${USAGE}`);
  // The live watch and the demo have separate data.
  const folder = join(FOLDER, options.live ? 'live' : 'demo');
  const lock = await lockFolder(folder);
  if (typeof lock === 'string') return giveUp(lock);
  if (options.fresh) await rm(folder, { recursive: true, force: true });
  const azurite = await startAzurite({ folder: join(folder, 'azurite'), preferUsualPorts: true });
  const world = options.live ? await liveWorld(process.env, folder) : await simulatedWorld(folder);
  const closers = [world.close, azurite.close, lock.release];
  closeOnSignal(closers);
  const { connectionString } = azurite;
  if (!options.live && !options.registry) await writeDemoRows(connectionString);
  const host = await watch(options, connectionString, world);
  closers.unshift(host.close);
  printWhereToLook(host, world, options);
}

async function watch(options: StartOptions, connectionString: string, world: World): Promise<RunningHost> {
  const env = {
    SWEEP_SCHEDULE: '0/30 * * * * *',
    REMIND_SCHEDULE: '15/30 * * * * *',
    ...(options.live && process.env),
    ...world.settings,
    AzureWebJobsStorage: connectionString,
  };
  // The app is created after the host: links in mails need the host's address.
  let app: ReturnType<typeof createApp> | undefined;
  const getApp = () => (app ??= createApp({ ...env, PUBLIC_URL: host.url }));
  const definitions = functionsOf(getApp);
  const host = await startHost({ definitions, env, connectionString, port: options.port, log: print });
  getApp();
  if (options.registry) await importRegistry(options.registry, host.url);
  for (let sweep = 0; sweep < SWEEPS_AT_START; sweep++) {
    await host.runTimer('startSweep');
    await host.drainQueues();
  }
  await host.runTimer('sendReminders');
  host.startTriggers();
  return host;
}

function printWhereToLook(host: RunningHost, { outboxUrl }: World, { live, registry }: StartOptions): void {
  console.log(`
The expiry watcher is running${live ? ' on your real tokens' : ' on a simulated fleet'}. Look at:
  the dashboard       ${host.url}/api/dashboard
  what expires next   ${host.url}/api/status
  the mails to come   ${host.url}/api/forecast
  its own health      ${host.url}/api/health
  all of its API      ${host.url}/api/openapi.json
  the mails           ${outboxUrl ?? 'sent by your mail service'}
${live && !registry ? '\nNo rows yet? npm start -- --live --registry file.csv loads yours (scope,name,owners).\n' : ''}
It sweeps every 30 seconds. Ctrl-C ends everything; npm start -- --fresh starts over.`);
}

function print({ level, functionName, text }: LogEntry): void {
  if (level === 'trace' || level === 'debug') return;
  console.log(`${new Date().toISOString().slice(11, 19)} ${functionName}: ${text}`);
}

function closeOnSignal(closers: readonly (() => Promise<void>)[]): void {
  const closeAll = async () => {
    for (const close of [...closers]) await close();
    process.exit(0);
  };
  process.once('SIGINT', closeAll).once('SIGTERM', closeAll);
}

function giveUp(message: string): void {
  console.error(message);
  process.exitCode = 1;
}

main().catch((error: unknown) => {
  console.error(error instanceof Error && error.name === 'BadSettings' ? error.message : error);
  process.exit(1);
});
