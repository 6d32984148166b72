/** `GET metrics`: the state of the targets and of the watcher, for Prometheus. Parameters are the scraper's own affair. */
import { metricsAnswer } from '../web/metrics';
import { byMethod } from './by-method';
import type { HttpFunction } from './definition';
import type { App } from './use-cases';

export const metrics = (app: App): HttpFunction => ({
  type: 'http',
  name: 'metrics',
  route: 'metrics',
  authLevel: 'function',
  ...byMethod({
    GET: async () => metricsAnswer(await app().metrics()),
  }),
});
