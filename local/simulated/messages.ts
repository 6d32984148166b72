/** The requests and answers of the simulated services as plain data, and the strict parsing of a request. */
import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import * as v from 'valibot';

export interface Received {
  readonly method: string;
  /** As sent: still percent-encoded, without the query. */
  readonly path: string;
  readonly query: URLSearchParams;
  /** Path and query as sent; a signature covers it. */
  readonly target: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  /** The body was longer than the server's limit; `body` is then empty. */
  readonly oversized: boolean;
  /** `http://127.0.0.1:{port}` of the server that got it. */
  readonly origin: string;
}

export interface Reply {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** `reset` closes the connection with a reset; `hang` leaves it open and sends nothing. */
export type Answer = Reply | 'reset' | 'hang';

/** What can be sent as JSON. A member that is `undefined` is left out. */
export type Json = null | boolean | number | string | readonly Json[] | JsonObject;
export type JsonObject = { readonly [key: string]: Json | undefined };

export function json(status: number, body: Json, headers: Readonly<Record<string, string>> = {}): Reply {
  const contentType = { 'content-type': 'application/json; charset=utf-8' };
  return { status, headers: { ...contentType, ...headers }, body: JSON.stringify(body) };
}

export function withHeaders(answer: Answer, headers: Readonly<Record<string, string>>): Answer {
  return typeof answer === 'string' ? answer : { ...answer, headers: { ...answer.headers, ...headers } };
}

/** The value of one header; the first, if the header was sent more than once. */
export function header(request: Received, name: string): string | undefined {
  const value = request.headers[name];
  return Array.isArray(value) ? value[0] : value;
}

/** The decoded segments of a path; `undefined` if the percent-encoding is broken. */
export function segments(path: string): string[] | undefined {
  try {
    return path.slice(1).split('/').map(decodeURIComponent);
  } catch (error) {
    if (error instanceof URIError) return undefined;
    throw error;
  }
}

const SIGNATURE_SCHEME = 'HMAC-SHA256 SignedHeaders=x-ms-date;host;x-ms-content-sha256&Signature=';

/**
 * Whether a request carries the mail service's signature: an HMAC-SHA256 of method, path and query, date, host and
 * the hash of the body. The age of the date is not checked: clients sign with the machine's clock, not the test's.
 */
export function isSigned(request: Received, accessKey: string): boolean {
  const date = header(request, 'x-ms-date');
  const hash = createHash('sha256').update(request.body).digest('base64');
  if (!date || header(request, 'x-ms-content-sha256') !== hash) return false;
  const signed = `${request.method}\n${request.target}\n${date};${header(request, 'host') ?? ''};${hash}`;
  const signature = createHmac('sha256', Buffer.from(accessKey, 'base64')).update(signed).digest('base64');
  const given = Buffer.from(header(request, 'authorization') ?? '');
  const expected = Buffer.from(SIGNATURE_SCHEME + signature);
  return given.length === expected.length && timingSafeEqual(given, expected);
}

/** The service refuses a request; the handler answers it in the service's own error format. */
export class Refusal extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly headers: Readonly<Record<string, string>> = {},
  ) {
    super(message);
  }
}

/** Throws a `Refusal` that names the first place of the body that breaks the schema, such as `to[0].address`. */
export function parseBody<T>(schema: v.GenericSchema<unknown, T>, body: Buffer): T {
  const result = v.safeParse(v.pipe(v.string(), v.parseJson(), schema), body.toString(), {
    abortEarly: true,
  });
  if (result.success) return result.output;
  const [{ path = [], message }] = result.issues;
  const place = path.map(({ key }) => (typeof key === 'number' ? `[${key}]` : `.${String(key)}`)).join('');
  throw new Refusal(400, 'BadRequest', `${place.slice(1) || 'body'}: ${message}`);
}

/** Valibot's `object` and `record` take arrays, too. */
export const notArray = v.pipe(
  v.unknown(),
  v.check(value => !Array.isArray(value), 'must be an object'),
);
export const members = <T extends v.ObjectEntries>(entries: T) => v.pipe(notArray, v.object(entries));
export const text = v.string('must be a string');
