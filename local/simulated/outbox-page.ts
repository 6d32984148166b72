/** Turns accepted mails into pages that a person can read: pure, script-free, and everything escaped. */
import type { EmailAddress } from './email-message';
import type { Mail } from './mailbox';
import { STYLE } from './outbox-style';

export { STYLE };

/** Links of a mail open beside it; the mail itself can do nothing. */
export const SANDBOX = 'allow-popups allow-popups-to-escape-sandbox';
const MOST_LISTED = 200;

/** Newest first; of many, the newest 200. */
export function outboxPage(mails: readonly Mail[]): string {
  const newest = mails.slice(-MOST_LISTED).reverse();
  const list = newest.map(item).join('');
  const empty = '<p class="empty">No mail yet. What the watcher sends shows up here.</p>';
  const shown = mails.length > MOST_LISTED ? ` The newest ${MOST_LISTED} are shown.` : '';
  const lead = `${count(mails.length)}, newest first.${shown} Simulated: nothing here left this machine.`;
  const body = list === '' ? empty : `<p class="lead">${lead}</p><ul class="mails">${list}</ul>`;
  return document('Outbox', `<main class="narrow"><h1>Outbox</h1>${body}</main>`);
}

export function mailPage(mail: Mail): string {
  const { subject, html, plainText } = mail.message.content;
  const shown = `${html === undefined ? '' : framed(mail)}${plainText === undefined ? '' : plain(plainText)}`;
  const back = '<p class="back"><a href="/">All mail</a></p>';
  const facts = `<dl>${factsOf(mail)
    .map(([name, value]) => `<dt>${name}</dt><dd>${value}</dd>`)
    .join('')}</dl>`;
  const body = `<main>${back}<h1>${escaped(subject)}</h1>${facts}<div class="parts">${shown}</div></main>`;
  return document(subject, body);
}

/** The mail's own HTML, with links that open outside of the frame. */
export function htmlPart(html: string): string {
  const base = '<base target="_blank">';
  const opening = /<head(\s[^>]*)?>/i;
  return opening.test(html) ? html.replace(opening, head => head + base) : base + html;
}

export function messagePage(message: string): string {
  const body = `<p class="lead">${escaped(message)}</p><p><a href="/">Outbox</a></p>`;
  return document('Outbox', `<main class="narrow"><h1>Outbox</h1>${body}</main>`);
}

function item(mail: Mail): string {
  const failed = mail.failure
    ? `<span class="failed">Not delivered: ${escaped(mail.failure.code)}</span>`
    : '';
  const subject = `<span class="subject">${escaped(mail.message.content.subject)}</span>`;
  const to = `<span class="to">${escaped(mail.to.join(', '))}</span>`;
  return `<li><a href="/outbox/${mail.number}">${subject}${when(mail.at)}${to}${failed}</a></li>`;
}

function framed(mail: Mail): string {
  const frame = `<iframe src="/outbox/${mail.number}/html" sandbox="${SANDBOX}" title="HTML part"></iframe>`;
  return `<section><h2>HTML part</h2>${frame}</section>`;
}

function plain(text: string): string {
  return `<section><h2>Text part</h2><pre tabindex="0">${escaped(text)}</pre></section>`;
}

function factsOf({ message, operationId, at, failure }: Mail): readonly (readonly [string, string])[] {
  const { to, cc, bcc } = message.recipients;
  const facts: readonly (readonly [string, string])[] = [
    ['From', escaped(message.senderAddress)],
    ['To', addresses(to)],
    ['Cc', addresses(cc)],
    ['Bcc', addresses(bcc)],
    ['Reply to', addresses(message.replyTo)],
    ['When', when(at)],
    ['Operation', escaped(operationId)],
    ['Attachments', escaped(message.attachments.map(attachment => attachment.name).join(', '))],
    ['Not delivered', escaped(failure ? `${failure.code}: ${failure.message}` : '')],
  ];
  return facts.filter(([, value]) => value !== '');
}

function addresses(list: readonly EmailAddress[]): string {
  const shown = list.map(({ address, displayName }) =>
    displayName ? `${displayName} <${address}>` : address,
  );
  return escaped(shown.join(', '));
}

function when(at: number): string {
  const iso = new Date(at).toISOString();
  return `<time datetime="${iso}">${iso.slice(0, 10)} ${iso.slice(11, 19)} UTC</time>`;
}

function count(mails: number): string {
  return mails === 1 ? '1 mail' : `${mails} mails`;
}

function document(title: string, body: string): string {
  const viewport = '<meta name="viewport" content="width=device-width, initial-scale=1">';
  const head = `<meta charset="utf-8">${viewport}<title>${escaped(title)}</title><style>${STYLE}</style>`;
  return `<!doctype html><html lang="en"><head>${head}</head><body>${body}</body></html>`;
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, character => ENTITIES[character] ?? '');
}
