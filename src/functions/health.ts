/** `GET health`: whether the watcher itself can be trusted right now, for anybody who asks. */
import { healthAnswer } from '../web/health';
import { answering } from './answering';
import type { HttpFunction } from './definition';
import type { App } from './use-cases';

export const health = (app: App): HttpFunction => ({
  type: 'http',
  name: 'health',
  methods: ['GET', 'HEAD'],
  route: 'health',
  authLevel: 'anonymous',
  handler: answering(async () => healthAnswer(await app().health())),
});
