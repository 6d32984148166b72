/** `npm start`: runs the whole watcher on this machine, and prints where to look. */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type App, createApp } from '../src/app';
import { functionsOf } from '../src/functions';
import { startAzurite } from './azurite';
import { DEMO_ROWS, demoRegistry } from './demo';
import { lockFolder } from './folder';
import { type RunningHost, startHost } from './host';
import { importRegistry, readRegistryFile } from './import-registry';
import { parseOptions, type StartOptions, USAGE } from './options';
import { isFree, keepPort, noProxy, onKeptPort } from './ports';
import { printAll, printTrouble, sweepLine, withLine } from './quiet-log';
import { sendTestMail } from './test-mail';
import { liveWorld, simulatedWorld, type World } from './world';

const FOLDER = '.local';
/** As with Core Tools. */
const USUAL_PORT = 7071;
/** Three readings tell a minted token from a fixed one: after three sweeps the first page shows it. */
const SWEEPS_AT_START = 3;

async function main(): Promise<void> {
  Object.assign(process.env, noProxy(process.env));
  const options = parseOptions(process.argv.slice(2));
  if (typeof options === 'string') return giveUp(options);
  if (options.help) return console.log(USAGE);
  if (options.port && !(await isFree(options.port)))
    return giveUp(
      `--port ${options.port}: another program has this port. End that program, or take another port.`,
    );
  // Before anything is started or forgotten.
  const rows = options.registry === undefined ? undefined : await readRegistryFile(options.registry);
  // The live watch and the demo have separate data.
  const folder = join(FOLDER, options.live ? 'live' : 'demo');
  const lock = await lockFolder(folder);
  if (typeof lock === 'string') return giveUp(lock);
  const closers = [lock.release];
  closeOnSignal(closers);
  try {
    await start(options, rows, folder, closers);
  } catch (error) {
    // Whatever it is: what was started must end, or the process would go on without the watcher.
    await closeAll(closers);
    throw error;
  }
}

/** @param closers gets what ends each part, the latest first */
async function start(
  options: StartOptions,
  rows: Buffer<ArrayBuffer> | undefined,
  folder: string,
  closers: (() => Promise<void>)[],
): Promise<void> {
  if (options.fresh) await rm(folder, { recursive: true, force: true });
  const azurite = await startAzurite({ folder: join(folder, 'azurite'), preferUsualPorts: true });
  closers.unshift(azurite.close);
  const { connectionString } = azurite;
  if (options.testMail) {
    process.exitCode = await sendTestMail(process.env, connectionString);
    return await closeAll(closers);
  }
  const registry = demoRegistry(connectionString);
  // The button in the outbox is there before the watch that it needs.
  let onPassDay = async () => {};
  const demo = options.live ? undefined : await simulatedWorld(folder, options.mail, () => onPassDay());
  const world: World = demo ?? (await liveWorld(process.env, folder, options.mail));
  closers.unshift(world.close);
  if (demo && rows === undefined && (await registry.isEmpty())) await registry.write(DEMO_ROWS);
  const host = await hostIn(options, folder, connectionString, world);
  closers.unshift(host.close);
  if (options.registry !== undefined && rows !== undefined)
    await importRegistry(options.registry, rows, host.url);
  printWhereToLook(host, world, options);
  await beginWatch(host);
  if (demo) {
    const passDay = async () => {
      await registry.write(demo.passDay());
      await sweepOnce(host);
      await host.runTimer('sendReminders');
    };
    for (let day = 0; day < options.days; day++) await passDay();
    onPassDay = passDay;
  }
  host.startTriggers();
}

async function hostIn(
  { live, port, verbose }: StartOptions,
  folder: string,
  connectionString: string,
  { settings, clock, mailCount }: World,
): Promise<RunningHost> {
  const env = {
    SWEEP_SCHEDULE: '0/30 * * * * *',
    REMIND_SCHEDULE: '15/30 * * * * *',
    ...(live && process.env),
    ...settings,
    AzureWebJobsStorage: connectionString,
  };
  // The app is created after the host: links in mails need the host's address.
  let app: App | undefined;
  const getApp = () => (app ??= createApp({ ...env, PUBLIC_URL: host.url }, clock));
  const printLine = sweepLine(getApp, mailCount);
  const definitions = functionsOf(getApp).map(definition => withLine(definition, printLine));
  const log = verbose ? printAll : printTrouble;
  const startOn = (on: number) => startHost({ definitions, env, connectionString, port: on, log });
  const portFile = join(folder, 'port');
  const host = await (port === undefined ? onKeptPort(portFile, USUAL_PORT, startOn) : startOn(port));
  await keepPort(portFile, host.port);
  getApp();
  return host;
}

async function beginWatch(host: RunningHost): Promise<void> {
  for (let sweep = 0; sweep < SWEEPS_AT_START; sweep++) await sweepOnce(host);
  await host.runTimer('sendReminders');
}

async function sweepOnce(host: RunningHost): Promise<void> {
  await host.runTimer('startSweep');
  await host.drainQueues();
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
It sweeps every 30 seconds, the first time now. Ctrl-C ends everything; npm start -- --fresh starts over.
`);
}

function closeOnSignal(closers: readonly (() => Promise<void>)[]): void {
  const end = () => void closeAll(closers).then(() => process.exit(0));
  process.once('SIGINT', end).once('SIGTERM', end);
}

async function closeAll(closers: readonly (() => Promise<void>)[]): Promise<void> {
  for (const close of [...closers]) await close();
}

function giveUp(message: string): void {
  console.error(message);
  process.exitCode = 1;
}

/** Errors that a person corrects in the command or in the settings. Their messages say all. */
const CORRECTABLE = ['BadSettings', 'BadSchedule', 'BadRegistryFile'];

main().catch((error: unknown) => {
  console.error(error instanceof Error && CORRECTABLE.includes(error.name) ? error.message : error);
  process.exit(1);
});
