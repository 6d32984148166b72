/** `sweepScope`: one scope's sweep for one queue message; it answers with the message that continues it, if any. */
import { parseSweepMessage } from '../watch/sweep/start-sweep';
import { type QueueFunction, SWEEP_QUEUE, SWEEP_QUEUE_CONNECTION } from './definition';
import { logOf } from './log';
import type { App } from './use-cases';

export const sweepScope = (app: App): QueueFunction => ({
  type: 'queue',
  name: 'sweepScope',
  queue: SWEEP_QUEUE,
  connection: SWEEP_QUEUE_CONNECTION,
  sends: true,
  handler: async (message, context) => app().sweepScope(parseSweepMessage(message), logOf(context)),
});
