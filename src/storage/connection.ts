/** Connection: how the storage account is reached, by a key or by an identity. */
import type { TokenCredential } from '@azure/core-auth';
import { TableClient, TableServiceClient } from '@azure/data-tables';
import { isLoopback } from '../core/endpoint';

export type Connection =
  | { readonly kind: 'connectionString'; readonly value: string }
  /** `tableUri` such as `https://{account}.table.core.windows.net`. The SDK sends no bearer token over plain http. */
  | { readonly kind: 'identity'; readonly tableUri: string; readonly credential: TokenCredential };

/** Our own storage is worth a short wait for a transient fault: 0.5, 1 and 2 s. */
const RETRY = { maxRetries: 3, retryDelayInMs: 500, maxRetryDelayInMs: 4_000 };

export function tableClient(connection: Connection, name: string): TableClient {
  return connection.kind === 'identity'
    ? new TableClient(connection.tableUri, name, connection.credential, { retryOptions: RETRY })
    : TableClient.fromConnectionString(connection.value, name, optionsFor(connection.value));
}

export function serviceClient(connection: Connection): TableServiceClient {
  return connection.kind === 'identity'
    ? new TableServiceClient(connection.tableUri, connection.credential, { retryOptions: RETRY })
    : TableServiceClient.fromConnectionString(connection.value, optionsFor(connection.value));
}

/** The SDK refuses plain http unless told otherwise, which is done for this very machine alone. */
function optionsFor(connectionString: string) {
  return { retryOptions: RETRY, allowInsecureConnection: staysHere(connectionString) };
}

function staysHere(connectionString: string): boolean {
  if (/(^|;)\s*UseDevelopmentStorage=true\s*(;|$)/i.test(connectionString)) return true;
  return isLoopback(/(?:^|;)\s*TableEndpoint=([^;]+)/i.exec(connectionString)?.[1] ?? '');
}
