/** The embedded Functions host: mounts the definitions that main.ts registers in Azure, in this process. */
import { once } from 'node:events';
import type { Server } from 'node:http';
import hostJson from '../../host.json';
import type { FunctionDefinition } from '../../src/functions/definition';
import { LOOPBACK, listenNear } from '../ports';
import { type HostConfig, parseHostJson } from './host-json';
import { httpFront } from './http';
import { InFlight } from './in-flight';
import type { HostLog } from './invocation';
import { mountQueues, mountRoutes, mountTimers, type Surroundings } from './mount';
import type { QueueTrigger } from './queues';
import type { Environment } from './schedule';
import type { TimerTrigger } from './timers';

export type { HostLog, LogEntry } from './invocation';

export interface HostOptions {
  readonly definitions: readonly FunctionDefinition[];
  /** Where `%SETTING%` in a schedule is looked up. */
  readonly env: Environment;
  /** Of the storage account with the queues. */
  readonly connectionString: string;
  /** The port to try first (default 7071, as with Core Tools); 0 for any free one. */
  readonly port?: number;
  readonly log: HostLog;
  readonly now?: () => Date;
  /** How long a failed queue message stays hidden, instead of what host.json says. */
  readonly retryVisibilitySeconds?: number;
  /** How long `close` waits for running handlers (default 10 s). */
  readonly closeWithinMs?: number;
}

export interface RunningHost {
  /** The origin, without the route prefix. */
  readonly url: string;
  /** Runs a timer function now. Rejects with what its handler threw. */
  runTimer(name: string): Promise<void>;
  /** Handles the queues until they show no message; resolves with the number of deliveries. */
  drainQueues(): Promise<number>;
  /** Starts schedules and polling; HTTP is served from the start. */
  startTriggers(): void;
  /** Takes nothing new, waits for what runs, and leaves no socket or timer behind. */
  close(): Promise<void>;
}

export async function startHost(options: HostOptions): Promise<RunningHost> {
  const config = parseHostJson(hostJson);
  const closing = new AbortController();
  const around: Surroundings = {
    ...options,
    now: options.now ?? (() => new Date()),
    inFlight: new InFlight(),
    closing: closing.signal,
  };
  const timers = mountTimers(around);
  const queues = await mountQueues(around, limitsOf(config, options));
  const server = httpFront({ ...around, routes: mountRoutes(around, config.routePrefix) });
  const port = await listenNear(server, options.port ?? 7071);
  const stop = async () => {
    for (const timer of timers.values()) timer.stop();
    closing.abort();
    await stopServing(server, around, options.closeWithinMs ?? 10_000);
  };
  let stopped: Promise<void> | undefined;
  return {
    url: `http://${LOOPBACK}:${port}`,
    runTimer: async name => await named(timers, name).run(),
    drainQueues: () => around.inFlight.track(drainAll(queues)),
    startTriggers() {
      for (const timer of timers.values()) timer.start();
      for (const queue of queues) void around.inFlight.track(queue.poll());
    },
    close() {
      stopped ??= stop();
      return stopped;
    },
  };
}

function limitsOf({ queues }: HostConfig, { retryVisibilitySeconds }: HostOptions) {
  return { ...queues, retrySeconds: retryVisibilitySeconds ?? queues.retrySeconds };
}

async function drainAll(queues: readonly QueueTrigger[]): Promise<number> {
  const delivered = await Promise.all(queues.map(queue => queue.drain()));
  return delivered.reduce((sum, count) => sum + count, 0);
}

function named(timers: ReadonlyMap<string, TimerTrigger>, name: string): TimerTrigger {
  const timer = timers.get(name);
  if (timer === undefined) throw new Error(`no timer function is called ${name}`);
  return timer;
}

async function stopServing(server: Server, { inFlight, log }: Surroundings, withinMs: number): Promise<void> {
  const closed = once(server, 'close');
  server.close();
  const quiet = await inFlight.allSettled(withinMs);
  if (!quiet) {
    log({ level: 'warning', functionName: 'host', text: 'closed while functions were still running' });
  }
  server.closeAllConnections();
  await closed;
}
