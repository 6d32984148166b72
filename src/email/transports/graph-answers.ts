/** What an answer of Microsoft Graph to `sendMail` means. Pure. */
import {
  documentedCodeOf,
  errorCodeOf,
  type HttpAnswer,
  RequestFailed,
  retryAfterMs,
} from '../../azure/request';
import type { DelayCause, SendOutcome } from '../../watch/ports';

/** Known codes of Graph and of the mailbox behind it. Any other is kept as `other`. */
const ERROR_CODES = new Set([
  'ApplicationThrottled',
  'ErrorAccessDenied',
  'ErrorExceededMessageLimit',
  'ErrorInternalServerError',
  'ErrorInvalidRecipients',
  'ErrorInvalidUser',
  'ErrorItemNotFound',
  'ErrorMailboxMoveInProgress',
  'ErrorMailboxStoreUnavailable',
  'ErrorMessageSizeExceeded',
  'ErrorMimeContentInvalid',
  'ErrorMimeContentInvalidBase64String',
  'ErrorQuotaExceeded',
  'ErrorSendAsDenied',
  'ErrorServerBusy',
  'ErrorTooManyObjectsOpened',
  'InvalidAuthenticationToken',
  'MailboxNotEnabledForRESTAPI',
  'Request_ResourceNotFound',
  'RequestBroker--ParseUri',
  'ServiceUnavailable',
  'TooManyRequests',
  'UnknownError',
]);

const RIGHT =
  'let the identity send from GRAPH_MAIL_SENDER, by RBAC for Applications in Exchange Online (Application Mail.Send for that mailbox)';
const MAILBOX =
  'correct GRAPH_MAIL_SENDER: it must be a mailbox of this organization, and GRAPH_ENDPOINT its cloud';
const FULL = 'the mailbox GRAPH_MAIL_SENDER is full or sent too much; its Sent Items need a retention rule';

/** Faults of the sender's mailbox, whatever the status is. */
const OURS: Readonly<Record<string, string>> = {
  ErrorAccessDenied: RIGHT,
  ErrorSendAsDenied: RIGHT,
  ErrorExceededMessageLimit: FULL,
  ErrorQuotaExceeded: FULL,
  ErrorInvalidUser: MAILBOX,
  MailboxNotEnabledForRESTAPI: MAILBOX,
};
const FIXES: Readonly<Record<number, string>> = { 401: RIGHT, 403: RIGHT, 404: MAILBOX };

/** Refused before the mail was looked at. */
const NOT_ACCEPTED = new Set([429, 503]);

/** 2xx: accepted. 400 and 413: refused for good. 429 and 5xx: later. All else is our own fault. */
export function graphOutcome(result: HttpAnswer | RequestFailed): SendOutcome {
  if (result instanceof RequestFailed) return failed(result);
  const { status } = result;
  if (status >= 200 && status < 300) return { outcome: 'accepted' };
  const message = inWords(result);
  const code = errorCodeOf(result) ?? '';
  const fix = status === 429 ? undefined : (OURS[code] ?? FIXES[status]);
  if (fix !== undefined) return { outcome: 'unsettled', cause: 'ours', message: `${message}: ${fix}` };
  if (status === 400 || status === 413)
    return {
      outcome: 'refused',
      cause: code === 'ErrorInvalidRecipients' ? 'recipient' : 'content',
      message,
    };
  if (NOT_ACCEPTED.has(status))
    return { outcome: 'unsettled', cause: 'service', message, retryAfterMs: retryAfterMs(result) };
  if (status === 408 || status >= 500)
    return { outcome: 'unsettled', cause: 'unknown', message, retryAfterMs: retryAfterMs(result) };
  return { outcome: 'unsettled', cause: 'ours', message: `${message}: ${MAILBOX}` };
}

function inWords(answer: HttpAnswer): string {
  const code = documentedCodeOf(answer, ERROR_CODES);
  return `Microsoft Graph answered ${answer.status}${code === undefined ? '' : ` ${code}`}`;
}

/** An answer that broke off after its status still says what its status says. */
function failed(error: RequestFailed): SendOutcome {
  const { reason, codeInBrackets } = error;
  const wait = (cause: DelayCause, message: string): SendOutcome => ({
    outcome: 'unsettled',
    cause,
    message,
  });
  switch (reason) {
    case 'signIn':
      return wait('signIn', `the sign-in to Microsoft Graph failed${codeInBrackets}: ${RIGHT}`);
    case 'timeout':
      return wait('unknown', 'Microsoft Graph did not answer in time');
    case 'notHttp':
      return wait('unknown', `the answer in place of Microsoft Graph's is not valid HTTP${codeInBrackets}`);
    case 'unreachable': {
      const isLost = !NEVER_CONNECTED.has(error.code ?? '');
      return wait(isLost ? 'unknown' : 'service', `Microsoft Graph could not be reached${codeInBrackets}`);
    }
  }
}

/** Errors before a connection existed: nothing can have been accepted. */
const NEVER_CONNECTED = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH']);
