/** One read of one target: sends the request and turns its answer into a reading, which can hold only an expiry. */
import * as v from 'valibot';
import {
  createHttpClient,
  documentedCodeOf,
  type HttpAnswer,
  RequestFailed,
  requestsThrough,
  retryAfterMs,
} from '../azure/request';
import { bearerPolicy } from '../azure/sign-in';
import { type FailedReading, failed, type Reading } from '../core/reading';
import { parseInstant } from '../formats/instant';
import { parseJson } from '../formats/json';
import type { ReadResult } from '../watch/ports';
import { busyReading } from './errors';
import type { Connection, Service, ServiceClient } from './kind';

/** A valid answer has less than 2 KiB. */
const MAX_BYTES = 64 * 1_024;

/** Signs in, and signs requests, only where the endpoint is https (rule 21). */
export function connect(service: Service, connection: Connection): ServiceClient {
  const { endpoint, credential, timeoutMs } = connection;
  const secure = endpoint.toLowerCase().startsWith('https:');
  const signIn = secure ? bearerPolicy(credential, service.credentialScope(endpoint), timeoutMs) : undefined;
  const request = requestsThrough(createHttpClient(secure, { timeoutMs, maxBytes: MAX_BYTES }), signIn);
  return {
    service,
    connection,
    async send(method, url) {
      const answer = await request(method, url);
      return answer instanceof RequestFailed ? failureOf(answer, service, timeoutMs) : answer;
    },
  };
}

function failureOf(
  { reason, code, codeInBrackets }: RequestFailed,
  { label, unknownHost }: Service,
  timeoutMs: number,
): FailedReading {
  switch (reason) {
    case 'timeout':
      return failed('timeout', `${label} did not answer within ${timeoutMs / 1_000} s.`);
    case 'signIn':
      return {
        ...failed(
          'notAllowed',
          `The watcher could not sign in to Azure${codeInBrackets}; check its managed identity and AZURE_CLIENT_ID (on your own machine: az login).`,
        ),
        signIn: true,
      };
    case 'notHttp':
      return failed('unintelligible', `The answer in place of ${label}'s is not valid HTTP.`);
    case 'unreachable':
      if (code === 'ENOTFOUND') return failed('unreachable', `${unknownHost}${codeInBrackets}.`);
      return failed(
        'unreachable',
        `${label} could not be reached, or it closed the connection during its answer${codeInBrackets}.`,
      );
  }
}

/** Each begins with a capital and ends without a full stop: `Azure knows no such container app; …`. */
export interface TargetWords {
  readonly missing: string;
  readonly notAllowed: string;
}

export interface ReadRequest {
  readonly method: 'GET' | 'POST';
  readonly url: string;
  readonly words: TargetWords;
  /** Parses the JSON of a 200. It keeps the expiry as written, and nothing else; without one the target never expires. */
  readonly schema: v.GenericSchema<unknown, { readonly expiry?: string | undefined }>;
}

/** Never rejects: every fault of the service is a failed reading. */
export async function readTarget(client: ServiceClient, request: ReadRequest): Promise<ReadResult> {
  const answer = await client.send(request.method, request.url);
  if ('outcome' in answer) return { reading: answer };
  const { label } = client.service;
  const reading =
    answer.status === 200
      ? readingOf(answer, label, request)
      : refusalOf(answer, client.service, request.words);
  const wait = answer.status === 429 ? retryAfterMs(answer) : undefined;
  return { reading, remaining: remainingOf(answer), retryAfterMs: wait };
}

function readingOf({ body }: HttpAnswer, label: string, { schema }: ReadRequest): Reading {
  const unintelligible = (message: string) => failed('unintelligible', message);
  if (body === undefined) return unintelligible(`The answer of ${label} was too large to read.`);
  const json = parseJson(body);
  if (json === undefined) return unintelligible(`The answer of ${label} was not JSON.`);
  const parsed = v.safeParse(schema, json);
  if (!parsed.success) return unintelligible(`The answer of ${label} does not have the documented shape.`);
  const { expiry } = parsed.output;
  if (expiry === undefined) return { outcome: 'neverExpires' };
  const expiresOn = parseInstant(expiry);
  if (expiresOn !== undefined) return { outcome: 'expires', expiresOn };
  return unintelligible(`The expiry in the answer of ${label} is not a date-time of RFC 3339.`);
}

/**
 * Any status but 200, in our own words: by the error code where the service documents what it means, else by the status. Of the
 * answer, only the status and a documented error code may be shown.
 */
function refusalOf(
  answer: HttpAnswer,
  { label, errors }: Service,
  words: ReadRequest['words'],
): FailedReading {
  const { status } = answer;
  const code = documentedCodeOf(answer, errors) ?? '';
  const seen = `(HTTP ${`${status} ${code}`.trim()})`;
  // A code changes nothing for the pace.
  if (status === 429) return failed('throttled', `${label} asked the watcher to slow down ${seen}.`);
  const meaning = errors.get(code);
  if (meaning) return { ...meaning, message: `${meaning.message} ${seen}.` };
  if (status === 404) return failed('missing', `${words.missing} ${seen}.`);
  if (status === 403) return failed('notAllowed', `${words.notAllowed} ${seen}.`);
  if (status === 401)
    return failed(
      'notAllowed',
      `${label} does not accept the watcher's sign-in: check its managed identity, its tenant and AZURE_CLIENT_ID ${seen}.`,
    );
  if (status === 409) return busyReading(`${label} is busy with a change there, and is asked again ${seen}.`);
  if (status === 408 || status === 504) return failed('timeout', `${label} took too long to answer ${seen}.`);
  if (status >= 500) return failed('unreachable', `${label} has a problem of its own ${seen}.`);
  if (status >= 300 && status < 400)
    return failed('unintelligible', `${label} answered with a redirect, which is never followed ${seen}.`);
  if (status >= 400) return failed('unintelligible', `${label} did not accept the request ${seen}.`);
  return failed('unintelligible', `${label} answered with an unknown status ${seen}.`);
}

/** How many writes ARM still allows. Its answers show that getAuthtoken counts as a write. */
function remainingOf({ header }: HttpAnswer): number | undefined {
  const remaining = header('x-ms-ratelimit-remaining-subscription-writes') ?? '';
  return /^\d{1,9}$/.test(remaining) ? Number(remaining) : undefined;
}
