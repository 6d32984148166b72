/** Mail by Azure Communication Services: sends a digest with the service's own client, and reads whether it was delivered. */
import { createCommunicationAuthPolicy } from '@azure/communication-common';
import { EmailClient, type EmailMessage } from '@azure/communication-email';
import type { KeyCredential } from '@azure/core-auth';
import { type HttpClient, isRestError } from '@azure/core-rest-pipeline';
import {
  answerOf,
  createHttpClient,
  type HttpAnswer,
  RequestFailed,
  requestsThrough,
} from '../../azure/request';
import { type SafeCredential, safeCredential } from '../../azure/sign-in';
import { addressFault } from '../../core/address';
import type { Digest } from '../../core/digest';
import { parseEndpoint } from '../../formats/endpoint';
import type { Mailer, SendOutcome } from '../../watch/ports';
import { headersOf } from '../headers';
import { renderDigest } from '../render';
import { operationStatus, sendOutcome } from './acs-answers';
import { type AcsSettings, acs } from './acs-settings';
import type { MailerContext } from './transport';

export type MailerOptions = Omit<AcsSettings, 'transport'> & MailerContext;

type Credential = KeyCredential | SafeCredential;

const MAX_BYTES = 64 * 1_024;
const API_VERSION = '2025-09-01';
/** The client needs a credential. The signature of this one is removed before the request is sent. */
const NO_CREDENTIAL: KeyCredential = { key: '' };

/** A mailer whose mails can be followed. */
type FollowedMailer = Mailer & Required<Pick<Mailer, 'getStatus'>>;

/** @throws Error when the endpoint is neither https nor on this machine (rule 21). */
export function createMailer(options: MailerOptions): FollowedMailer {
  const { timeoutMs } = options;
  const parsed = parseEndpoint(options.endpoint);
  if ('fault' in parsed) throw new Error(`The mail service: ${parsed.fault}.`);
  const { origin } = parsed;
  const credential = credentialFor(origin, options);
  const httpClient = httpClientFor(origin, credential, timeoutMs);
  const client = new EmailClient(origin, credential, {
    httpClient,
    allowInsecureConnection: origin.startsWith('http://'),
    // The caller tries again under the same operation id; the SDK would do so outside the quota.
    retryOptions: { maxRetries: 0 },
    redirectOptions: { maxRetries: 0 },
  });
  const request = requestsThrough(httpClient, createCommunicationAuthPolicy(credential));
  return {
    promises: acs.promises,
    close: async () => {},
    async send(digest, operationId) {
      const fault = addressFault(digest.owner);
      if (fault !== undefined) return { outcome: 'refused', cause: 'recipient', message: fault };
      const message = messageOf(digest, operationId, options);
      return await sendOnce(client, message, operationId, AbortSignal.timeout(timeoutMs));
    },
    async getStatus(operationId) {
      const url = `${origin}${statusPath(operationId)}?api-version=${API_VERSION}`;
      return operationStatus(await request('GET', url, AbortSignal.timeout(timeoutMs)));
    },
  };
}

/**
 * One POST and, after a 2xx that names an operation, one read of its status, which the client makes by itself. Only the POST
 * decides: if the read fails, the mail is still accepted.
 */
async function sendOnce(
  client: EmailClient,
  message: EmailMessage,
  operationId: string,
  abortSignal: AbortSignal,
): Promise<SendOutcome> {
  const answers: { send?: HttpAnswer; status?: HttpAnswer } = {};
  try {
    await client.beginSend(message, {
      operationId,
      abortSignal,
      onResponse: response => {
        const { method, url } = response.request;
        if (method === 'POST') answers.send = answerOf(response);
        // The service names the address of the status. An answer about another operation says nothing about this mail.
        else if (new URL(url).pathname === statusPath(operationId)) answers.status = answerOf(response);
      },
    });
  } catch (error) {
    if (!answers.send) return sendOutcome(failureOf(error, abortSignal), operationId);
    if (!isOfService(error, abortSignal)) throw error;
  }
  if (!answers.send) throw new Error('The mail client sent nothing.');
  const outcome = sendOutcome(answers.send, operationId);
  const firstLook = answers.status && operationStatus(answers.status);
  return outcome.outcome === 'accepted' ? { ...outcome, firstLook } : outcome;
}

/**
 * Whether the client threw this after the answer to the POST: for a refusal, for a status read without an answer, or for an
 * operation that failed. For the last it throws a plain Error.
 */
function isOfService(error: unknown, { aborted }: AbortSignal): boolean {
  if (aborted || error instanceof RequestFailed || isRestError(error)) return true;
  return error instanceof Error && error.name === 'Error';
}

/** @throws the error itself, if it is not about a request */
function failureOf(error: unknown, { aborted }: AbortSignal): RequestFailed {
  if (error instanceof RequestFailed) return error;
  if (aborted) return new RequestFailed('timeout');
  throw error;
}

function statusPath(operationId: string): string {
  return `/emails/operations/${encodeURIComponent(operationId)}`;
}

/** A key signs requests and is not sent, so it may be used with plain http. A token may not. */
function credentialFor(origin: string, options: MailerOptions): Credential {
  if (options.accessKey !== undefined) return { key: options.accessKey };
  if (origin.startsWith('http://')) return NO_CREDENTIAL;
  return safeCredential(options.credential, options.timeoutMs);
}

/** Requests go only to the mail service, even if an answer names another address for its operation (rule 21). */
function httpClientFor(origin: string, credential: Credential, timeoutMs: number): HttpClient {
  const client = createHttpClient(origin.startsWith('https://'), { timeoutMs, maxBytes: MAX_BYTES });
  return {
    async sendRequest(request) {
      const { headers, url } = request;
      if (new URL(url).origin !== origin) throw new RequestFailed('unreachable', 'OTHER_HOST');
      if (headers.get('authorization')?.trim() === 'Bearer')
        throw new RequestFailed('signIn', 'failure' in credential ? credential.failure() : undefined);
      if (credential === NO_CREDENTIAL) headers.delete('authorization');
      // The SDK asks for compressed answers. A small one of those could become very large.
      headers.delete('accept-encoding');
      return await client.sendRequest(request);
    },
  };
}

/** Tracking would replace the links in the mail. */
function messageOf(digest: Digest, operationId: string, options: MailerOptions): EmailMessage {
  const { subject, text, html, attachments } = renderDigest(digest, options);
  const { replyTo } = options;
  return {
    // The service takes our Message-ID if it is one, and makes its own if it has seen it before.
    headers: { ...headersOf(digest, operationId, options) },
    senderAddress: options.sender,
    ...(replyTo !== undefined && { replyTo: [{ address: replyTo }] }),
    content: { subject, plainText: text, html },
    recipients: { to: [{ address: digest.owner }] },
    attachments: attachments.map(file => ({
      name: file.name,
      contentType: file.contentType,
      contentInBase64: Buffer.from(file.text, 'utf8').toString('base64'),
    })),
    disableUserEngagementTracking: true,
  };
}
