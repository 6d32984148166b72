/** `GET health`: whether the watcher itself can be trusted right now, for anybody who asks. */
import { healthAnswer } from '../web/health';
import { byMethod } from './by-method';
import type { HttpFunction } from './definition';
import type { App } from './use-cases';

export const health = (app: App): HttpFunction => ({
  type: 'http',
  name: 'health',
  route: 'health',
  authLevel: 'anonymous',
  ...byMethod({
    GET: async () => healthAnswer(await app().health()),
  }),
});
