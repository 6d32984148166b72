/** Serves the simulated mail service's outbox, so that a person sees what the app mailed without a mail account. */
import { createHash } from 'node:crypto';
import type { Answer, Received } from './answer';
import type { Mail } from './mailbox';
import { htmlPart, mailPage, messagePage, outboxPage, SANDBOX, STYLE } from './outbox-page';

const STYLE_HASH = createHash('sha256').update(STYLE).digest('base64');
const PAGE_POLICY = `default-src 'none'; style-src 'sha256-${STYLE_HASH}'; frame-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`;
/** Mails carry inline styles; nothing else of theirs may load or run. */
const MAIL_POLICY = `default-src 'none'; style-src 'unsafe-inline'; img-src data:; form-action 'none'; frame-ancestors 'self'; sandbox ${SANDBOX}`;

export function isOutbox(path: string): boolean {
  return path === '/' || path.startsWith('/outbox/');
}

export function outboxAnswer(request: Received, mails: readonly Mail[]): Answer {
  if (request.method !== 'GET') return page(405, messagePage('Only GET works here.'), PAGE_POLICY);
  if (request.path === '/') return page(200, outboxPage(mails), PAGE_POLICY);
  const [, number, part] = /^\/outbox\/([1-9]\d{0,8})(\/html)?$/.exec(request.path) ?? [];
  const mail = number === undefined ? undefined : mails[Number(number) - 1];
  if (!mail) return page(404, messagePage('There is no such mail.'), PAGE_POLICY);
  if (part === undefined) return page(200, mailPage(mail), PAGE_POLICY);
  const html = mail.message.content.html;
  if (html === undefined) return page(404, messagePage('This mail has no HTML part.'), PAGE_POLICY);
  return page(200, htmlPart(html), MAIL_POLICY);
}

function page(status: number, body: string, policy: string): Answer {
  const headers = {
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': policy,
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    'cache-control': 'no-store',
  };
  return { status, headers, body };
}
