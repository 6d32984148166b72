/** What a simulated service is asked and what it answers, as data, so that rules are written without a socket. */
import type { IncomingHttpHeaders } from 'node:http';

export interface Received {
  readonly method: string;
  /** As sent: still percent-encoded, without the query. */
  readonly path: string;
  readonly query: URLSearchParams;
  /** Path and query as sent; what a request signature covers. */
  readonly target: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  /** The body broke the server's bound; `body` is then empty. */
  readonly oversized: boolean;
  /** `http://127.0.0.1:{port}` of the server asked. */
  readonly origin: string;
}

export interface Reply {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** An answer, or the lack of one: the connection reset, or left open in silence. */
export type Answer = Reply | 'reset' | 'hang';

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

export function json(status: number, body: Json, headers: Readonly<Record<string, string>> = {}): Reply {
  const contentType = { 'content-type': 'application/json; charset=utf-8' };
  return { status, headers: { ...contentType, ...headers }, body: JSON.stringify(body) };
}

export function empty(status: number, headers: Readonly<Record<string, string>> = {}): Reply {
  return { status, headers };
}

export function withHeaders(answer: Answer, headers: Readonly<Record<string, string>>): Answer {
  return typeof answer === 'string' ? answer : { ...answer, headers: { ...answer.headers, ...headers } };
}

/** One header's value; of a repeated one, the first. */
export function header(request: Received, name: string): string | undefined {
  const value = request.headers[name];
  return Array.isArray(value) ? value[0] : value;
}

/** The path's segments after the leading slash, decoded; `undefined` where the encoding is broken. */
export function segments(path: string): string[] | undefined {
  try {
    return path.slice(1).split('/').map(decodeURIComponent);
  } catch (error) {
    if (error instanceof URIError) return undefined;
    throw error;
  }
}
