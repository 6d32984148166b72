/** Every function of the app, as data: timers, queues and routes. `main.ts` registers them with the Functions host, the local host mounts them. */
import type { InvocationContext } from '@azure/functions';
import type { App, Environment } from '../app';
import type { Log } from '../watch/ports';
import { parseSweepMessage } from '../watch/sweep/start-sweep';
import { isSignInOn } from '../web/access';
import { ROUTES } from '../web/routes';
import { type FunctionDefinition, logOf, SWEEP_QUEUE, SWEEP_QUEUE_CONNECTION } from './definition';
import { homes } from './home';
import { httpFunction } from './http';

/** @param env says whether the platform asks people to sign in */
export function functionsOf(app: () => App, env: Environment = {}): FunctionDefinition[] {
  const signIn = isSignInOn(env.WEBSITE_AUTH_ENABLED);
  /** Does the work of one call, as a part of the trace of what asked for it. */
  const call = <T>(context: InvocationContext, work: (log: Log) => Promise<T>, askedBy?: string) => {
    const log = logOf(context);
    const own = context.traceContext?.traceParent;
    return app().traced({ name: context.functionName, own, askedBy }, () => work(log), log);
  };
  return [
    {
      // Begins a sweep of every scope.
      type: 'timer',
      name: 'startSweep',
      schedule: '%SWEEP_SCHEDULE%',
      sends: true,
      handler: (_timer, context) =>
        call(context, log => app().startSweep(log, context.traceContext?.traceParent)),
    },
    {
      // Sweeps the scope of one message; the message that it returns, if any, continues the sweep.
      type: 'queue',
      name: 'sweepScope',
      queue: SWEEP_QUEUE,
      connection: SWEEP_QUEUE_CONNECTION,
      sends: true,
      handler: async (content, context) => {
        const message = parseSweepMessage(content);
        return await call(context, log => app().sweepScope(message, log), message.traceparent);
      },
    },
    {
      // Sends every owner's digest.
      type: 'timer',
      name: 'sendReminders',
      schedule: '%REMIND_SCHEDULE%',
      sends: false,
      handler: (_timer, context) => noMessages(call(context, log => app().sendReminders(log))),
    },
    {
      // Rebuilds the calendar from the expiries once a day, at an hour when little else runs.
      type: 'timer',
      name: 'reconcile',
      schedule: '0 40 3 * * *',
      sends: false,
      handler: (_timer, context) => noMessages(call(context, log => app().reconcile(log))),
    },
    {
      // Tells the operators about a sweep message that the runtime gave up.
      type: 'queue',
      name: 'tellPoison',
      queue: `${SWEEP_QUEUE}-poison`,
      connection: SWEEP_QUEUE_CONNECTION,
      sends: false,
      handler: (message, context) => noMessages(call(context, log => app().tellPoison(message, log))),
    },
    ...ROUTES.map(route => httpFunction(route, app, signIn)),
    ...homes,
  ];
}

async function noMessages(work: Promise<unknown>): Promise<[]> {
  await work;
  return [];
}
