/** The entry point in Azure: registers every function with the Functions host; nothing else. */
import { app as host, output } from '@azure/functions';
import { createApp } from './app';
import { functionsOf } from './functions';
import { type FunctionDefinition, SWEEP_QUEUE, SWEEP_QUEUE_CONNECTION } from './functions/definition';
import type { UseCases } from './functions/use-cases';

const sweepQueue = output.storageQueue({ queueName: SWEEP_QUEUE, connection: SWEEP_QUEUE_CONNECTION });

function register(definition: FunctionDefinition): void {
  const { name } = definition;
  if (definition.type === 'timer') {
    const { schedule, handler, sends } = definition;
    host.timer(name, { schedule, handler, ...(sends && { return: sweepQueue }) });
  } else if (definition.type === 'queue') {
    const { queue, connection, handler, sends } = definition;
    host.storageQueue(name, { queueName: queue, connection, handler, ...(sends && { return: sweepQueue }) });
  } else {
    const { methods, route, authLevel, handler } = definition;
    host.http(name, { methods, route, authLevel, handler });
  }
}

let composed: UseCases | undefined;
// Composed at the first call: settings that need mending are then that call's readable error, not "no functions found".
for (const definition of functionsOf(() => (composed ??= createApp(process.env)))) register(definition);
