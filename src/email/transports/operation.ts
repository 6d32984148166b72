/** What became of a send: an answer about its operation, read as far as it can be trusted. */
import * as v from 'valibot';
import type { OperationStatus } from '../../watch/ports';
import type { Answer } from './exchange';
import { unsettled } from './outcome';

/** The wire's `EmailSendResult` (CommunicationServicesEmail.json, 2025-09-01); its list of statuses may grow. */
const Result = v.pipe(
  v.string(),
  v.parseJson(),
  v.object({
    status: v.string(),
    error: v.fallback(
      v.optional(v.object({ code: v.pipe(v.string(), v.regex(/^[A-Za-z]{3,60}$/)) })),
      undefined,
    ),
  }),
);

/** The one failure that a person can mend, by the service's name for it. */
const SUPPRESSED = 'EmailDroppedAllRecipientsSuppressed';

/** 200: what the body says, `running` where that is nothing known; 404: absent. All else says nothing of the operation. */
export function operationStatus(answer: Answer): OperationStatus {
  if ('status' in answer && answer.status === 404) return { status: 'absent' };
  if ('status' in answer && answer.status === 200) return statusOf(answer.body);
  const { message, retryAfterMs } = unsettled(answer);
  return { status: 'unknown', message, ...(retryAfterMs !== undefined && { retryAfterMs }) };
}

function statusOf(body: string): OperationStatus {
  const parsed = v.safeParse(Result, body);
  const { status, error } = parsed.success ? parsed.output : { status: '', error: undefined };
  if (status === 'Succeeded') return { status: 'succeeded' };
  if (status === 'Failed' || status === 'Canceled')
    return { status: 'failed', message: words(status, error?.code) };
  // The service knows the operation, so the mail was accepted, whatever else the answer was meant to say.
  return { status: 'running' };
}

function words(status: 'Failed' | 'Canceled', code: string | undefined): string {
  if (code === SUPPRESSED)
    return `the mail service sends nothing to this address after earlier bounces (${code}): mend the address, or take it off the suppression list`;
  const what = status === 'Failed' ? 'could not deliver it' : 'cancelled it';
  return `the mail service ${what}${code === undefined ? '' : ` (${code})`}`;
}
