/** `GET openapi.json`: what every route takes and answers, for programs and their makers. */
import { badRequest } from '../web/problem';
import { parseNoQuery } from '../web/registry/query';
import { byMethod } from './by-method';
import type { HttpFunction } from './definition';
import type { App } from './use-cases';

export const openapi = (app: App): HttpFunction => ({
  type: 'http',
  name: 'openapi',
  route: 'openapi.json',
  authLevel: 'function',
  ...byMethod({
    GET: async ({ url, headers }) => {
      const refused = parseNoQuery(new URL(url).searchParams);
      if (refused) return badRequest(refused.faults);
      // Few ask for it, and it would weigh on every start.
      const { openapiAnswer } = await import('../web/openapi/answer');
      return openapiAnswer(app(), name => headers.get(name));
    },
  }),
});
