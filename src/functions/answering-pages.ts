/** Answering with pages: what a handler throws is logged, and told to the person as a page without its cause. */
import type { HttpRequest, InvocationContext } from '@azure/functions';
import { withoutSlash } from '../web/dashboard/links';
import { faultPage } from '../web/dashboard/refusals';
import type { Answer } from '../web/problem';

type Serve = (request: HttpRequest, context: InvocationContext) => Promise<Answer>;

export function answeringPages(serve: Serve): Serve {
  return async (request, context) => {
    try {
      return withoutSlash(request.url) ?? (await serve(request, context));
    } catch (error) {
      // Nothing is expected here: whatever it is, the person must get a page and the log must have the cause.
      context.error(error);
      return faultPage();
    }
  };
}
