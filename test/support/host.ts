/** The embedded host in a test: one at a time, with its own storage and a free port, closed afterwards. */
import { type HostOptions, type LogEntry, type RunningHost, startHost } from '../../local/host';
import type { HttpFunction, QueueFunction, TimerFunction } from '../../src/functions/definition';
import { freshStorage } from './azurite';
import { checked, takeDeviations } from './openapi';

export interface Hosting {
  start(definitions: HostOptions['definitions'], more?: Partial<HostOptions>): Promise<RunningHost>;
  /** Of the storage account of the current test. */
  connectionString(): string;
  /** The log of the current test. */
  readonly logged: LogEntry[];
  texts(): string[];
}

/** Call it once in a test file: it registers what happens before and after each test. */
export function useHost(): Hosting {
  let host: RunningHost | undefined;
  let connectionString = '';
  const logged: LogEntry[] = [];
  beforeEach(() => {
    logged.length = 0;
    connectionString = freshStorage();
  });
  afterEach(async () => {
    await host?.close();
    host = undefined;
    expect(takeDeviations()).toEqual([]);
  });
  return {
    logged,
    texts: () => logged.map(({ text }) => text),
    connectionString: () => connectionString,
    async start(definitions, more = {}) {
      const log = (entry: LogEntry) => void logged.push(entry);
      await host?.close();
      const known = checked(definitions);
      host = await startHost({ definitions: known, env: {}, connectionString, port: 0, log, ...more });
      return host;
    },
  };
}

export function timer(more: Partial<TimerFunction>): TimerFunction {
  const once = { schedule: '0 0 0 1 1 *', sends: true, handler: async () => [] };
  return { type: 'timer', name: 'tick', ...once, ...more };
}

export function queue(handler: QueueFunction['handler']): QueueFunction {
  return {
    type: 'queue',
    name: 'work',
    queue: 'sweeps',
    connection: 'AzureWebJobsStorage',
    sends: true,
    handler,
  };
}

export function http(
  route: string,
  handler: HttpFunction['handler'],
  ...methods: HttpFunction['methods']
): HttpFunction {
  const accepted: HttpFunction['methods'] = methods.length > 0 ? methods : ['GET'];
  return { type: 'http', name: route, methods: accepted, route, authLevel: 'function', handler };
}
