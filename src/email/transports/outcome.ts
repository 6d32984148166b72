/** What an answer of the mail service means for a digest: accepted, refused for good, or to be tried again. */
import * as v from 'valibot';
import type { SendOutcome } from '../../watch/ports';
import type { Answer } from './exchange';

type Heard = Extract<Answer, { status: number }>;

/** An error's body: `{error: {code, message}}` (CommunicationServicesEmail.json, 2025-09-01); only the code is read. */
const ErrorBody = v.pipe(
  v.string(),
  v.parseJson(),
  v.object({ error: v.object({ code: v.pipe(v.string(), v.regex(/^[A-Za-z]{3,60}$/)) }) }),
);

const ROLE =
  "give the watcher's identity the role Communication and Email Service Owner, or mend its access key";
const ADDRESS = 'mend COMMUNICATION_ENDPOINT, or link the domain of MAIL_SENDER to the resource';
const SENDER = 'MAIL_SENDER is not taken: link its domain to the resource and use one of its sender names';

/** The watcher's own configuration: no reminder may be given up for it. */
const FIXES: Readonly<Record<number, string>> = { 401: ROLE, 403: ROLE, 404: ADDRESS };

/** Statuses after which the mail may be out, or may be taken another time. */
const PASSING = new Set([408, 409, 429]);

/**
 * 2xx: accepted. Other 4xx than 401, 403, 404, 408, 409 and 429: refused, unless the code blames the sender. All else is
 * unsettled: a 429 was seen for a mail that was delivered, so only the operation id tells.
 */
export function sendOutcome(answer: Answer): SendOutcome {
  if ('silence' in answer) return unsettled(answer);
  const { status, body } = answer;
  if (status >= 200 && status < 300) return { outcome: 'accepted' };
  const mendable = fixFor(status, codeOf(body)) !== undefined;
  const refused = status >= 400 && status < 500 && !PASSING.has(status) && !mendable;
  return refused ? { outcome: 'refused', message: heard(answer) } : unsettled(answer);
}

/** An answer that settles nothing, in words, with the fix where there is one and the wait that it asks for. */
export function unsettled(answer: Answer): Extract<SendOutcome, { outcome: 'unsettled' }> {
  if ('silence' in answer) return { outcome: 'unsettled', message: silenceMessage(answer) };
  const { status, body, retryAfterMs } = answer;
  const fix = fixFor(status, codeOf(body));
  const message = fix === undefined ? heard(answer) : `${heard(answer)}: ${fix}`;
  return { outcome: 'unsettled', message, ...(retryAfterMs !== undefined && { retryAfterMs }) };
}

function heard({ status, body }: Heard): string {
  const code = codeOf(body);
  return `the mail service answered ${status}${code === undefined ? '' : ` ${code}`}`;
}

function fixFor(status: number, code: string | undefined): string | undefined {
  if (status >= 300 && status < 400) return `it redirects; ${ADDRESS}`;
  return status === 400 && /sender|domain/i.test(code ?? '') ? SENDER : FIXES[status];
}

function silenceMessage(answer: Extract<Answer, { silence: string }>): string {
  const { cause, silence } = answer;
  return cause === 'signIn'
    ? `sign-in to the mail service failed, ${silence}: ${ROLE}`
    : `the mail service: ${silence}`;
}

function codeOf(body: string): string | undefined {
  const parsed = v.safeParse(ErrorBody, body);
  return parsed.success ? parsed.output.error.code : undefined;
}
