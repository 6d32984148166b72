/** The HTTP side of the local host. As with Core Tools, no key is needed; the auth level has no effect. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { HttpRequest, HttpResponse, type HttpResponseInit } from '@azure/functions';
import { isForThisMachine, LOOPBACK, misdirected } from '../ports';
import { type HostLog, type InFlight, invocationContext, logFailure } from './invocation';
import { matchRoute, type Route } from './routes';

export interface HttpParts {
  readonly routes: readonly Route[];
  /** Of host.json: for every answer that has not set them itself. */
  readonly customHeaders: Readonly<Record<string, string>>;
  readonly log: HostLog;
  readonly inFlight: InFlight;
}

/** As in Azure: https://learn.microsoft.com/azure/azure-functions/functions-bindings-http-webhook-trigger (limits). */
const MOST_BODY_BYTES = 104_857_600;

/** A server that does not listen yet. */
export function httpServer(parts: HttpParts): Server {
  return createServer((incoming, outgoing) => void parts.inFlight.track(answer(incoming, outgoing, parts)));
}

/** Never rejects: every failure is an answer. */
async function answer(incoming: IncomingMessage, outgoing: ServerResponse, parts: HttpParts): Promise<void> {
  for (const [name, value] of Object.entries(parts.customHeaders)) outgoing.setHeader(name, value);
  const url = requestUrl(incoming);
  if (url === undefined) return void outgoing.writeHead(400).end();
  if (!isForThisMachine(incoming)) return misdirected(outgoing);
  const match = matchRoute(parts.routes, incoming.method ?? 'GET', url.pathname);
  if (match.kind === 'unknown') return void outgoing.writeHead(404).end();
  if (match.kind === 'wrongMethod')
    return void outgoing.writeHead(405, { allow: match.allow.join(', ') }).end();
  const { definition, params } = match;
  try {
    const body = await bodyOf(incoming);
    if (body === undefined) return void outgoing.writeHead(413, { connection: 'close' }).end();
    const request = toHttpRequest(incoming, url, params, body);
    const result = await definition.handler(request, invocationContext(definition, parts.log));
    await sendResponse(result, outgoing);
  } catch (error) {
    // A handler may throw anything. As in the real host, the log gets the details and the caller none.
    logFailure(parts.log, definition.name, 'failed', error);
    outgoing.writeHead(500).end();
  }
}

/** The full URL of a request, by its Host header; `undefined` if they make no valid URL. */
function requestUrl({ url = '', headers }: IncomingMessage): URL | undefined {
  const text = `http://${headers.host ?? LOOPBACK}${url}`;
  return url.startsWith('/') && URL.canParse(text) ? new URL(text) : undefined;
}

/** Undefined once it is larger than the limit; the rest is not read. */
async function bodyOf(incoming: IncomingMessage): Promise<Buffer | undefined> {
  if (Number(incoming.headers['content-length']) > MOST_BODY_BYTES) return undefined;
  const chunks: Uint8Array[] = [];
  let size = 0;
  // Destroying the request would take the answer with it.
  for await (const chunk of incoming.iterator({ destroyOnReturn: false })) {
    size += chunk.length;
    if (size > MOST_BODY_BYTES) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function toHttpRequest(
  incoming: IncomingMessage,
  url: URL,
  params: Record<string, string>,
  body: Buffer,
): HttpRequest {
  return new HttpRequest({
    url: url.href,
    method: incoming.method ?? 'GET',
    headers: joined(Object.entries(incoming.headersDistinct)),
    // The host passes the query as a record, in which values of a repeated name are joined.
    query: joined([...new Set(url.searchParams.keys())].map(name => [name, url.searchParams.getAll(name)])),
    params,
    body: body.length > 0 ? { bytes: body } : undefined,
  });
}

/** Sends the response of a handler; Node leaves the body out for HEAD. */
async function sendResponse(
  result: HttpResponseInit | HttpResponse,
  outgoing: ServerResponse,
): Promise<void> {
  const response = result instanceof HttpResponse ? result : new HttpResponse(result);
  const body = Buffer.from(await response.arrayBuffer());
  outgoing.statusCode = response.status;
  for (const name of response.headers.keys()) outgoing.removeHeader(name);
  for (const [name, value] of response.headers) outgoing.appendHeader(name, value);
  if (body.length > 0) outgoing.setHeader('content-length', body.length);
  outgoing.end(body);
}

function joined(entries: readonly (readonly [string, readonly string[] | undefined])[]) {
  return Object.fromEntries(entries.map(([name, values = []]) => [name, values.join(',')]));
}
