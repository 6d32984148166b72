/** The one HTTP adapter: from a route to a function of the Functions host. It knows methods, HEAD and faults; routes know the rest. */
import type { HttpHandler, HttpMethod, HttpRequest, HttpResponseInit } from '@azure/functions';
import type { App } from '../app';
import { internalFault, methodNotAllowed, type Response } from '../web/problem';
import type { Call, Operation, Route } from '../web/route';
import { type HttpFunction, logOf } from './definition';

/** The Functions host answers 404 to a method that is not listed here; OPTIONS belongs to the platform, for CORS. */
const METHODS: readonly HttpMethod[] = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'];

/** A browser must take every answer for the type that it names. */
const NO_SNIFFING = { 'x-content-type-options': 'nosniff' };

export function httpFunction(route: Route, app: () => App): HttpFunction {
  const { name, path, auth = 'function' } = route;
  const handler = handlerOf(route, app);
  return { type: 'http', name, methods: [...METHODS], route: path, authLevel: auth, handler };
}

function handlerOf({ methods, onFault = internalFault }: Route, app: () => App): HttpHandler {
  const operations = new Map<string, Operation>(Object.entries(methods));
  // The host sends the answer to HEAD without its body.
  if (methods.GET) operations.set('HEAD', methods.GET);
  const allow = METHODS.filter(method => operations.has(method));
  return async (request, context) => {
    try {
      const operation = operations.get(request.method);
      const call = { ...requestOf(request), app, log: logOf(context) };
      return responseOf(operation ? await operation.serve(call) : methodNotAllowed(allow));
    } catch (error) {
      // No error is expected here. The log gets the cause; the caller gets an answer without it.
      context.error(error);
      return responseOf(onFault());
    }
  };
}

function requestOf(request: HttpRequest): Omit<Call, 'app' | 'log'> {
  const { method, url, headers, params } = request;
  return {
    method,
    url,
    key: { scope: params?.scope ?? '', name: params?.name ?? '' },
    header: name => headers.get(name),
    bytes: () => request.arrayBuffer(),
  };
}

/** Some statuses forbid even an empty body. */
function responseOf({ status, headers, body }: Response): HttpResponseInit {
  return { status, headers: { ...NO_SNIFFING, ...headers }, body: body === '' ? undefined : body };
}
