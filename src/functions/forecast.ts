/** `GET forecast`: the mails that go out if nothing changes. */
import { forecastJson, parseForecastQuery } from '../web/forecast';
import { badRequest, json } from '../web/problem';
import { byMethod } from './by-method';
import type { HttpFunction } from './definition';
import type { App } from './use-cases';

export const forecast = (app: App): HttpFunction => ({
  type: 'http',
  name: 'forecast',
  route: 'forecast',
  authLevel: 'function',
  ...byMethod({
    GET: async request => {
      const parsed = parseForecastQuery(new URL(request.url).searchParams);
      if ('faults' in parsed) return badRequest(parsed.faults);
      return json(200, forecastJson(await app().forecast(parsed.query.days)));
    },
  }),
});
