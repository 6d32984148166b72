/** `GET targets/{scope}/{name}`: one target whole, with every decision about it explained. */

import { badRequest, json, unknownTarget } from '../web/problem';
import { parseNoQuery } from '../web/registry/query';
import { explanationJson } from '../web/target/explanation';
import { byMethod } from './by-method';
import type { HttpFunction } from './definition';
import type { App } from './use-cases';

export const target = (app: App): HttpFunction => ({
  type: 'http',
  name: 'target',
  route: 'targets/{scope}/{name}',
  authLevel: 'function',
  ...byMethod({
    GET: async ({ url, params: { scope = '', name = '' } }) => {
      const refused = parseNoQuery(new URL(url).searchParams);
      if (refused) return badRequest(refused.faults);
      const explained = await app().explain(scope, name);
      return explained ? json(200, explanationJson(explained)) : unknownTarget();
    },
  }),
});
