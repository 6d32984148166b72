/** What an answer of Communication Services means: for a send, and for a read of an operation's status. */
import * as v from 'valibot';
import {
  answerOf,
  documentedCodeOf,
  documentedOrOther,
  errorCodeOf,
  type HttpAnswer,
  RequestFailed,
  retryAfterMs,
} from '../../azure/request';
import { parseJson } from '../../formats/json';
import type { OperationStatus, SendOutcome } from '../../watch/ports';

/** `EmailSendResult` (CommunicationServicesEmail.json, 2025-09-01); more statuses may be added to it. */
const SendResult = v.object({
  status: v.string(),
  error: v.fallback(v.optional(v.object({ code: v.pipe(v.string(), v.nonEmpty()) })), undefined),
});

/** The body of a 202. */
const Accepted = v.object({ id: v.pipe(v.string(), v.nonEmpty()) });

/** Known codes of the service: of refusals, and of operations that failed. Any other is kept as `other`. */
const ERROR_CODES = new Set([
  'BadRequest',
  'Conflict',
  'Denied',
  'DomainNotFound',
  'DomainNotLinked',
  'EmailDropped',
  'EmailDroppedAllRecipientsSuppressed',
  'Forbidden',
  'InternalServerError',
  'InvalidAttachment',
  'InvalidRecipient',
  'InvalidSenderUserName',
  'NotFound',
  'RequestEntityTooLarge',
  'RequestTimeout',
  'ServiceUnavailable',
  'TooManyRequests',
  'Unauthorized',
  'UnsupportedApiVersion',
  'UnsupportedMediaType',
]);

const ROLE =
  "give the watcher's identity the role Communication and Email Service Owner, or correct the access key";
const ADDRESS = 'correct COMMUNICATION_ENDPOINT, or link the domain of MAIL_SENDER to the resource';
const SENDER =
  'the service does not accept MAIL_SENDER; link its domain to the resource and use one of its sender names';

/** Faults of the watcher's own configuration. They must not end any reminder. */
const FIXES: Readonly<Record<number, string>> = { 401: ROLE, 403: ROLE, 404: ADDRESS };

/** After these statuses the mail may have been sent, or may be accepted later. */
const TEMPORARY = new Set([408, 409, 429]);

/**
 * 202 with this operation: accepted. Any other 2xx: the service behaves oddly, and whether it has the mail is looked up. A 4xx:
 * refused, except 401, 403, 404, 408, 409, 429 and codes that name the sender. All else is unsettled. A 429, too, since a mail
 * with that answer was seen to be delivered: only the operation's status tells.
 */
export function sendOutcome(result: HttpAnswer | RequestFailed, operationId: string): SendOutcome {
  const answer = partialOr(result);
  if (answer instanceof RequestFailed) return unsettled(answer);
  const { status } = answer;
  if (status >= 200 && status < 300)
    return status === 202 && namesOperation(answer, operationId)
      ? { outcome: 'accepted' }
      : { outcome: 'unsettled', cause: 'unknown', message: oddlyInWords(status), oddly: true };
  const refused = status >= 400 && status < 500 && !TEMPORARY.has(status) && fixFor(answer) === undefined;
  if (!refused) return unsettled(answer);
  const cause = /recipient/i.test(errorCodeOf(answer) ?? '') ? 'recipient' : 'content';
  return { outcome: 'refused', cause, message: statusInWords(answer) };
}

/** The header and the body may each name the operation. One of them must, and none may name another. */
function namesOperation(answer: HttpAnswer, operationId: string): boolean {
  const location = answer.header('operation-location');
  const body = v.safeParse(Accepted, parseJson(answer.body ?? ''));
  const named = [
    ...(location === undefined ? [] : [operationIn(location)]),
    ...(body.success ? [body.output.id] : []),
  ];
  return named.length > 0 && named.every(id => id?.toLowerCase() === operationId.toLowerCase());
}

function operationIn(location: string): string | undefined {
  return /\/emails\/operations\/([^/?#]+)(?:[?#]|$)/i.exec(location)?.[1];
}

function oddlyInWords(status: number): string {
  return `the mail service behaves oddly: it answered ${status} without the operation of the mail`;
}

/** 200: what the body says; 404: absent. Any other answer says nothing about the operation. */
export function operationStatus(result: HttpAnswer | RequestFailed): OperationStatus {
  const answer = partialOr(result);
  if (!(answer instanceof RequestFailed)) {
    if (answer.status === 404) return { status: 'absent' };
    if (answer.status === 200) return statusIn(answer.body);
  }
  const { outcome: _, ...why } = unsettled(answer);
  return { status: 'unknown', ...why };
}

/** Status and headers count even if the body of the answer is incomplete. */
function partialOr(result: HttpAnswer | RequestFailed): HttpAnswer | RequestFailed {
  return result instanceof RequestFailed && result.partial ? answerOf(result.partial) : result;
}

/** What happened, the fix if there is one, and how long the service asks us to wait. */
function unsettled(answer: HttpAnswer | RequestFailed): Extract<SendOutcome, { outcome: 'unsettled' }> {
  if (answer instanceof RequestFailed) {
    const cause = answer.reason === 'signIn' ? 'signIn' : 'unknown';
    return { outcome: 'unsettled', cause, message: failureInWords(answer) };
  }
  const fix = fixFor(answer);
  const words = statusInWords(answer);
  const message = fix === undefined ? words : `${words}: ${fix}`;
  const cause = fix === undefined ? 'unknown' : 'ours';
  return { outcome: 'unsettled', cause, message, retryAfterMs: retryAfterMs(answer) };
}

function statusInWords(answer: HttpAnswer): string {
  const code = documentedCodeOf(answer, ERROR_CODES);
  return `the mail service answered ${answer.status}${code === undefined ? '' : ` ${code}`}`;
}

function fixFor(answer: HttpAnswer): string | undefined {
  const { status } = answer;
  if (status >= 300 && status < 400) return `it redirects; ${ADDRESS}`;
  return status === 400 && /sender|domain/i.test(errorCodeOf(answer) ?? '') ? SENDER : FIXES[status];
}

function failureInWords({ reason, codeInBrackets }: RequestFailed): string {
  switch (reason) {
    case 'timeout':
      return 'the mail service did not answer in time';
    case 'signIn':
      return `the sign-in to the mail service failed${codeInBrackets}: ${ROLE}`;
    case 'notHttp':
      return `the answer in place of the mail service's is not valid HTTP${codeInBrackets}`;
    case 'unreachable':
      return `the mail service could not be reached${codeInBrackets}`;
  }
}

function statusIn(body: string | undefined): OperationStatus {
  const parsed = v.safeParse(SendResult, parseJson(body ?? ''));
  const { status, error } = parsed.success ? parsed.output : { status: '', error: undefined };
  if (status === 'Succeeded') return { status: 'succeeded' };
  if (status === 'Failed' || status === 'Canceled')
    return {
      status: 'failed',
      message: endInWords(status, error && documentedOrOther(error.code, ERROR_CODES)),
    };
  // The service knows the operation, so it accepted the mail.
  return { status: 'running' };
}

function endInWords(status: 'Failed' | 'Canceled', code: string | undefined): string {
  // The only failure that a person can correct.
  if (code === 'EmailDroppedAllRecipientsSuppressed')
    return `the mail service no longer sends to this address, because earlier mails bounced (${code}): correct the address, or take it off the suppression list`;
  const what = status === 'Failed' ? 'could not deliver it' : 'cancelled it';
  return `the mail service ${what}${code === undefined ? '' : ` (${code})`}`;
}
