/** Connection: how the storage account is reached, by a key or by an identity. */
import type { TokenCredential } from '@azure/core-auth';
import type { PipelinePolicy } from '@azure/core-rest-pipeline';
import { TableClient, TableServiceClient } from '@azure/data-tables';
import { isLoopback } from '../formats/endpoint';

export type Connection =
  | { readonly kind: 'connectionString'; readonly value: string }
  /** `tableUri` such as `https://{account}.table.core.windows.net`. The SDK sends no bearer token over plain http. */
  | { readonly kind: 'identity'; readonly tableUri: string; readonly credential: TokenCredential };

const SIGNER = 'tablesNamedKeyCredentialPolicy';

/** Our own storage is worth a short wait for a transient fault: 0.5, 1 and 2 s. */
const RETRY = { maxRetries: 3, retryDelayInMs: 500, maxRetryDelayInMs: 4_000 };

/**
 * The emulator takes these for ends of lines where it cuts a transaction into its parts, and fails. Bodies hold them in
 * JSON texts alone (keys in paths are percent-encoded), where an escape says the same.
 */
const LINE_ENDS: PipelinePolicy = {
  name: 'lineEnds',
  sendRequest(request, next) {
    const { body } = request;
    if (typeof body === 'string')
      request.body = body.replaceAll('\u2028', '\\u2028').replaceAll('\u2029', '\\u2029');
    return next(request);
  },
};

export function tableClient(connection: Connection, name: string): TableClient {
  const client =
    connection.kind === 'identity'
      ? new TableClient(connection.tableUri, name, connection.credential, { retryOptions: RETRY })
      : TableClient.fromConnectionString(connection.value, name, optionsFor(connection.value));
  // The SDK's signer counts the bytes of the body, too.
  client.pipeline.addPolicy(LINE_ENDS, { beforePolicies: [SIGNER] });
  return client;
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
