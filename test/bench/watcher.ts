/** The watchers that are measured: the whole app on Azurite, or its sweep alone on tables that keep nothing. */
import { TableClient } from '@azure/data-tables';
import { createApp } from '../../src/app';
import type { Expiry } from '../../src/core/expiry';
import { DAY } from '../../src/formats/instant';
import { createSources, kinds } from '../../src/sources';
import { keys } from '../../src/storage/keys';
import { openTables } from '../../src/storage/tables';
import type { Clock, Log, RegistryRow, ScopeRow, Stored, Tables } from '../../src/watch/ports';
import type { Deps } from '../../src/watch/sweep/sweep-scope';
import type { Services } from './services';

export const SCOPE = 'iotCentralToken:bench.azureiotcentral.com';
export const SILENT: Log = { info: () => undefined, warn: message => console.warn(message) };

export function nameOf(index: number): string {
  return `device-${String(index).padStart(6, '0')}`;
}

export function settingsFor(services: Services, connectionString: string): Record<string, string> {
  return {
    AzureWebJobsStorage: connectionString,
    IOT_CENTRAL_ENDPOINT: `${services.iotCentral}/{subdomain}.{baseDomain}`,
    IOT_CENTRAL_RATE: '10000',
    IOT_CENTRAL_BURST: '100000',
    MAIL_TO: 'none',
  };
}

/** The whole app on a fresh account, with `rows` rows in its registry. */
export async function watcherOf(services: Services, rows: number) {
  const { connectionString } = services.freshAccount();
  const table = await createTable(connectionString, 'registry');
  for (let start = 0; start < rows; start += 100) {
    const names = Array.from({ length: Math.min(100, rows - start) }, (_, index) => nameOf(start + index));
    const columns = { partitionKey: SCOPE, owners: 'team@example.com', checkEvery: '1s' };
    await table.submitTransaction(names.map(rowKey => ['create', { ...columns, rowKey }]));
  }
  return createApp(settingsFor(services, connectionString));
}

export async function createTable(connectionString: string, name: string): Promise<TableClient> {
  const options = { allowInsecureConnection: true };
  const table = TableClient.fromConnectionString(connectionString, name, options);
  await table.createTable();
  return table;
}

export interface BareSweep {
  readonly endpoint: string;
  readonly limits: { readonly rate: number; readonly burst: number };
  readonly clock: Clock;
  /** A scope's rows and states in key order, generated one by one. */
  readonly rows: (scope: string, after?: string) => AsyncIterable<Stored<RegistryRow>>;
  readonly states: (scope: string, after?: string) => AsyncIterable<Stored<Expiry>>;
}

/** A sweep whose tables generate their rows and keep nothing: only its own work and memory are measured. */
export function bareSweep(services: Services, { endpoint, limits, clock, rows, states }: BareSweep): Deps {
  const { connectionString } = services.freshAccount();
  const store = openTables({ kind: 'connectionString', value: connectionString });
  const credential = {
    getToken: () => {
      throw new Error('The benchmarks never sign in.');
    },
  };
  const baseDomains = ['azureiotcentral.com'];
  const sources = createSources(() => ({ endpoint, baseDomains, limits, timeoutMs: 10_000, credential }));
  const policy = { thresholds: [], from: 'built-in' } as const;
  const policies = new Map(kinds.map(({ kind }) => [kind, { policy, checkEveryMs: DAY }]));
  return {
    tables: forgetful(store, rows, states),
    clock,
    kinds: { sources, policies, ...keys },
    mail: { to: 'none', operators: [] },
  };
}

const NONE: ReadonlySet<string> = new Set();

/** Only the row of the scope is kept: lease and pace continue from one sweep to the next. */
function forgetful(store: Tables, rows: BareSweep['rows'], states: BareSweep['states']): Tables {
  let row: ScopeRow | undefined;
  return {
    ...store,
    registry: { ...store.registry, rows },
    expiries: {
      ...store.expiries,
      rows: states,
      merge: async () => NONE,
      mergeCal: async () => NONE,
      remove: async () => undefined,
    },
    calendar: { ...store.calendar, write: async () => NONE },
    outbox: { ...store.outbox, put: async () => NONE },
    history: { ...store.history, add: async () => true },
    scopes: {
      ...store.scopes,
      get: async () => row && { ...row, etag: 'x' },
      save: async next => {
        row = next;
        return 'x';
      },
    },
  };
}
