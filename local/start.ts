/** `npm start`: the whole watcher on this machine, and where to look. */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { createApp } from '../src/app';
import { functionsOf } from '../src/functions';
import { type RunningAzurite, startAzurite } from './azurite';
import { type LogEntry, type RunningHost, startHost } from './host';
import { importRegistry } from './import-registry';
import { lockFolder } from './lock';
import { parseOptions, type StartOptions, USAGE } from './options';
import { writeRegistryRows } from './registry-rows';
import { liveWorld, simulatedWorld, type World } from './world';

const FOLDER = '.local';
/** Evidence on what mints takes three readings: three sweeps at the start show it at once. */
const SWEEPS_AT_START = 3;

async function main(): Promise<void> {
  const options = parseOptions(process.argv.slice(2));
  if (typeof options === 'string') return giveUp(`${options}\n\n${USAGE}`);
  // The data of a live watch and of the demo never meet.
  const folder = join(FOLDER, options.live ? 'live' : 'demo');
  const lock = await lockFolder(folder);
  if (typeof lock === 'string') return giveUp(lock);
  if (options.fresh) await rm(folder, { recursive: true, force: true });
  const azurite = await startAzurite({ folder: join(folder, 'azurite'), preferUsualPorts: true });
  const world = options.live
    ? await liveWorld(process.env, folder, Date.now)
    : await simulatedWorld(folder, Date.now);
  const closers = [world.close, azurite.close, lock.release];
  endOnSignal(closers);
  if (!options.registry) await writeRows(azurite, world);
  const host = await watch(options, azurite, world);
  closers.unshift(host.close);
  sayWhereToLook(host, world, options);
}

async function writeRows(azurite: RunningAzurite, { rows }: World): Promise<void> {
  for (const fault of await writeRegistryRows(azurite.connectionString(), rows)) console.error(fault);
}

async function loadFile(file: string, host: RunningHost): Promise<void> {
  const { taken, faults } = await importRegistry(file, host.url);
  for (const fault of faults) console.error(`${file}: ${fault}`);
  console.log(`${file}: ${taken} rows loaded.`);
}

async function watch(options: StartOptions, azurite: RunningAzurite, world: World): Promise<RunningHost> {
  const connectionString = azurite.connectionString();
  const env = {
    SWEEP_SCHEDULE: '0/30 * * * * *',
    REMIND_SCHEDULE: '15/30 * * * * *',
    ...(options.live && process.env),
    ...world.settings,
    AzureWebJobsStorage: connectionString,
  };
  // The app is composed once its own address is known: links in mails lead to it.
  let app: ReturnType<typeof createApp> | undefined;
  const composed = () => (app ??= createApp({ ...env, PUBLIC_URL: host.url }));
  const definitions = functionsOf(composed);
  const host = await startHost({ definitions, env, connectionString, port: options.port, log: say });
  composed();
  if (options.registry) await loadFile(options.registry, host);
  for (let sweep = 0; sweep < SWEEPS_AT_START; sweep++) {
    await host.runTimer('startSweep');
    await host.drainQueues();
  }
  await host.runTimer('sendReminders');
  host.startTriggers();
  return host;
}

function sayWhereToLook(host: RunningHost, { outboxUrl }: World, { live, registry }: StartOptions): void {
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

function say({ level, functionName, text }: LogEntry): void {
  if (level === 'trace' || level === 'debug') return;
  console.log(`${new Date().toISOString().slice(11, 19)} ${functionName}: ${text}`);
}

function endOnSignal(closers: readonly (() => Promise<void>)[]): void {
  const end = async () => {
    for (const close of [...closers]) await close();
    process.exit(0);
  };
  process.once('SIGINT', end).once('SIGTERM', end);
}

function giveUp(message: string): void {
  console.error(message);
  process.exitCode = 1;
}

main().catch((error: unknown) => {
  console.error(error instanceof Error && error.name === 'BadSettings' ? error.message : error);
  process.exit(1);
});
