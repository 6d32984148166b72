/** What a function of this app is, as data: `main.ts` registers it with the Functions host, the local host mounts it. */
import type { HttpHandler, HttpMethod, InvocationContext, Timer } from '@azure/functions';

/** The queue that carries one message per scope and sweep. */
export const SWEEP_QUEUE = 'sweeps';
/** The setting that names the storage account of that queue. */
export const SWEEP_QUEUE_CONNECTION = 'AzureWebJobsStorage';

/** Messages a handler sends: they leave through a queue output binding, one queue message an item. */
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
  /** The handler is given what the worker made of the message text: parsed JSON, or the text itself. */
  readonly handler: (message: unknown, context: InvocationContext) => Promise<Messages>;
}

export interface HttpFunction {
  readonly type: 'http';
  readonly name: string;
  readonly methods: HttpMethod[];
  /** Below the route prefix `api`; `{scope}`-style parameters as the Functions host writes them. */
  readonly route: string;
  readonly authLevel: 'anonymous' | 'function';
  readonly handler: HttpHandler;
}

export type FunctionDefinition = TimerFunction | QueueFunction | HttpFunction;
