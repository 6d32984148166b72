/** `GET calendar.ics`: the expiries as a calendar to subscribe to. */
import { calendarAnswer } from '../web/calendar/feed';
import { parseFeedQuery } from '../web/calendar/query';
import { badRequest } from '../web/problem';
import { byMethod } from './by-method';
import type { HttpFunction } from './definition';
import type { App } from './use-cases';

export const calendar = (app: App): HttpFunction => ({
  type: 'http',
  name: 'calendar',
  route: 'calendar.ics',
  authLevel: 'function',
  ...byMethod({
    GET: async request => {
      const parsed = parseFeedQuery(new URL(request.url).searchParams, app().kinds);
      if ('faults' in parsed) return badRequest(parsed.faults);
      return calendarAnswer(await app().feed(parsed.query));
    },
  }),
});
