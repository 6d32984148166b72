/** The part of host.json that the local host follows, with the defaults of the real host. */
import * as v from 'valibot';

/** A time span, in seconds. */
const TimeSpan = v.pipe(
  v.string(),
  v.regex(/^(\d+\.)?\d{2}:\d{2}:\d{2}$/, 'a time span is written hh:mm:ss or d.hh:mm:ss'),
  v.transform(span => {
    const [seconds = 0, minutes = 0, hours = 0, days = 0] = span.split(/[.:]/).map(Number).reverse();
    return seconds + 60 * (minutes + 60 * (hours + 24 * days));
  }),
);

const Queues = v.object({
  /** How many messages are taken at once. */
  batchSize: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(32)), 16),
  /** A message that fails this many times is poison. */
  maxDequeueCount: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1)), 5),
  /** How long a failed message stays hidden. */
  visibilityTimeout: v.optional(TimeSpan, '00:00:00'),
});
export type QueueLimits = v.InferOutput<typeof Queues>;

const Http = v.object({
  /** The first segment of every route, without slashes. It may be empty. */
  routePrefix: v.optional(v.string(), 'api'),
  /** For every answer that has not set them itself. */
  customHeaders: v.optional(v.record(v.string(), v.string()), {}),
});
const Extensions = v.object({ queues: v.optional(Queues, {}), http: v.optional(Http, {}) });
const HostJson = v.object({ extensions: v.optional(Extensions, {}) });

export function parseHostJson(json: unknown): v.InferOutput<typeof Extensions> {
  return v.parse(HostJson, json).extensions;
}
