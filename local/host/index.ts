/** The embedded Functions host: runs the definitions that main.ts registers in Azure, inside this process. */
import { once } from 'node:events';
import hostJson from '../../host.json';
import { type FunctionDefinition, type Messages, SWEEP_QUEUE } from '../../src/functions/definition';
import { LOOPBACK, listen, startNear } from '../ports';
import { openQueue, sendAll } from './deliver';
import { parseHostJson, type QueueLimits } from './host-json';
import { httpServer } from './http';
import { type HostLog, InFlight } from './invocation';
import { QueueTrigger } from './queues';
import { compileRoutes } from './routes';
import { type Environment, parseSchedule, resolveSettings, TimerTrigger } from './timers';

export type { HostLog, LogEntry } from './invocation';

export interface HostOptions {
  readonly definitions: readonly FunctionDefinition[];
  /** Holds the settings that schedules name as `%SETTING%`. */
  readonly env: Environment;
  /** Of the storage account with the queues. */
  readonly connectionString: string;
  /** The port to try first (default 7071, as with Core Tools); 0 for any free port. */
  readonly port?: number;
  readonly log: HostLog;
  readonly now?: () => Date;
  /** How long a failed queue message stays hidden; by default as host.json says. */
  readonly retryVisibilitySeconds?: number;
  /** How long `close` waits for running handlers (default 10 s). */
  readonly closeWithinMs?: number;
}

export interface RunningHost {
  /** The origin, without the route prefix. */
  readonly url: string;
  /** Runs a timer function now. Rejects with the error of its handler. */
  runTimer(name: string): Promise<void>;
  /** Handles queue messages until none is visible. Resolves with the number of deliveries. */
  drainQueues(): Promise<number>;
  /** Starts schedules and polling. HTTP works from the start. */
  startTriggers(): void;
  /** Takes no new work, waits for running work, and closes every socket and timer. */
  close(): Promise<void>;
}

/** Shared by the triggers of one host. */
interface Shared extends HostOptions {
  readonly now: () => Date;
  readonly inFlight: InFlight;
  readonly closing: AbortSignal;
}

export async function startHost(options: HostOptions): Promise<RunningHost> {
  const { definitions, now = () => new Date(), log, closeWithinMs = 10_000 } = options;
  const config = parseHostJson(hostJson);
  const inFlight = new InFlight();
  const closing = new AbortController();
  const shared: Shared = { ...options, now, inFlight, closing: closing.signal };
  const timers = mountTimers(shared);
  const queues = await mountQueues(shared, config.queues);
  const http = definitions.filter(definition => definition.type === 'http');
  const server = httpServer({ routes: compileRoutes(http, config.routePrefix), log, inFlight });
  const port = await startNear(options.port ?? 7071, port => listen(server, port));
  const stop = async () => {
    for (const timer of timers.values()) timer.stop();
    closing.abort();
    const closed = once(server, 'close');
    server.close();
    if (!(await inFlight.endsWithin(closeWithinMs)))
      log({ level: 'warning', functionName: 'host', text: 'closed while functions were still running' });
    server.closeAllConnections();
    await closed;
  };
  let stopped: Promise<void> | undefined;
  return {
    url: `http://${LOOPBACK}:${port}`,
    async runTimer(name) {
      const timer = timers.get(name);
      if (timer === undefined) throw new Error(`no timer function is called ${name}`);
      await timer.run();
    },
    drainQueues: () => inFlight.track(drainAll(queues)),
    startTriggers() {
      for (const timer of timers.values()) timer.start();
      for (const queue of queues) void inFlight.track(queue.poll());
    },
    close() {
      stopped ??= stop();
      return stopped;
    },
  };
}

/** By function name. Throws on a schedule that can't be parsed. */
function mountTimers(shared: Shared): Map<string, TimerTrigger> {
  const sweeps = openQueue(shared.connectionString, SWEEP_QUEUE);
  const send = (messages: Messages) => sendAll(sweeps, messages);
  const timers = shared.definitions.filter(definition => definition.type === 'timer');
  return new Map(
    timers.map(definition => {
      const schedule = parseSchedule(resolveSettings(definition.schedule, shared.env));
      return [definition.name, new TimerTrigger(definition, { ...shared, schedule, send })];
    }),
  );
}

/** Creates missing queues, the one that the timers send to included. */
async function mountQueues(shared: Shared, fromHostJson: QueueLimits): Promise<QueueTrigger[]> {
  const { connectionString, retryVisibilitySeconds: retrySeconds = fromHostJson.retrySeconds } = shared;
  const limits = { ...fromHostJson, retrySeconds };
  const functions = shared.definitions.filter(definition => definition.type === 'queue');
  const names = new Set([SWEEP_QUEUE, ...functions.map(({ queue }) => queue)]);
  await Promise.all([...names].map(name => openQueue(connectionString, name).createIfNotExists()));
  return functions.map(definition => {
    const queue = openQueue(connectionString, definition.queue);
    const poison = openQueue(connectionString, `${definition.queue}-poison`);
    return new QueueTrigger({ ...shared, definition, queue, poison, limits });
  });
}

async function drainAll(queues: readonly QueueTrigger[]): Promise<number> {
  const delivered = await Promise.all(queues.map(queue => queue.drain()));
  return delivered.reduce((sum, count) => sum + count, 0);
}
