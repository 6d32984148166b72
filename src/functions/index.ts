/** Every function of the app, as data: `main.ts` registers them with the Functions host, the local host mounts them. */
import type { FunctionDefinition } from './definition';
import { health } from './health';
import { reconcile } from './reconcile';
import { sendReminders } from './send-reminders';
import { startSweep } from './start-sweep';
import { status } from './status';
import { sweepScope } from './sweep-scope';
import type { App } from './use-cases';

export function functionsOf(app: App): FunctionDefinition[] {
  return [startSweep, sweepScope, sendReminders, reconcile, status, health].map(define => define(app));
}
