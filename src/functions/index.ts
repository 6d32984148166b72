/** Every function of the app, as data: timers, queues and routes. `main.ts` registers them with the Functions host, the local host mounts them. */
import type { App } from '../app';
import { parseSweepMessage } from '../watch/sweep/start-sweep';
import { ROUTES } from '../web/routes';
import {
  type FunctionDefinition,
  logOf,
  type QueueFunction,
  SWEEP_QUEUE,
  SWEEP_QUEUE_CONNECTION,
  type TimerFunction,
} from './definition';
import { httpFunction } from './http';

export function functionsOf(app: () => App): FunctionDefinition[] {
  return [
    startSweep(app),
    sweepScope(app),
    sendReminders(app),
    reconcile(app),
    tellPoison(app),
    ...ROUTES.map(route => httpFunction(route, app)),
  ];
}

/** Begins a sweep of every scope. */
const startSweep = (app: () => App): TimerFunction => ({
  type: 'timer',
  name: 'startSweep',
  schedule: '%SWEEP_SCHEDULE%',
  sends: true,
  handler: (_timer, context) => app().startSweep(logOf(context)),
});

/** Sweeps the scope of one message; the message that it returns, if any, continues the sweep. */
const sweepScope = (app: () => App): QueueFunction => ({
  type: 'queue',
  name: 'sweepScope',
  queue: SWEEP_QUEUE,
  connection: SWEEP_QUEUE_CONNECTION,
  sends: true,
  handler: async (message, context) => app().sweepScope(parseSweepMessage(message), logOf(context)),
});

/** Sends every owner's digest. */
const sendReminders = (app: () => App): TimerFunction => ({
  type: 'timer',
  name: 'sendReminders',
  schedule: '%REMIND_SCHEDULE%',
  sends: false,
  handler: async (_timer, context) => {
    await app().sendReminders(logOf(context));
    return [];
  },
});

/** Rebuilds the calendar from the expiries once a day, at an hour when little else runs. */
const reconcile = (app: () => App): TimerFunction => ({
  type: 'timer',
  name: 'reconcile',
  schedule: '0 40 3 * * *',
  sends: false,
  handler: async (_timer, context) => {
    await app().reconcile(logOf(context));
    return [];
  },
});

/** Tells the operators about a sweep message that the runtime gave up. */
const tellPoison = (app: () => App): QueueFunction => ({
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
