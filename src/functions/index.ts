/** Every function of the app, as data: `main.ts` registers them with the Functions host, the local host mounts them. */
import type { FunctionDefinition } from './definition';
import { forecast } from './forecast';
import { health } from './health';
import { reconcile } from './reconcile';
import { sendReminders } from './send-reminders';
import { snooze } from './snooze';
import { startSweep } from './start-sweep';
import { status } from './status';
import { sweepScope } from './sweep-scope';
import { target } from './target';
import { tellPoison } from './tell-poison';
import type { App } from './use-cases';

export function functionsOf(app: App): FunctionDefinition[] {
  return [
    startSweep,
    sweepScope,
    sendReminders,
    reconcile,
    tellPoison,
    status,
    target,
    forecast,
    health,
    snooze,
  ].map(define => define(app));
}
