/** The outbox of the simulated mail service: a person sees the mails of the app without a mail account. */
import { createHash } from 'node:crypto';
import { Html, html } from '../../src/formats/html';
import type { EmailMessage } from './email-message';
import type { Mail } from './mailbox';
import { type Answer, type Received, withHeaders } from './messages';

/** The look: light and dark, with the font of the system. */
const STYLE = html`
:root { color-scheme: light dark; --paper: #f6f7f9; --card: #fff; --ink: #1c2430; --soft: #5b6675; --line: #e0e4ea; --accent: #0b5cad; --alarm: #a4262c; }
@media (prefers-color-scheme: dark) {
  :root { --paper: #14181e; --card: #1c222a; --ink: #e8ecf1; --soft: #9aa6b5; --line: #303947; --accent: #7db8f5; --alarm: #f1868b; }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 16px/1.5 system-ui, sans-serif; }
main { max-width: 76rem; margin: 0 auto; padding: 2.5rem 1.25rem 4rem; }
main.narrow { max-width: 46rem; }
h1 { margin: 0; font-size: 1.6rem; line-height: 1.25; font-weight: 650; overflow-wrap: anywhere; }
h2 { margin: 0 0 .5rem; font-size: .85rem; font-weight: 600; color: var(--soft); }
a { color: var(--accent); }
a:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; border-radius: 6px; }
.lead, .back { margin: .35rem 0 1.75rem; color: var(--soft); }
.back { margin: 0 0 1rem; }
.mails { list-style: none; margin: 0; padding: 0; background: var(--card); border: 1px solid var(--line); border-radius: 12px; overflow: hidden; }
.mails li + li { border-top: 1px solid var(--line); }
.mails a { display: grid; grid-template-columns: 1fr auto; gap: 0 1rem; padding: .85rem 1.1rem; color: inherit; text-decoration: none; }
.mails a:hover { background: color-mix(in srgb, var(--accent) 7%, transparent); }
.mails a:focus-visible { outline-offset: -3px; }
.subject { font-weight: 600; overflow-wrap: anywhere; }
.to, time, dd, dt { font-size: .9rem; }
.to, .mails time, dt { color: var(--soft); overflow-wrap: anywhere; }
.failed { grid-column: 1 / -1; color: var(--alarm); font-size: .9rem; }
form { margin: 0 0 1.25rem; color: var(--soft); font-size: .9rem; }
button { margin-right: .5rem; padding: .45rem .9rem; font: inherit; font-weight: 600; color: var(--accent); background: var(--card); border: 1px solid var(--line); border-radius: 8px; cursor: pointer; }
button:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
@media (max-width: 34rem) { .mails a { grid-template-columns: 1fr; } }
.empty { padding: 3rem 1rem; text-align: center; color: var(--soft); background: var(--card); border: 1px dashed var(--line); border-radius: 12px; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .15rem 1rem; margin: 1rem 0 1.75rem; }
dd { margin: 0; overflow-wrap: anywhere; }
.parts { display: grid; gap: 1.5rem; grid-template-columns: repeat(auto-fit, minmax(min(100%, 28rem), 1fr)); }
iframe, pre { display: block; width: 100%; height: min(70vh, 44rem); margin: 0; border: 1px solid var(--line); border-radius: 12px; background: var(--card); }
iframe { background: #fff; }
pre { padding: 1rem 1.1rem; overflow: auto; white-space: pre-wrap; overflow-wrap: anywhere; font: .875rem/1.5 ui-monospace, monospace; }
`;

/** The links of a mail open in a new tab. Nothing else in the mail can act. */
const SANDBOX = 'allow-popups allow-popups-to-escape-sandbox';
const STYLE_HASH = createHash('sha256').update(STYLE.text).digest('base64');
const PAGE_POLICY = `default-src 'none'; style-src 'sha256-${STYLE_HASH}'; frame-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'`;
/** Mails have inline styles and embedded images; nothing else in them may load or run. */
const MAIL_POLICY = `default-src 'none'; style-src 'unsafe-inline'; img-src data:; form-action 'none'; frame-ancestors 'self'; sandbox ${SANDBOX}`;
const MOST_LISTED = 200;

const DAY_LATER = '/outbox/day-later';

export function isOutbox(path: string): boolean {
  return path === '/' || path.startsWith('/outbox/');
}

/** @param passDay absent where time cannot pass faster */
export async function outboxAnswer(
  request: Received,
  mails: readonly Mail[],
  passDay?: () => Promise<void>,
): Promise<Answer> {
  if (request.path === DAY_LATER && passDay) return await dayLater(request, passDay);
  if (request.method !== 'GET') return page(405, messagePage('Only GET works here.'));
  if (request.path === '/') return page(200, listPage(mails, passDay !== undefined));
  const [, number, part, file] =
    /^\/outbox\/([1-9]\d{0,8})(?:\/(html|file)(?:\/(\d{1,2}))?)?$/.exec(request.path) ?? [];
  const mail = number === undefined ? undefined : mails[Number(number) - 1];
  if (!mail) return page(404, messagePage('There is no such mail.'));
  if (part === undefined) return page(200, mailPage(mail));
  if (part === 'file') return fileAnswer(mail.message.attachments[Number(file)]);
  const content = mail.message.content.html;
  if (content === undefined) return page(404, messagePage('This mail has no HTML part.'));
  return answer(200, withLinksInNewTabs(content), MAIL_POLICY);
}

/** Another site could send this form too; it may not move the clock. */
async function dayLater({ method, headers }: Received, passDay: () => Promise<void>): Promise<Answer> {
  if (method !== 'POST') return page(405, messagePage('Press the button in the outbox.'));
  const site = headers['sec-fetch-site'];
  if (site !== undefined && site !== 'same-origin')
    return page(403, messagePage('Press the button in the outbox.'));
  await passDay();
  return { status: 303, headers: { location: '/' } };
}

/** Saved by the browser under its name, and opened by the program for it. */
function fileAnswer(file: EmailMessage['attachments'][number] | undefined): Answer {
  if (!file) return page(404, messagePage('This mail has no such attachment.'));
  const body = Buffer.from(file.contentInBase64, 'base64').toString('utf8');
  const name = encodeURIComponent(file.name);
  const disposition = `attachment; filename*=UTF-8''${name}`;
  return withHeaders(answer(200, body, PAGE_POLICY), {
    'content-type': file.contentType,
    'content-disposition': disposition,
  });
}

function page(status: number, { text }: Html): Answer {
  return answer(status, text, PAGE_POLICY);
}

function answer(status: number, body: string, policy: string): Answer {
  const headers = {
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': policy,
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    'cache-control': 'no-store',
  };
  return { status, headers, body };
}

function withLinksInNewTabs(content: string): string {
  const base = '<base target="_blank">';
  const head = /<head(\s[^>]*)?>/i;
  return head.test(content) ? content.replace(head, opening => opening + base) : base + content;
}

function messagePage(message: string): Html {
  return outboxPage(html`<p class="lead">${message}</p><p><a href="/">Outbox</a></p>`);
}

/** Newest first; of many, the newest 200. */
function listPage(mails: readonly Mail[], canPassDay: boolean): Html {
  const later =
    canPassDay &&
    html`<form method="post" action="${DAY_LATER}"><button>A day later</button> Lets a day pass in the simulated world.</form>`;
  if (mails.length === 0)
    return outboxPage(html`${later}<p class="empty">No mail yet. The mails of the watcher appear here.</p>`);
  const items = mails.slice(-MOST_LISTED).reverse().map(listItem);
  const count = mails.length === 1 ? '1 mail' : `${mails.length} mails`;
  const cut = mails.length > MOST_LISTED ? ` The newest ${MOST_LISTED} are shown.` : '';
  const lead = `${count}, newest first.${cut} Simulated: nothing here left this machine.`;
  return outboxPage(html`<p class="lead">${lead}</p>${later}<ul class="mails">${items}</ul>`);
}

function listItem(mail: Mail): Html {
  const failed = mail.failure && html`<span class="failed">Not delivered: ${mail.failure.code}</span>`;
  const subject = html`<span class="subject">${mail.message.content.subject}</span>`;
  const to = html`<span class="to">${mail.to.join(', ')}</span>`;
  return html`<li><a href="/outbox/${mail.number}">${subject}${timeOf(mail)}${to}${failed}</a></li>`;
}

function mailPage(mail: Mail): Html {
  const { subject, html: htmlPart, plainText } = mail.message.content;
  const source = `/outbox/${mail.number}/html`;
  const parts = [
    htmlPart !== undefined &&
      html`<section><h2>HTML part</h2><iframe src="${source}" sandbox="${SANDBOX}" title="HTML part"></iframe></section>`,
    plainText !== undefined &&
      html`<section><h2>Text part</h2><pre tabindex="0">${plainText}</pre></section>`,
  ].filter(part => part instanceof Html);
  const back = html`<p class="back"><a href="/">All mail</a></p>`;
  const head = html`${back}<h1>${subject}</h1><dl>${factsOf(mail)}</dl>`;
  return documentOf(subject, html`<main>${head}<div class="parts">${parts}</div></main>`);
}

function factsOf(mail: Mail): Html[] {
  const { message, operationId, failure } = mail;
  const { to, cc, bcc } = message.recipients;
  const facts: [string, string | Html][] = [
    ['From', message.senderAddress],
    ['To', addresses(to)],
    ['Cc', addresses(cc)],
    ['Bcc', addresses(bcc)],
    ['Reply to', addresses(message.replyTo)],
    ['When', timeOf(mail)],
    ['Operation', operationId],
    ['Attachments', filesOf(mail)],
    ['Not delivered', failure ? `${failure.code}: ${failure.message}` : ''],
  ];
  return facts.flatMap(([name, value]) => (value === '' ? [] : html`<dt>${name}</dt><dd>${value}</dd>`));
}

function filesOf({ number, message: { attachments } }: Mail): Html | '' {
  if (attachments.length === 0) return '';
  return html`${attachments.map(({ name }, at) => html`<a href="/outbox/${number}/file/${at}">${name}</a> `)}`;
}

function addresses(list: EmailMessage['replyTo']): string {
  return list
    .map(({ address, displayName }) => (displayName ? `${displayName} <${address}>` : address))
    .join(', ');
}

function timeOf({ at }: Mail): Html {
  const iso = new Date(at).toISOString();
  return html`<time datetime="${iso}">${iso.slice(0, 10)} ${iso.slice(11, 19)} UTC</time>`;
}

function outboxPage(content: Html): Html {
  return documentOf('Outbox', html`<main class="narrow"><h1>Outbox</h1>${content}</main>`);
}

function documentOf(title: string, body: Html): Html {
  const viewport = html`<meta name="viewport" content="width=device-width, initial-scale=1">`;
  const head = html`<meta charset="utf-8">${viewport}<title>${title}</title><style>${STYLE}</style>`;
  return html`<!doctype html><html lang="en"><head>${head}</head><body>${body}</body></html>`;
}
