/** `GET health`: whether the watcher itself can be trusted right now, for anybody who asks. */
import { json } from '../web/problem';
import { answering } from './answering';
import type { HttpFunction } from './definition';
import type { App } from './use-cases';

export const health = (app: App): HttpFunction => ({
  type: 'http',
  name: 'health',
  methods: ['GET', 'HEAD'],
  route: 'health',
  authLevel: 'anonymous',
  handler: answering(async () => {
    const reasons = await app().health();
    return json(reasons.length === 0 ? 200 : 503, { healthy: reasons.length === 0, reasons });
  }),
});
