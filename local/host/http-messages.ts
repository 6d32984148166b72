/** Between Node's HTTP messages and the request and response classes of the Functions library. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { HttpRequest, HttpResponse, type HttpResponseInit } from '@azure/functions';
import { LOOPBACK } from '../ports';

/** The address a request was sent to, by its Host header; `undefined` when that makes no sense. */
export function requestUrl({ url = '', headers }: IncomingMessage): URL | undefined {
  const text = `http://${headers.host ?? LOOPBACK}${url}`;
  return url.startsWith('/') && URL.canParse(text) ? new URL(text) : undefined;
}

export async function toHttpRequest(
  incoming: IncomingMessage,
  url: URL,
  params: Record<string, string>,
): Promise<HttpRequest> {
  const body = await readBody(incoming);
  return new HttpRequest({
    url: url.href,
    method: incoming.method ?? 'GET',
    headers: joined(Object.entries(incoming.headersDistinct)),
    // The host hands the query over as a mapping in which repeated names are joined.
    query: joined([...new Set(url.searchParams.keys())].map(name => [name, url.searchParams.getAll(name)])),
    params,
    ...(body.length > 0 && { body: { bytes: body } }),
  });
}

/** Sends what a handler returned; a HEAD request gets the same without the body. */
export async function sendResponse(
  result: HttpResponseInit | HttpResponse,
  outgoing: ServerResponse,
): Promise<void> {
  const response = result instanceof HttpResponse ? result : new HttpResponse(result);
  const body = Buffer.from(await response.arrayBuffer());
  outgoing.statusCode = response.status;
  for (const [name, value] of response.headers) outgoing.appendHeader(name, value);
  if (body.length > 0) outgoing.setHeader('content-length', body.length);
  outgoing.end(body);
}

async function readBody(incoming: IncomingMessage): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of incoming) chunks.push(chunk);
  return Buffer.concat(chunks);
}

function joined(
  entries: readonly (readonly [string, readonly string[] | undefined])[],
): Record<string, string> {
  return Object.fromEntries(entries.map(([name, values = []]) => [name, values.join(',')]));
}
