/** Traces, in a second file beside the bundle that is loaded with TELEMETRY=traces only: a span for each call of a timer or a queue. */
import type { TokenCredential } from '@azure/core-auth';
import { AzureMonitorTraceExporter } from '@azure/monitor-opentelemetry-exporter';
import {
  type Context,
  ROOT_CONTEXT,
  type SpanContext,
  SpanKind,
  SpanStatusCode,
  trace,
} from '@opentelemetry/api';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { BasicTracerProvider, BatchSpanProcessor } from '@opentelemetry/sdk-trace-base';
import { isLoopback } from './formats/endpoint';
import { traceparentOf } from './formats/traceparent';

/** One call of a function. Nothing else of it goes into a span: no address, and not what an error says. */
export interface Call {
  readonly name: string;
  /** The traceparent of the host for this call. */
  readonly own: string | undefined;
  /** The traceparent of the run that asked for the work: the span then belongs to the trace of that run. */
  readonly askedBy?: string | undefined;
}

export interface Traces {
  /** Does the work of a call within a span. */
  run<T>(call: Call, work: () => Promise<T>): Promise<T>;
  /** Sends what has not been sent yet. */
  flush(): Promise<void>;
}

export interface TracesOptions {
  /** Of Application Insights. */
  readonly connectionString: string;
  /** For a resource that takes no telemetry without a sign-in. */
  readonly credential: TokenCredential | undefined;
  readonly version: string;
}

export function startTraces({ connectionString, credential, version }: TracesOptions): Traces {
  // Microsoft's own statistics about the use of the exporter, and a metric about us. It has no options for these.
  process.env.APPLICATION_INSIGHTS_NO_STATSBEAT = 'true';
  process.env.APPLICATIONINSIGHTS_OPENTELEMETRY_RESOURCE_METRIC_DISABLED = 'true';
  const [, endpoint = ''] = /IngestionEndpoint=([^;]+)/i.exec(connectionString) ?? [];
  const exporter = new AzureMonitorTraceExporter({
    connectionString,
    credential,
    // Nothing of a trace is kept on the disk of an instance.
    disableOfflineStorage: true,
    // The exporter makes https of any endpoint; on this machine, what is simulated speaks plain http.
    ...(isLoopback(endpoint) && { host: endpoint, allowInsecureConnection: true }),
  });
  const provider = new BasicTracerProvider({
    resource: resourceFromAttributes({ 'service.name': 'expiry-watcher', 'service.version': version }),
    spanProcessors: [new BatchSpanProcessor(exporter)],
  });
  const tracer = provider.getTracer('expiry-watcher', version);
  return {
    async run({ name, own, askedBy }, work) {
      const [host, asker] = [spanContextOf(own), spanContextOf(askedBy)];
      const links = host && asker ? [{ context: host }] : [];
      // Not a request of its own beside the host's: alerts count those.
      const span = tracer.startSpan(name, { kind: SpanKind.INTERNAL, links }, within(asker ?? host));
      try {
        return await work();
      } catch (error) {
        // Not its message: whatever it quotes, it was not written for a log.
        const message = error instanceof Error ? error.name : 'an unknown error';
        span.setStatus({ code: SpanStatusCode.ERROR, message });
        throw error;
      } finally {
        span.end();
      }
    },
    flush: () => provider.forceFlush(),
  };
}

function within(parent: SpanContext | undefined): Context {
  return parent ? trace.setSpanContext(ROOT_CONTEXT, parent) : ROOT_CONTEXT;
}

/** Of a traceparent: `00-{trace}-{span}-{flags}`. Whether the host keeps its own record of a call says nothing about ours. */
function spanContextOf(text: string | undefined): SpanContext | undefined {
  const [, traceId = '', spanId = ''] = traceparentOf(text)?.split('-') ?? [];
  return traceId === '' ? undefined : { traceId, spanId, traceFlags: 1, isRemote: true };
}
