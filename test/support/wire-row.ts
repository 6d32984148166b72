/** Writes a row as the wire has it: the SDK's clients rename some columns, and other tools do not. */
import { createDefaultHttpClient, createHttpHeaders, createPipelineRequest } from '@azure/core-rest-pipeline';
import type { TableClient } from '@azure/data-tables';

export async function writeWireRow(
  client: TableClient,
  row: Readonly<Record<string, unknown>>,
): Promise<number> {
  const json = 'application/json;odata=minimalmetadata';
  const headers = createHttpHeaders({
    accept: json,
    'content-type': 'application/json',
    prefer: 'return-no-content',
    'x-ms-version': '2019-02-02',
    dataserviceversion: '3.0',
  });
  const url = `${client.url}/${client.tableName}`;
  const body = JSON.stringify(row);
  const request = createPipelineRequest({
    url,
    method: 'POST',
    headers,
    body,
    allowInsecureConnection: true,
  });
  return (await client.pipeline.sendRequest(createDefaultHttpClient(), request)).status;
}

/** Columns that look like the store's own, as people and tools may call them. */
export const SHADOWS: readonly string[] = [
  'rowKey',
  'rowkey',
  'ROWKEY',
  'partitionKey',
  'partitionkey',
  'etag',
  'ETag',
  'timestamp',
  'TIMESTAMP',
  'odata.etag',
  'Odata.Etag',
  'metadata',
  '__proto__',
];
