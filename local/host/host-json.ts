/** The part of host.json that the local host follows, with the defaults of the real host. */
import * as v from 'valibot';

const TimeSpan = v.pipe(
  v.string(),
  v.regex(/^(\d+\.)?\d{2}:\d{2}:\d{2}$/, 'a time span is written hh:mm:ss or d.hh:mm:ss'),
  v.transform(secondsOf),
);

const Queues = v.object({
  batchSize: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(32)), 16),
  maxDequeueCount: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1)), 5),
  visibilityTimeout: v.optional(TimeSpan, '00:00:00'),
});

const HostJson = v.object({
  extensions: v.optional(
    v.object({
      queues: v.optional(Queues, {}),
      http: v.optional(v.object({ routePrefix: v.optional(v.string(), 'api') }), {}),
    }),
    {},
  ),
});

/** How many messages are taken at once, and when a failed one is retried or given up. */
export interface QueueLimits {
  readonly batchSize: number;
  readonly maxDequeueCount: number;
  /** How long a failed message stays hidden. */
  readonly retrySeconds: number;
}

export interface HostConfig {
  /** The first segment of every route, without slashes. It may be empty. */
  readonly routePrefix: string;
  readonly queues: QueueLimits;
}

export function parseHostJson(json: unknown): HostConfig {
  const { queues, http } = v.parse(HostJson, json).extensions;
  return {
    routePrefix: http.routePrefix,
    queues: {
      batchSize: queues.batchSize,
      maxDequeueCount: queues.maxDequeueCount,
      retrySeconds: queues.visibilityTimeout,
    },
  };
}

function secondsOf(span: string): number {
  const [seconds = 0, minutes = 0, hours = 0, days = 0] = span.split(/[.:]/).map(Number).reverse();
  return seconds + 60 * (minutes + 60 * (hours + 24 * days));
}
