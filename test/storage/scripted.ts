/** A table whose answers are written by a test, for answers that the emulator never gives. */
import type { PipelineRequest } from '@azure/core-rest-pipeline';
import { createHttpHeaders } from '@azure/core-rest-pipeline';
import { TableClient } from '@azure/data-tables';
import { guardTable } from '../../src/storage/client';

export interface Answer {
  readonly status: number;
  readonly headers?: Record<string, string>;
  readonly body?: string;
}

/** A client of a store that answers as `answer` says; `requests` lists what it was asked. */
export function scriptedTable(answer: (request: PipelineRequest) => Answer | Promise<Answer>) {
  const requests: PipelineRequest[] = [];
  const client = new TableClient('https://store.example', 'things', {
    retryOptions: { maxRetries: 0 },
    httpClient: {
      async sendRequest(request) {
        requests.push(request);
        const { status, headers = {}, body = '' } = await answer(request);
        return { request, status, headers: createHttpHeaders(headers), bodyAsText: body };
      },
    },
  });
  return { client: guardTable(client), requests };
}

/** A page of rows, and the partition key where the next one starts. */
export function page(rows: readonly object[], next?: string): Answer {
  const headers: Record<string, string> = { 'content-type': 'application/json;odata=minimalmetadata' };
  if (next !== undefined) headers['x-ms-continuation-nextpartitionkey'] = next;
  return { status: 200, headers, body: JSON.stringify({ value: rows }) };
}

/** The row keys a transaction writes, in its order; a row that is created has its key in the body alone. */
export function rowKeysIn(request: PipelineRequest): string[] {
  const keys = String(request.body).matchAll(/POST .*?"RowKey":"([^"]*)"|RowKey='([^']*)'\)/gs);
  return Array.from(keys, ([, created, named]) => created ?? named ?? '');
}

const MULTIPART = { 'content-type': 'multipart/mixed; boundary=batchresponse_1' };

/** A transaction that was carried out: one part for each operation. */
export function written(request: PipelineRequest): Answer {
  const part = '--changesetresponse_1\r\nHTTP/1.1 204 No Content\r\n\r\n';
  return {
    status: 202,
    headers: MULTIPART,
    body: `${part.repeat(rowKeysIn(request).length)}--changesetresponse_1--`,
  };
}

/** A transaction that failed as a whole, for one of its operations or for itself. */
export function failed(status: number, code: string, message: string, outer = 202): Answer {
  const error = JSON.stringify({ 'odata.error': { code, message: { lang: 'en-US', value: message } } });
  if (outer !== 202) return { status: outer, body: error };
  const part = `--changesetresponse_1\r\nHTTP/1.1 ${status} Failed\r\n\r\n${error}\r\n`;
  return { status: 202, headers: MULTIPART, body: `${part}--changesetresponse_1--` };
}
