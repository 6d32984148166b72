/** Writes registry rows into the table as a person would: with the storage client alone, past the app. */
import { isRestError } from '@azure/core-rest-pipeline';
import { TableClient } from '@azure/data-tables';

/** A registry row as a person writes it: the table keys and the columns, all as text. */
export interface RegistryLine {
  readonly scope: string;
  readonly name: string;
  readonly columns: Readonly<Record<string, string>>;
}

/** Characters that no table key can hold. */
const FORBIDDEN = /[/\\#?]|\p{Cc}/u;
const RETRIES = { retryOptions: { maxRetries: 0 } };

/** Gives a sentence for each row that could not be written. All others are written. */
export async function writeRegistryRows(
  connectionString: string,
  rows: readonly RegistryLine[],
): Promise<string[]> {
  const options = { allowInsecureConnection: true, ...RETRIES };
  const table = TableClient.fromConnectionString(connectionString, 'registry', options);
  await table.createTable();
  const faults: string[] = [];
  for (const row of rows) faults.push(...(await write(table, row)));
  return faults;
}

async function write(table: TableClient, { scope, name, columns }: RegistryLine): Promise<string[]> {
  const bad = FORBIDDEN.exec(scope + name)?.[0];
  if (bad !== undefined) {
    const spelling = `~${bad.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`;
    return [
      `${scope} ${name}: a key can't hold '${bad}'; write ${spelling} (a container app is resourceGroup:name)`,
    ];
  }
  try {
    await table.upsertEntity({ partitionKey: scope, rowKey: name, ...columns }, 'Replace');
    return [];
  } catch (error) {
    // A row that the store refuses must not stop the others.
    if (isRestError(error) && error.statusCode === 400)
      return [`${scope} ${name}: the table refuses it (${error.code ?? 'bad row'})`];
    throw error;
  }
}
