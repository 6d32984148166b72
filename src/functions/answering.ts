/** Answering: what an HTTP handler throws is logged, and told to the caller as a problem without its cause. */
import type { HttpHandler, HttpRequest } from '@azure/functions';
import { type Answer, internalFault } from '../web/problem';

export function answering(answer: (request: HttpRequest) => Promise<Answer>): HttpHandler {
  return async (request, context) => {
    try {
      return { ...(await answer(request)) };
    } catch (error) {
      // Nothing is expected here: whatever it is, the host must answer with a problem and the log must have the cause.
      context.error(error);
      return { ...internalFault() };
    }
  };
}
