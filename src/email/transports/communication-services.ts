/**
 * Sends digests through Azure Communication Services, one POST each and nothing beside it: the service's own client
 * adds a status read to every send and retries by itself, which breaks the quota and the promise about crashes.
 */
import type { TokenCredential } from '@azure/core-auth';
import type { Digest } from '../../core/digest';
import { parseEndpoint } from '../../formats/endpoint';
import type { Mailer } from '../../watch/ports';
import { type Attachment, renderDigest } from '../render';
import type { Letterhead } from '../words';
import { exchangeWith } from './exchange';
import { operationStatus } from './operation';
import { sendOutcome } from './outcome';
import { type SignIn, signInPolicy } from './sign-in';

export interface MailerOptions extends Letterhead {
  /** `https://{resource}.{region}.communication.azure.com`; plain http on a loopback address. */
  readonly endpoint: string;
  /** Base64; without one the identity signs in. */
  readonly accessKey?: string | undefined;
  /** Called on first use, and never for a plain-http endpoint. */
  readonly credential: () => TokenCredential;
  /** An address of a domain linked to the resource. */
  readonly sender: string;
  /** Of one whole exchange, sign-in included. */
  readonly timeoutMs: number;
}

const API_VERSION = 'api-version=2025-09-01';

/** Throws when the endpoint is neither https nor on this machine (rule 21). */
export function createMailer(options: MailerOptions): Mailer {
  const { sender, timeoutMs, publicUrl } = options;
  const parsed = parseEndpoint(options.endpoint);
  if ('fault' in parsed) throw new Error(`The mail service: ${parsed.fault}.`);
  const { origin } = parsed;
  const signIn = signInFor(origin, options);
  const exchange = exchangeWith(() => signInPolicy(signIn), timeoutMs);
  return {
    async send(digest, operationId) {
      const headers = { 'Content-Type': 'application/json', 'Operation-Id': operationId };
      const body = JSON.stringify(messageOf(digest, sender, { publicUrl }));
      const url = `${origin}/emails:send?${API_VERSION}`;
      return sendOutcome(await exchange({ method: 'POST', url, headers, body }));
    },
    async look(operationId) {
      const url = `${origin}/emails/operations/${encodeURIComponent(operationId)}?${API_VERSION}`;
      return operationStatus(await exchange({ method: 'GET', url }));
    },
  };
}

/** The wire's `EmailMessage` (CommunicationServicesEmail.json, 2025-09-01). Links must stay as they are: no tracking. */
function messageOf(digest: Digest, senderAddress: string, letterhead: Letterhead) {
  const { subject, text, html, attachments } = renderDigest(digest, letterhead);
  return {
    senderAddress,
    content: { subject, plainText: text, html },
    recipients: { to: [{ address: digest.owner }] },
    ...(attachments.length > 0 && { attachments: attachments.map(onWire) }),
    userEngagementTrackingDisabled: true,
  };
}

function onWire({ name, contentType, text }: Attachment) {
  return { name, contentType, contentInBase64: Buffer.from(text, 'utf8').toString('base64') };
}

/** A key signs each request and is itself never sent, so it may be used in clear; a token may not. */
function signInFor(origin: string, { accessKey, credential }: MailerOptions): SignIn {
  if (accessKey !== undefined) return { kind: 'key', key: accessKey };
  return origin.startsWith('https://') ? { kind: 'identity', credential } : { kind: 'none' };
}
