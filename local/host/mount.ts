/** From definitions to triggers, by type: what the Functions host does with what main.ts registers. */
import {
  type FunctionDefinition,
  type Messages,
  type QueueFunction,
  SWEEP_QUEUE,
  type TimerFunction,
} from '../../src/functions/definition';
import { sendAll } from './deliver';
import type { QueueLimits } from './host-json';
import type { InFlight } from './in-flight';
import type { HostLog } from './invocation';
import { QueueTrigger } from './queues';
import { compileRoutes, type Route } from './routes';
import { type Environment, parseSchedule, resolveSettings } from './schedule';
import { storageQueue } from './storage-queue';
import { TimerTrigger } from './timers';

/** What the triggers of one host share. */
export interface Surroundings {
  readonly definitions: readonly FunctionDefinition[];
  readonly connectionString: string;
  readonly env: Environment;
  readonly now: () => Date;
  readonly log: HostLog;
  readonly inFlight: InFlight;
  readonly closing: AbortSignal;
}

export function mountRoutes({ definitions }: Surroundings, prefix: string): Route[] {
  return compileRoutes(
    definitions.filter(definition => definition.type === 'http'),
    prefix,
  );
}

/** By function name. Throws on a schedule that can't be read. */
export function mountTimers(around: Surroundings): Map<string, TimerTrigger> {
  const sweeps = storageQueue(around.connectionString, SWEEP_QUEUE);
  const send = (messages: Messages) => sendAll(sweeps, messages);
  const mount = (definition: TimerFunction) => {
    const schedule = parseSchedule(resolveSettings(definition.schedule, around.env));
    return new TimerTrigger(definition, { ...around, schedule, send });
  };
  const timers = around.definitions.filter(definition => definition.type === 'timer');
  return new Map(timers.map(definition => [definition.name, mount(definition)]));
}

/** Creates the queues that are missing, the one that timers send to included. */
export async function mountQueues(around: Surroundings, limits: QueueLimits): Promise<QueueTrigger[]> {
  const { connectionString } = around;
  const mount = (definition: QueueFunction) => {
    const queue = storageQueue(connectionString, definition.queue);
    const poison = storageQueue(connectionString, `${definition.queue}-poison`);
    return new QueueTrigger({ ...around, definition, queue, poison, limits });
  };
  const functions = around.definitions.filter(definition => definition.type === 'queue');
  const names = new Set([SWEEP_QUEUE, ...functions.map(({ queue }) => queue)]);
  await Promise.all([...names].map(name => storageQueue(connectionString, name).create()));
  return functions.map(mount);
}
