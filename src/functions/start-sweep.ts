/** `startSweep`: the timer that begins a sweep of every scope. */
import type { TimerFunction } from './definition';
import { logOf } from './log';
import type { App } from './use-cases';

export const startSweep = (app: App): TimerFunction => ({
  type: 'timer',
  name: 'startSweep',
  schedule: '%SWEEP_SCHEDULE%',
  sends: true,
  handler: (_timer, context) => app().startSweep(logOf(context)),
});
