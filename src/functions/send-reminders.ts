/** `sendReminders`: the timer that sends every owner's digest. */
import type { TimerFunction } from './definition';
import { logOf } from './log';
import type { App } from './use-cases';

export const sendReminders = (app: App): TimerFunction => ({
  type: 'timer',
  name: 'sendReminders',
  schedule: '%REMIND_SCHEDULE%',
  sends: false,
  handler: async (_timer, context) => {
    await app().sendReminders(logOf(context));
    return [];
  },
});
