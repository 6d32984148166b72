/** The one HTTP adapter: makes a route a function of the Functions host. It answers HEAD, unknown methods and faults. */
import type {
  HttpHandler,
  HttpMethod,
  HttpRequest,
  HttpResponseInit,
  InvocationContext,
} from '@azure/functions';
import type { App } from '../app';
import { accessOf, callerOf } from '../web/access';
import { internalFault, methodNotAllowed, notSignedIn, type Response } from '../web/problem';
import type { Call, Operation, Route } from '../web/route';
import { type HttpFunction, logOf } from './definition';

/** The Functions host answers 404 to a method that is not listed here; OPTIONS belongs to the platform, for CORS. */
const METHODS: readonly HttpMethod[] = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'];

/** @param signIn whether the platform asks people and programs to sign in: the host would ask for a key all the same, so it must not */
export function httpFunction(route: Route, app: () => App, signIn = false): HttpFunction {
  const { name, path, methods, onFault = internalFault, onSignedOut = notSignedIn } = route;
  const access = accessOf(route);
  const demandsSignIn = signIn && access === 'signIn';
  const operations = new Map<string, Operation>(Object.entries(methods));
  // The host sends the answer to HEAD without its body.
  if (methods.GET) operations.set('HEAD', methods.GET);
  const allow = METHODS.filter(method => operations.has(method));
  const handler: HttpHandler = async (request, context) => {
    try {
      const caller = demandsSignIn ? callerOf(name => request.headers.get(name)) : {};
      if (!caller) return responseOf(onSignedOut());
      const operation = operations.get(request.method);
      const call = callOf(request, app, context);
      const asked = demandsSignIn ? { ...call, url: withoutKey(call.url), ...caller } : call;
      return responseOf((await operation?.serve(asked)) ?? methodNotAllowed(allow));
    } catch (error) {
      // No error is expected here. The log gets the cause; the caller gets an answer without it.
      context.error(error);
      return responseOf(onFault());
    }
  };
  const authLevel = demandsSignIn || access === 'anonymous' ? 'anonymous' : 'function';
  return { type: 'http', name, methods: [...METHODS], route: path, authLevel, handler };
}

/** Links of pages repeat the key in their address. It opens nothing for who has signed in. */
function withoutKey(address: string): string {
  const url = new URL(address);
  if (url.searchParams.has('code')) url.searchParams.delete('code');
  return url.href;
}

function callOf(request: HttpRequest, app: () => App, context: InvocationContext): Call {
  const { method, url, headers, params } = request;
  return {
    method,
    url,
    key: { scope: params?.scope ?? '', name: params?.name ?? '' },
    header: name => headers.get(name),
    bytes: most => bytesOf(request.body, most),
    app,
    log: logOf(context),
  };
}

/** A body without a length may never end: what is more than `most` bytes is not read. */
async function bytesOf(body: HttpRequest['body'], most: number): Promise<Uint8Array | undefined> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body ?? []) {
    size += chunk.byteLength;
    // Leaving the loop cancels the body.
    if (size > most) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** For every answer. host.json has them too, for the answers that the Functions host gives without asking the app. */
const FOR_BROWSERS = {
  // Browsers must not guess the type of an answer,
  'x-content-type-options': 'nosniff',
  // must not tell other sites its address, which may hold a key,
  'referrer-policy': 'no-referrer',
  // and must ask this host over https only, for a year.
  'strict-transport-security': 'max-age=31536000',
};

/** Some statuses forbid even an empty body. */
export function responseOf({ status, headers, body }: Response): HttpResponseInit {
  return { status, headers: { ...FOR_BROWSERS, ...headers }, body: body === '' ? undefined : body };
}
