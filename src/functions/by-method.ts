/** Checks the method: a route takes every method that clients try, and says with 405 and `Allow` which of them it serves. */
import type { HttpHandler, HttpMethod, HttpRequest, InvocationContext } from '@azure/functions';
import { type Answer, internalFault, methodNotAllowed } from '../web/problem';
import type { HttpFunction } from './definition';

/** The Functions host answers 404 itself to a method that is not listed; OPTIONS is the platform's, for CORS. */
const METHODS: readonly HttpMethod[] = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'];

/** No answer is anything but what it says it is. */
const NO_SNIFFING = { 'x-content-type-options': 'nosniff' };

type Serve = (request: HttpRequest, context: InvocationContext) => Promise<Answer>;

/** HEAD comes with GET: the host sends the same without the body. */
export function byMethod(
  served: Partial<Record<'GET' | 'POST' | 'PUT' | 'DELETE', Serve>>,
): Pick<HttpFunction, 'methods' | 'handler'> {
  const byName = new Map<string, Serve>(Object.entries(served));
  if (served.GET) byName.set('HEAD', served.GET);
  const allow = METHODS.filter(method => byName.has(method));
  const serve: Serve = async (request, context) =>
    (await byName.get(request.method)?.(request, context)) ?? methodNotAllowed(allow);
  return { methods: [...METHODS], handler: answering(serve) };
}

/** What a handler throws is logged, and told to the caller as a problem without its cause. */
function answering(serve: Serve): HttpHandler {
  return async (request, context) => {
    try {
      const { status, headers, body } = await serve(request, context);
      // Some statuses forbid even an empty body.
      return { status, headers: { ...NO_SNIFFING, ...headers }, ...(body !== '' && { body }) };
    } catch (error) {
      // Nothing is expected here: whatever it is, the host must answer with a problem and the log must have the cause.
      context.error(error);
      const { headers, ...rest } = internalFault();
      return { ...rest, headers: { ...NO_SNIFFING, ...headers } };
    }
  };
}
