/** `reconcile`: the daily timer that rebuilds the calendar from the expiries, at an hour when little else runs. */
import type { TimerFunction } from './definition';
import { logOf } from './log';
import type { App } from './use-cases';

export const reconcile = (app: App): TimerFunction => ({
  type: 'timer',
  name: 'reconcile',
  schedule: '0 40 3 * * *',
  sends: false,
  handler: async (_timer, context) => {
    await app().reconcile(logOf(context));
    return [];
  },
});
