/** Every function of the app, as data: `main.ts` registers them with the Functions host, the local host mounts them. */
import type { App } from '../app';
import { ROUTES } from '../web/routes';
import type { FunctionDefinition } from './definition';
import { httpFunction } from './http';
import { timersAndQueues } from './timers-and-queues';

export function functionsOf(app: () => App): FunctionDefinition[] {
  return [...timersAndQueues(app), ...ROUTES.map(route => httpFunction(route, app))];
}
