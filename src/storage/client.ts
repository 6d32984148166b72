/** The SDK's clients, with what they lack: a limit in time, and answers that are checked. */
import type { TableClient, TableServiceClient } from '@azure/data-tables';
import { wireRows, wireTables } from './wire';

/** Adds the policies to the client of a table. */
export function guardTable(client: TableClient): TableClient {
  client.pipeline.addPolicy(wireRows, { afterPhase: 'Retry' });
  return client;
}

/** Adds the policies to the client that lists and creates tables. */
export function guardService(client: TableServiceClient): TableServiceClient {
  client.pipeline.addPolicy(wireTables, { afterPhase: 'Retry' });
  return client;
}
