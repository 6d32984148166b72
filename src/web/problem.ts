/** Answers in JSON. Every error is `application/problem+json` (RFC 9457) with a sentence for a person, never with a stack. */
import * as v from 'valibot';
import { SECOND } from '../formats/instant';
import { described, Integer } from './shape';

/** One fault of a request, in a parameter, a header or a column. */
export interface Fault {
  readonly parameter: string;
  readonly detail: string;
}

export interface Response {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/**
 * Every kind of problem, with its status and title. Its `type` is `/problems/{kind}`, relative to the app: a stable name for
 * clients, and no address to fetch.
 */
export const PROBLEMS = {
  'bad-parameter': [400, 'A parameter is not understood'],
  'bad-body': [400, 'The body is not understood'],
  'not-signed-in': [401, 'Nobody is signed in'],
  'unknown-address': [400, 'Nobody with this address is told of anything'],
  'cross-site': [403, 'The request comes from another site'],
  'unknown-target': [404, 'There is no such target'],
  'unknown-row': [404, 'There is no such registry row'],
  'method-not-allowed': [405, 'This address does not take that method'],
  'invalid-row': [409, 'The registry row of this target is not understood'],
  'not-watched': [409, 'This target is not watched'],
  'row-contended': [409, 'Other writers keep changing the registry row'],
  'condition-failed': [412, 'The row is not as the request requires'],
  'too-large': [413, 'The body is too large'],
  'wrong-content-type': [415, 'The body is of another type than is taken here'],
  'bad-row': [422, 'The registry row is refused'],
  throttled: [429, 'The scope takes no more requests for now'],
  'mail-quota': [429, 'The mail service takes no more mails for now'],
  'internal-fault': [500, 'An error occurred in the watcher'],
  'mail-not-taken': [502, 'The mail was not taken'],
  'too-early': [503, 'It can’t be recorded yet'],
} as const;

export type ProblemKind = keyof typeof PROBLEMS;

export const ProblemBody = v.object({
  type: described(
    v.picklist(Object.keys(PROBLEMS).map(kind => `/problems/${kind}`)),
    'The stable name of the kind of problem; nothing is there to fetch.',
  ),
  title: v.string(),
  status: Integer,
  detail: v.string(),
  faults: v.exactOptional(
    v.array(
      v.object({
        parameter: described(v.string(), 'The parameter, header or column it is in.'),
        detail: v.string(),
      }),
    ),
  ),
});

export function badRequest(faults: readonly Fault[], kind: ProblemKind = 'bad-parameter'): Response {
  const details = faults.map(({ parameter, detail }) => `${parameter}: ${detail}`);
  return problem(kind, details.join('; '), { faults });
}

export function methodNotAllowed(allow: readonly string[]): Response {
  const methods = allow.join(', ');
  return problem('method-not-allowed', `Use ${methods}.`, {}, { allow: methods });
}

export function notSignedIn(): Response {
  const detail =
    'Send a token of Entra for this app as authorization: Bearer …, or sign in with a browser. A function key opens only metrics, calendar.ics and mail/reports here.';
  return problem('not-signed-in', detail, {}, { 'www-authenticate': 'Bearer' });
}

/** It does not repeat the path, which may hold any text. */
export function unknownTarget(): Response {
  const detail =
    'No target has these keys; scope and name are the PartitionKey and the RowKey, percent-encoded.';
  return problem('unknown-target', detail);
}

/** For a Retry-After header. */
export function secondsToWait(ms: number): number {
  return Math.max(1, Math.ceil(ms / SECOND));
}

export function internalFault(): Response {
  return problem('internal-fault', 'Its log has the cause.');
}

export function json(status: number, value: unknown, headers: Response['headers'] = {}): Response {
  const type = { 'content-type': 'application/json; charset=utf-8' };
  // Every sweep changes the answers, and no cache may keep names and expiries.
  return {
    status,
    headers: { ...type, 'cache-control': 'no-store', ...headers },
    body: JSON.stringify(value),
  };
}

/** A JSON answer of one schema: what the OpenAPI document says of it, and how it is made. */
export function jsonOf<S extends v.GenericSchema>(schema: S) {
  return {
    content: { 'application/json': schema },
    answer: (status: number, value: v.InferOutput<S>, headers?: Response['headers']) =>
      json(status, value, headers),
  };
}

/** @param more members in addition to those of RFC 9457 */
export function problem(
  kind: ProblemKind,
  detail: string,
  more: object = {},
  headers: Response['headers'] = {},
): Response {
  const [status, title] = PROBLEMS[kind];
  const body = { type: `/problems/${kind}`, title, status, detail, ...more };
  return json(status, body, { 'content-type': 'application/problem+json; charset=utf-8', ...headers });
}
