/** The entry point in Azure: registers every function with the Functions host; nothing else. */
import { app as host, output } from '@azure/functions';
import { type App, createApp } from './app';
import { functionsOf } from './functions';
import {
  type FunctionDefinition,
  SWEEP_QUEUE,
  SWEEP_QUEUE_CONNECTION,
  wholeRoute,
} from './functions/definition';

const sweepQueue = output.storageQueue({ queueName: SWEEP_QUEUE, connection: SWEEP_QUEUE_CONNECTION });

function register(definition: FunctionDefinition): void {
  const { name } = definition;
  if (definition.type === 'timer') {
    const { schedule, handler, sends } = definition;
    host.timer(name, { schedule, handler, return: sends ? sweepQueue : undefined });
  } else if (definition.type === 'queue') {
    const { queue, connection, handler, sends } = definition;
    host.storageQueue(name, {
      queueName: queue,
      connection,
      handler,
      return: sends ? sweepQueue : undefined,
    });
  } else {
    const { methods, authLevel, handler } = definition;
    host.http(name, { methods, route: wholeRoute(definition), authLevel, handler });
  }
}

let composed: App | undefined;
// Composed at the first call: bad settings are then a readable error of that call, not "no functions found".
const appOf = () => (composed ??= createApp(process.env));
for (const definition of functionsOf(appOf, process.env)) register(definition);
