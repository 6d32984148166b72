/** Tables: opens all that the watch stores on one storage account, with a key or an identity. */
import type { TokenCredential } from '@azure/core-auth';
import { RestError, TableClient, TableServiceClient } from '@azure/data-tables';
import { once } from '../core/once';
import { isLoopback } from '../formats/endpoint';
import type { Tables } from '../watch/ports';
import { openCalendar } from './calendar';
import { guardService, guardTable, STORAGE_LIMITS } from './client';
import { openExpiries } from './expiries';
import { openHistory } from './history';
import { openMailLedger } from './mail-ledger';
import { openOutbox } from './outbox';
import { openRegistry } from './registry';
import { schemaVersion, UNVERSIONED, upgrade } from './schema';
import { openScopes, recordRegistryLost } from './scopes';

export type Connection =
  | { readonly kind: 'connectionString'; readonly value: string }
  /** `tableUri` such as `https://{account}.table.core.windows.net`. The SDK sends no bearer token over plain http. */
  | { readonly kind: 'identity'; readonly tableUri: string; readonly credential: TokenCredential };

const NAMES = ['registry', 'expiries', 'calendar', 'outbox', 'scopes', 'history'] as const;

type Open = (name: (typeof NAMES)[number]) => TableClient;

const DERIVED: readonly string[] = ['calendar', 'history'];

/** Most faults of our own storage end soon: it is tried three more times, after 0.5, 1 and 2 s. */
const RETRY = { maxRetries: 3, retryDelayInMs: 500, maxRetryDelayInMs: 4_000 };

/** Opens the six tables; no request is sent before the first use. */
export function openTables(
  connection: Connection,
  limits = STORAGE_LIMITS,
): Tables & {
  /** Creates the missing tables, once. After a failure (RestError) the next call tries again. */
  ready(): Promise<void>;
} {
  const client = (name: (typeof NAMES)[number], onGone?: () => Promise<unknown>) =>
    guardTable(tableClient(connection, name), limits, onGone);
  const onRegistryGone = () => recordRegistryLost(client('scopes'), client('expiries'));
  return {
    registry: openRegistry(client('registry', onRegistryGone)),
    expiries: openExpiries(client('expiries')),
    calendar: openCalendar(client('calendar')),
    outbox: openOutbox(client('outbox')),
    scopes: openScopes(client('scopes')),
    mailLedger: openMailLedger(client('scopes')),
    history: openHistory(client('history')),
    ready: once(() => prepare(client, guardService(serviceClient(connection), limits), onRegistryGone)),
  };
}

/** Lists the tables first, in one call: they are missing only at the first start. Nothing is written to newer tables. */
async function prepare(
  client: Open,
  service: TableServiceClient,
  onRegistryGone: () => Promise<unknown>,
): Promise<void> {
  const missing = new Set<string>(NAMES);
  for await (const { name } of service.listTables()) if (name !== undefined) missing.delete(name);
  const version = missing.has('scopes') ? UNVERSIONED : await schemaVersion(client('scopes'));
  const isRegistryMissing = missing.delete('registry');
  await Promise.all(Array.from(missing, name => create(service, name)));
  if (isRegistryMissing) {
    // Last: once it is there again, nothing else shows that it was gone.
    await onRegistryGone();
    await create(service, 'registry');
  }
  await upgrade(client, version);
}

/** What is derived may be missing: nothing else waits for it, and `health` says so. */
async function create(service: TableServiceClient, name: string): Promise<void> {
  try {
    await service.createTable(name);
  } catch (error) {
    if (!(error instanceof RestError) || !DERIVED.includes(name)) throw error;
  }
}

function tableClient(connection: Connection, name: string): TableClient {
  return connection.kind === 'identity'
    ? new TableClient(connection.tableUri, name, connection.credential, { retryOptions: RETRY })
    : TableClient.fromConnectionString(connection.value, name, optionsFor(connection.value));
}

function serviceClient(connection: Connection): TableServiceClient {
  return connection.kind === 'identity'
    ? new TableServiceClient(connection.tableUri, connection.credential, { retryOptions: RETRY })
    : TableServiceClient.fromConnectionString(connection.value, optionsFor(connection.value));
}

/** The SDK refuses plain http unless it is allowed; it is allowed only for this machine. */
function optionsFor(connectionString: string) {
  return { retryOptions: RETRY, allowInsecureConnection: isThisMachine(connectionString) };
}

function isThisMachine(connectionString: string): boolean {
  if (/(^|;)\s*UseDevelopmentStorage=true\s*(;|$)/i.test(connectionString)) return true;
  return isLoopback(/(?:^|;)\s*TableEndpoint=([^;]+)/i.exec(connectionString)?.[1] ?? '');
}
