/** `GET status`: what expires next, soonest first. */
import { badRequest } from '../web/problem';
import { statusAnswer } from '../web/status/answer';
import { parseStatusQuery } from '../web/status/query';
import { byMethod } from './by-method';
import type { HttpFunction } from './definition';
import type { App } from './use-cases';

export const status = (app: App): HttpFunction => ({
  type: 'http',
  name: 'status',
  route: 'status',
  authLevel: 'function',
  ...byMethod({
    GET: async ({ url, headers }) => {
      const address = new URL(url);
      const parsed = parseStatusQuery(address.searchParams, app().kinds);
      if ('faults' in parsed) return badRequest(parsed.faults);
      return statusAnswer(await app().report(parsed.query), address, name => headers.get(name));
    },
  }),
});
