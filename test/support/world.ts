/** A whole watcher in a test: the real app on Azurite and the simulated services, with a clock that the test sets. */
import { TableClient } from '@azure/data-tables';
import {
  type Mail,
  type SimulatedAzure,
  type SimulatedAzureOptions,
  startSimulatedAzure,
} from '../../local/simulated';
import { createApp } from '../../src/app';
import type { StatusItem } from '../../src/core/listing';
import { openTables } from '../../src/storage/tables';
import type { Log } from '../../src/watch/ports';

import type { SweepMessage } from '../../src/watch/sweep/start-sweep';
import { freshStorage } from './azurite';
import { type TestClock, testClock } from './clock';
import { type InFlight, watchRequests } from './in-flight';

export interface World {
  readonly clock: TestClock;
  readonly azure: SimulatedAzure;
  readonly connectionString: string;
  /** The app's environment, as first composed. */
  readonly env: Readonly<Record<string, string>>;
  readonly tables: ReturnType<typeof openTables>;
  readonly log: Log & { readonly lines: string[] };
  /** The current app; `restart` creates a new one, as a new process does. */
  app(): ReturnType<typeof createApp>;
  restart(settings?: Record<string, string>): void;
  /** Writes a registry row as a person does. */
  register(scope: string, name: string, columns?: Record<string, unknown>): Promise<void>;
  /** Writes many rows of one scope, up to 100 a transaction. */
  registerAll(scope: string, names: readonly string[], columns?: Record<string, unknown>): Promise<void>;
  unregister(scope: string, name: string): Promise<void>;
  /** One tick: every scope is swept to its end. */
  sweep(): Promise<void>;
  remind(): Promise<void>;
  /** A sweep and the mails after it. */
  tick(): Promise<void>;
  item(name: string): Promise<StatusItem | undefined>;
  /** `recipient: subject`, oldest first. */
  mails(): string[];
  mailsTo(owner: string): readonly Mail[];
}

export const START = '2026-06-01T00:00:00Z';

/** Call it once in a test file: each test gets its own world, which is closed afterwards. */
export function useWorld(
  options: Omit<SimulatedAzureOptions, 'now'> & { settings?: Record<string, string> } = {},
): () => World {
  let world: World | undefined;
  let inFlight: InFlight | undefined;
  let opened: SimulatedAzure | undefined;
  beforeEach(async () => {
    const clock = testClock(START);
    const quiet = { perMinute: 1e6, perHour: 1e6, statusPerMinute: 1e6, statusPerHour: 1e6 };
    const azure = await startSimulatedAzure({ communication: quiet, ...options, now: clock.now });
    // Closed even if creating the world fails.
    opened = azure;
    inFlight = watchRequests([azure.arm.url, azure.iotCentral.url]);
    const { idle } = inFlight;
    const jump = clock.sleep;
    clock.sleep = ms => idle().then(() => jump(ms));
    world = await createWorld(clock, azure, options.settings ?? {});
  });
  afterEach(async () => {
    inFlight?.stop();
    await opened?.close();
    world = undefined;
  });
  return () => {
    if (!world) throw new Error('The world exists only while a test runs.');
    return world;
  };
}

async function createWorld(
  clock: TestClock,
  azure: SimulatedAzure,
  settings: Record<string, string>,
): Promise<World> {
  const connectionString = freshStorage();
  const env = {
    AzureWebJobsStorage: connectionString,
    OPERATORS: 'ops@example.com',
    ...azure.settings,
    ...settings,
  };
  const tables = openTables({ kind: 'connectionString', value: connectionString });
  await tables.ready();
  const registry = TableClient.fromConnectionString(connectionString, 'registry', {
    allowInsecureConnection: true,
  });
  const lines: string[] = [];
  const log = {
    lines,
    info: (line: string) => void lines.push(line),
    warn: (line: string) => void lines.push(line),
  };
  let app = createApp(env, clock);
  const world: World = {
    clock,
    azure,
    connectionString,
    env,
    tables,
    log,
    app: () => app,
    restart: (more = {}) => {
      app = createApp({ ...env, ...more }, clock);
    },
    register: async (partitionKey, rowKey, columns = {}) => {
      await registry.upsertEntity({ partitionKey, rowKey, ...columns }, 'Replace');
    },
    registerAll: async (partitionKey, names, columns = {}) => {
      for (let start = 0; start < names.length; start += 100) {
        const some = names.slice(start, start + 100);
        await registry.submitTransaction(
          some.map(rowKey => ['upsert', { partitionKey, rowKey, ...columns }, 'Replace']),
        );
      }
    },
    unregister: async (partitionKey, rowKey) => {
      await registry.deleteEntity(partitionKey, rowKey);
    },
    sweep: async () => {
      const queue: SweepMessage[] = await app.startSweep(log);
      for (let message = queue.shift(); message; message = queue.shift())
        queue.push(...(await app.sweepScope(message, log)));
    },
    remind: () => app.sendReminders(log),
    tick: async () => {
      await world.sweep();
      await world.remind();
    },
    item: async name => (await app.report({ limit: 1_000 })).items.find(item => item.name === name),
    mails: () =>
      azure.communication.mails.map(({ to, message }) => `${to.join(', ')}: ${message.content.subject}`),
    mailsTo: owner => azure.communication.mails.filter(({ to }) => to.includes(owner)),
  };
  return world;
}
