/** `GET registry`: the rows of the registry, filtered and page by page. */
import { badRequest } from '../web/problem';
import { listAnswer } from '../web/registry/answers';
import { parseListQuery } from '../web/registry/query';
import { byMethod } from './by-method';
import type { HttpFunction } from './definition';
import type { App } from './use-cases';

export const registry = (app: App): HttpFunction => ({
  type: 'http',
  name: 'registry',
  route: 'registry',
  authLevel: 'function',
  ...byMethod({
    GET: async ({ url }) => {
      const parsed = parseListQuery(new URL(url).searchParams);
      return 'faults' in parsed ? badRequest(parsed.faults) : listAnswer(await app().listRows(parsed.query));
    },
  }),
});
