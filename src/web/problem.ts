/** Answers in JSON. Every error is `application/problem+json` (RFC 9457), in words for a person and never with a stack. */
import * as v from 'valibot';
import { SECOND } from '../formats/instant';

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
 * Every kind of problem. Its `type` is `/problems/{kind}`, relative to the app: a stable name for clients. There is nothing to
 * fetch at that address.
 */
export const PROBLEMS = {
  'bad-parameter': [400, 'A parameter is not understood'],
  'bad-body': [400, 'The body is not understood'],
  'cross-site': [403, 'The request comes from another site'],
  'unknown-target': [404, 'There is no such target'],
  'unknown-row': [404, 'There is no such registry row'],
  'method-not-allowed': [405, 'This address does not take that method'],
  'invalid-row': [409, 'The registry row of this target is not understood'],
  'not-watched': [409, 'This target is not watched'],
  'condition-failed': [412, 'The row is not as the request requires'],
  'too-large': [413, 'The body is too large'],
  'wrong-content-type': [415, 'The body is of another type than is taken here'],
  'bad-row': [422, 'The registry row is refused'],
  throttled: [429, 'The service refuses more requests for now'],
  'internal-fault': [500, 'The watcher met a fault'],
} as const;

export type ProblemKind = keyof typeof PROBLEMS;

export const PROBLEM_TYPES = Object.keys(PROBLEMS).map(kind => `/problems/${kind}`);

export const ProblemBody = v.object({
  type: v.pipe(
    v.picklist(PROBLEM_TYPES),
    v.description('The stable name of the kind of problem; nothing is there to fetch.'),
  ),
  title: v.string(),
  status: v.pipe(v.number(), v.integer()),
  detail: v.string(),
  faults: v.exactOptional(
    v.array(
      v.object({
        parameter: v.pipe(v.string(), v.description('The parameter, header or column it is in.')),
        detail: v.string(),
      }),
    ),
  ),
});

export function badRequest(faults: readonly Fault[]): Response {
  return problem('bad-parameter', sentenceOf(faults), { faults });
}

/** For a registry row that is refused. */
export function badRow(faults: readonly Fault[]): Response {
  return problem('bad-row', sentenceOf(faults), { faults });
}

export function methodNotAllowed(allow: readonly string[]): Response {
  const methods = allow.join(', ');
  return problem('method-not-allowed', `Use ${methods}.`, {}, { allow: methods });
}

/** It does not repeat the path, which may hold any text. */
export function unknownTarget(): Response {
  const detail =
    'No target has these keys; scope and name are the PartitionKey and the RowKey, percent-encoded.';
  return problem('unknown-target', detail);
}

/** With sign-in by cookie, another site could otherwise use the browser of a signed-in person. */
export function crossSite(): Response {
  return problem('cross-site', 'Ask without a browser, or from a page of this app.');
}

/** For a Retry-After header. */
export function secondsToWait(ms: number): number {
  return Math.max(1, Math.ceil(ms / SECOND));
}

export function internalFault(): Response {
  return problem('internal-fault', 'Its log has the cause.');
}

export function json(status: number, value: unknown): Response {
  return jsonResponse(status, 'application/json; charset=utf-8', value);
}

/** @param more members besides those of RFC 9457 */
export function problem(
  kind: ProblemKind,
  detail: string,
  more: object = {},
  headers: Readonly<Record<string, string>> = {},
): Response {
  const [status, title] = PROBLEMS[kind];
  const body = { type: `/problems/${kind}`, title, status, detail, ...more };
  return withHeaders(jsonResponse(status, 'application/problem+json; charset=utf-8', body), headers);
}

export function withHeaders(response: Response, headers: Readonly<Record<string, string>>): Response {
  return { ...response, headers: { ...response.headers, ...headers } };
}

function sentenceOf(faults: readonly Fault[]): string {
  return faults.map(({ parameter, detail }) => `${parameter}: ${detail}`).join('; ');
}

function jsonResponse(status: number, contentType: string, value: unknown): Response {
  // Every sweep changes the answers, and no cache may keep names and expiries.
  return {
    status,
    headers: { 'content-type': contentType, 'cache-control': 'no-store' },
    body: JSON.stringify(value),
  };
}
