/** `POST targets/{scope}/{name}/check`: one target read because somebody asks. */

import { badRequest, crossSite } from '../web/problem';
import { parseNoQuery } from '../web/registry/query';
import { isFromElsewhere } from '../web/same-site';
import { checkAnswer } from '../web/target/check-answer';
import { byMethod } from './by-method';
import type { HttpFunction } from './definition';
import { logOf } from './log';
import type { App } from './use-cases';

export const checkNow = (app: App): HttpFunction => ({
  type: 'http',
  name: 'checkNow',
  route: 'targets/{scope}/{name}/check',
  authLevel: 'function',
  ...byMethod({
    POST: async ({ url, headers, params: { scope = '', name = '' } }, context) => {
      if (isFromElsewhere(url, name => headers.get(name))) return crossSite();
      const refused = parseNoQuery(new URL(url).searchParams);
      if (refused) return badRequest(refused.faults);
      return checkAnswer(await app().checkNow({ scope, name }, logOf(context)));
    },
  }),
});
