/** Puts registry rows into the table as a person would, with the storage client and nothing of ours. */
import { TableClient } from '@azure/data-tables';
import type { RegistryLine } from './registry-file';

export async function writeRegistryRows(
  connectionString: string,
  rows: readonly RegistryLine[],
): Promise<void> {
  const table = TableClient.fromConnectionString(connectionString, 'registry', {
    allowInsecureConnection: true,
  });
  await table.createTable();
  for (const { scope, name, columns } of rows) {
    await table.upsertEntity({ partitionKey: scope, rowKey: name, ...columns }, 'Replace');
  }
}
