/** The requests and answers of the simulated services as plain data, and the strict parsing of a request. */
import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';

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
  ) {
    super(message);
  }
}

/** Reads one value of a body. Throws a `Refusal` that names the place (`where`) of a value against the schema. */
export type Read<T> = (value: unknown, where: string) => T;

export function broken(where: string, rule: string): Refusal {
  return new Refusal(400, 'BadRequest', `${where}: ${rule}`);
}

export function parseJson(body: Buffer): unknown {
  try {
    const value: unknown = JSON.parse(body.toString('utf8'));
    return value;
  } catch (error) {
    if (error instanceof SyntaxError) throw broken('body', 'must be JSON');
    throw error;
  }
}

export function fields(value: unknown, where: string): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw broken(where, 'must be an object');
  return Object.fromEntries(Object.entries(value));
}

export function text(value: unknown, where: string): string {
  if (typeof value !== 'string') throw broken(where, 'must be a string');
  return value;
}

export function flag(value: unknown, where: string): boolean {
  if (typeof value !== 'boolean') throw broken(where, 'must be true or false');
  return value;
}

export function list<T>(item: Read<T>): Read<readonly T[]> {
  return (value, where) => {
    if (!Array.isArray(value)) throw broken(where, 'must be an array');
    return value.map((one: unknown, index) => item(one, `${where}[${index}]`));
  };
}

/** Accepts a missing value, but not `null`: no field of the schemas is nullable. */
export function optional<T>(read: Read<T>): Read<T | undefined> {
  return (value, where) => (value === undefined ? undefined : read(value, where));
}
