/** `GET metrics`: the state of the targets and of the watcher, for Prometheus. Parameters are the scraper's own affair. */
import { metricsAnswer } from '../web/metrics';
import { answering } from './answering';
import type { HttpFunction } from './definition';
import type { App } from './use-cases';

export const metrics = (app: App): HttpFunction => ({
  type: 'http',
  name: 'metrics',
  methods: ['GET', 'HEAD'],
  route: 'metrics',
  authLevel: 'function',
  handler: answering(async () => metricsAnswer(await app().metrics())),
});
