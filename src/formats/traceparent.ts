/** The traceparent of W3C Trace Context: which run of a function a piece of work belongs to. */

const FORM = /^(?!ff)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$/;

/** The text itself; undefined where it is none, which is no fault: it only helps to follow the work. */
export function traceparentOf(text: unknown): string | undefined {
  return typeof text === 'string' && FORM.test(text) ? text : undefined;
}

/** The id of its trace, which Application Insights calls the operation id. */
export function traceIdOf(traceparent: string | undefined): string | undefined {
  return FORM.exec(traceparent ?? '')?.[1];
}
