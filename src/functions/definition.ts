/** A function of this app, as data: `main.ts` registers it with the Functions host, the local host mounts it. */
import type { HttpHandler, HttpMethod, InvocationContext, Timer } from '@azure/functions';
import type { Log } from '../watch/ports';

/** The queue that carries one message per scope and sweep. */
export const SWEEP_QUEUE = 'sweeps';
/** The setting that names the storage account of that queue. */
export const SWEEP_QUEUE_CONNECTION = 'AzureWebJobsStorage';

/** The messages that a handler sends: a queue output binding turns each item into one queue message. */
export type Messages = readonly object[];

export interface TimerFunction {
  readonly type: 'timer';
  readonly name: string;
  /** Six-field NCRONTAB in UTC, or `%SETTING%`. */
  readonly schedule: string;
  /** Whether what the handler returns goes to the sweep queue. */
  readonly sends: boolean;
  readonly handler: (timer: Timer, context: InvocationContext) => Promise<Messages>;
}

export interface QueueFunction {
  readonly type: 'queue';
  readonly name: string;
  readonly queue: string;
  readonly connection: string;
  /** Whether what the handler returns goes to the sweep queue. */
  readonly sends: boolean;
  /** The worker parses the text of a message as JSON; the handler gets the text itself where that fails. */
  readonly handler: (message: unknown, context: InvocationContext) => Promise<Messages>;
}

export interface HttpFunction {
  readonly type: 'http';
  readonly name: string;
  readonly methods: HttpMethod[];
  /** Below `api/`, with parameters such as `{scope}`. */
  readonly route: string;
  /** Its route is whole, and not below `api/`. */
  readonly atRoot?: true;
  readonly authLevel: 'anonymous' | 'function';
  readonly handler: HttpHandler;
}

/** Where the Functions host serves it; host.json has no route prefix, so that the bare origin can be served too. */
export function wholeRoute({ route, atRoot }: Pick<HttpFunction, 'route' | 'atRoot'>): string {
  return atRoot ? route : `api/${route}`;
}

export type FunctionDefinition = TimerFunction | QueueFunction | HttpFunction;

/** The log of one call: the Functions host keeps it under the id of that call. */
export function logOf(context: InvocationContext): Log {
  return { info: message => context.info(message), warn: message => context.warn(message) };
}
