/** The embedded Functions host: runs the definitions that main.ts registers in Azure, inside this process. */
import { once } from 'node:events';
import hostJson from '../../host.json';
import type { Environment } from '../../src/app';
import { type FunctionDefinition, type Messages, SWEEP_QUEUE } from '../../src/functions/definition';
import { LOOPBACK, listen } from '../ports';
import { parseHostJson } from './host-json';
import { httpServer } from './http';
import { type HostLog, InFlight } from './invocation';
import { openQueue, QueueTrigger, sendAll } from './queues';
import { compileRoutes } from './routes';
import { TimerTrigger } from './timers';

export type { HostLog, LogEntry } from './invocation';

export interface HostOptions {
  readonly definitions: readonly FunctionDefinition[];
  /** Holds the settings that schedules name as `%SETTING%`. */
  readonly env: Environment;
  /** Of the storage account with the queues. */
  readonly connectionString: string;
  /** 0 for any free port. */
  readonly port: number;
  readonly log: HostLog;
  /** How long a failed queue message stays hidden; by default as host.json says. */
  readonly retryVisibilitySeconds?: number;
  /** How long `close` waits for running handlers (default 10 s). */
  readonly closeWithinMs?: number;
}

export interface RunningHost {
  /** The origin, without the route prefix. */
  readonly url: string;
  readonly port: number;
  /** Runs a timer function now. Rejects with the error of its handler. */
  runTimer(name: string): Promise<void>;
  /** Handles queue messages until none is visible. Resolves with the number of deliveries. */
  drainQueues(): Promise<number>;
  /** Starts schedules and polling. HTTP works from the start. */
  startTriggers(): void;
  /** Takes no new work, waits for running work, and closes every socket and timer. */
  close(): Promise<void>;
}

export async function startHost(options: HostOptions): Promise<RunningHost> {
  const { definitions, connectionString, log, closeWithinMs = 10_000 } = options;
  const { queues: fromHostJson, http } = parseHostJson(hostJson);
  const { retryVisibilitySeconds: visibilityTimeout = fromHostJson.visibilityTimeout } = options;
  const inFlight = new InFlight();
  const closing = new AbortController();
  const sweeps = openQueue(connectionString, SWEEP_QUEUE);
  const send = (messages: Messages) => sendAll(sweeps, messages);
  const limits = { ...fromHostJson, visibilityTimeout };
  const parts = { ...options, limits, inFlight, closing: closing.signal, send };
  const timers = new Map<string, TimerTrigger>();
  const queues: QueueTrigger[] = [];
  // Timers send to it, even if no function takes its messages.
  await sweeps.createIfNotExists();
  for (const definition of definitions) {
    if (definition.type === 'timer') timers.set(definition.name, new TimerTrigger(definition, parts));
    if (definition.type !== 'queue') continue;
    await openQueue(connectionString, definition.queue).createIfNotExists();
    queues.push(new QueueTrigger(definition, parts));
  }
  const functions = definitions.filter(definition => definition.type === 'http');
  const routes = compileRoutes(functions, http.routePrefix);
  const server = httpServer({ routes, customHeaders: http.customHeaders, log, inFlight });
  const port = await listen(server, options.port);
  const stop = async () => {
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
    port,
    async runTimer(name) {
      const timer = timers.get(name);
      if (timer === undefined) throw new Error(`no timer function is called ${name}`);
      await timer.run();
    },
    async drainQueues() {
      const delivered = await inFlight.track(Promise.all(queues.map(queue => queue.drain())));
      return delivered.reduce((sum, count) => sum + count, 0);
    },
    startTriggers() {
      for (const timer of timers.values()) void timer.start();
      for (const queue of queues) void inFlight.track(queue.poll());
    },
    close() {
      stopped ??= stop();
      return stopped;
    },
  };
}
