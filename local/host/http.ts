/** The HTTP front of the local host. As with Core Tools, no key is asked for, whatever the auth level. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { HttpFunction } from '../../src/functions/definition';
import { requestUrl, sendResponse, toHttpRequest } from './http-messages';
import type { InFlight } from './in-flight';
import { type HostLog, invocationContext, logFailure } from './invocation';
import { matchRoute, type Route } from './routes';

export interface HttpFrontParts {
  readonly routes: readonly Route[];
  readonly log: HostLog;
  readonly inFlight: InFlight;
}

/** A server that isn't listening yet. */
export function httpFront(parts: HttpFrontParts): Server {
  return createServer((incoming, outgoing) => void parts.inFlight.track(answer(incoming, outgoing, parts)));
}

/** Never rejects: whatever goes wrong is an answer. */
async function answer(
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  parts: HttpFrontParts,
): Promise<void> {
  const url = requestUrl(incoming);
  if (url === undefined) return refuse(outgoing, 400);
  const match = matchRoute(parts.routes, incoming.method ?? 'GET', url.pathname);
  if (match.kind === 'unknown') return refuse(outgoing, 404);
  if (match.kind === 'wrongMethod') {
    return refuse(outgoing.setHeader('allow', match.allow.join(', ')), 405);
  }
  try {
    await invoke(match.definition, match.params, url, incoming, outgoing, parts.log);
  } catch (error) {
    // Handlers may throw anything; like the real host, tell the log all and the caller nothing.
    logFailure(parts.log, match.definition.name, 'failed', error);
    refuse(outgoing, 500);
  }
}

async function invoke(
  definition: HttpFunction,
  params: Record<string, string>,
  url: URL,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  log: HostLog,
): Promise<void> {
  const request = await toHttpRequest(incoming, url, params);
  const result = await definition.handler(request, invocationContext(definition, log));
  await sendResponse(result, outgoing);
}

function refuse(outgoing: ServerResponse, status: number): void {
  outgoing.statusCode = status;
  outgoing.end();
}
