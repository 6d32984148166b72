/** `GET status`: what expires next, soonest first. */
import { badRequest, json } from '../web/problem';
import { statusJson } from '../web/status';
import { parseStatusQuery } from '../web/status-query';
import { answering } from './answering';
import type { HttpFunction } from './definition';
import type { App } from './use-cases';

export const status = (app: App): HttpFunction => ({
  type: 'http',
  name: 'status',
  methods: ['GET', 'HEAD'],
  route: 'status',
  authLevel: 'function',
  handler: answering(async request => {
    const parsed = parseStatusQuery(new URL(request.url).searchParams, app().kinds);
    if ('faults' in parsed) return badRequest(parsed.faults);
    return json(200, statusJson(await app().report(parsed.query)));
  }),
});
