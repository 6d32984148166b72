/** Every function of the app, as data: timers, queues and routes. `main.ts` registers them with the Functions host, the local host mounts them. */
import type { App, Environment } from '../app';
import { parseSweepMessage } from '../watch/sweep/start-sweep';
import { isSignInOn } from '../web/access';
import { ROUTES } from '../web/routes';
import { type FunctionDefinition, logOf, SWEEP_QUEUE, SWEEP_QUEUE_CONNECTION } from './definition';
import { homes } from './home';
import { httpFunction } from './http';

/** @param env says whether the platform asks people to sign in */
export function functionsOf(app: () => App, env: Environment = {}): FunctionDefinition[] {
  const signIn = isSignInOn(env.WEBSITE_AUTH_ENABLED);
  return [
    {
      // Begins a sweep of every scope.
      type: 'timer',
      name: 'startSweep',
      schedule: '%SWEEP_SCHEDULE%',
      sends: true,
      handler: (_timer, context) => app().startSweep(logOf(context)),
    },
    {
      // Sweeps the scope of one message; the message that it returns, if any, continues the sweep.
      type: 'queue',
      name: 'sweepScope',
      queue: SWEEP_QUEUE,
      connection: SWEEP_QUEUE_CONNECTION,
      sends: true,
      handler: async (message, context) => app().sweepScope(parseSweepMessage(message), logOf(context)),
    },
    {
      // Sends every owner's digest.
      type: 'timer',
      name: 'sendReminders',
      schedule: '%REMIND_SCHEDULE%',
      sends: false,
      handler: async (_timer, context) => noMessages(app().sendReminders(logOf(context))),
    },
    {
      // Rebuilds the calendar from the expiries once a day, at an hour when little else runs.
      type: 'timer',
      name: 'reconcile',
      schedule: '0 40 3 * * *',
      sends: false,
      handler: async (_timer, context) => noMessages(app().reconcile(logOf(context))),
    },
    {
      // Tells the operators about a sweep message that the runtime gave up.
      type: 'queue',
      name: 'tellPoison',
      queue: `${SWEEP_QUEUE}-poison`,
      connection: SWEEP_QUEUE_CONNECTION,
      sends: false,
      handler: async (message, context) => noMessages(app().tellPoison(message, logOf(context))),
    },
    ...ROUTES.map(route => httpFunction(route, app, signIn)),
    ...homes,
  ];
}

async function noMessages(work: Promise<unknown>): Promise<[]> {
  await work;
  return [];
}
