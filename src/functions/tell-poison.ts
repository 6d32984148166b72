/** `tellPoison`: a sweep message that the runtime gave up on is told to the operators. */
import { type QueueFunction, SWEEP_QUEUE, SWEEP_QUEUE_CONNECTION } from './definition';
import { logOf } from './log';
import type { App } from './use-cases';

export const tellPoison = (app: App): QueueFunction => ({
  type: 'queue',
  name: 'tellPoison',
  queue: `${SWEEP_QUEUE}-poison`,
  connection: SWEEP_QUEUE_CONNECTION,
  sends: false,
  handler: async (message, context) => {
    await app().tellPoison(message, logOf(context));
    return [];
  },
});
