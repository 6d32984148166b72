/** The mail service's `EmailMessage`, parsed as strictly as its schema and documented limits say. */
import { broken, fields, flag, list, optional, type Read, text } from './messages';

export interface EmailAddress {
  readonly address: string;
  readonly displayName: string | undefined;
}

export interface EmailAttachment {
  readonly name: string;
  readonly contentType: string;
  readonly contentInBase64: string;
}

export interface EmailMessage {
  readonly headers: Readonly<Record<string, string>>;
  readonly senderAddress: string;
  readonly content: {
    readonly subject: string;
    readonly plainText: string | undefined;
    readonly html: string | undefined;
  };
  readonly recipients: {
    readonly to: readonly EmailAddress[];
    readonly cc: readonly EmailAddress[];
    readonly bcc: readonly EmailAddress[];
  };
  readonly attachments: readonly EmailAttachment[];
  readonly replyTo: readonly EmailAddress[];
  readonly userEngagementTrackingDisabled: boolean | undefined;
}

const MOST_RECIPIENTS = 50;
const ADDRESS = /^[^\s@<>()[\],;:"\\]{1,64}@[a-z0-9-]+(\.[a-z0-9-]+)+$/i;

/** @throws Refusal, which names the first place that breaks a rule */
export function emailMessage(value: unknown): EmailMessage {
  const given = fields(value, 'body');
  return {
    headers: mailHeaders(given.headers, 'headers'),
    senderAddress: address(given.senderAddress, 'senderAddress'),
    content: content(given.content, 'content'),
    recipients: recipients(given.recipients, 'recipients'),
    attachments: optional(list(attachment))(given.attachments, 'attachments') ?? [],
    replyTo: addresses(given.replyTo, 'replyTo'),
    userEngagementTrackingDisabled: optional(flag)(
      given.userEngagementTrackingDisabled,
      'userEngagementTrackingDisabled',
    ),
  };
}

function content(value: unknown, where: string): EmailMessage['content'] {
  const given = fields(value, where);
  const subject = line(given.subject, `${where}.subject`);
  const plainText = optional(text)(given.plainText, `${where}.plainText`);
  const html = optional(text)(given.html, `${where}.html`);
  if (!plainText && !html) throw broken(where, 'needs plainText or html');
  return { subject, plainText, html };
}

function recipients(value: unknown, where: string): EmailMessage['recipients'] {
  const given = fields(value, where);
  const to = list(mailbox)(given.to, `${where}.to`);
  const cc = addresses(given.cc, `${where}.cc`);
  const bcc = addresses(given.bcc, `${where}.bcc`);
  if (to.length === 0) throw broken(`${where}.to`, 'must have at least one item');
  if (to.length + cc.length + bcc.length > MOST_RECIPIENTS)
    throw broken(where, `must be at most ${MOST_RECIPIENTS}`);
  return { to, cc, bcc };
}

function addresses(value: unknown, where: string): readonly EmailAddress[] {
  return optional(list(mailbox))(value, where) ?? [];
}

function mailbox(value: unknown, where: string): EmailAddress {
  const given = fields(value, where);
  return {
    address: address(given.address, `${where}.address`),
    displayName: optional(line)(given.displayName, `${where}.displayName`),
  };
}

function attachment(value: unknown, where: string): EmailAttachment {
  const given = fields(value, where);
  const contentInBase64 = text(given.contentInBase64, `${where}.contentInBase64`);
  if (Buffer.from(contentInBase64, 'base64').toString('base64') !== contentInBase64)
    throw broken(`${where}.contentInBase64`, 'must be base64');
  return {
    name: line(given.name, `${where}.name`),
    contentType: line(given.contentType, `${where}.contentType`),
    contentInBase64,
  };
}

function mailHeaders(value: unknown, where: string): Readonly<Record<string, string>> {
  const given = Object.entries(optional(fields)(value, where) ?? {});
  return Object.fromEntries(given.map(([name, held]) => [name, line(held, `${where}.${name}`)]));
}

/** A value for a mail header: a line break in it would add another header. */
const line: Read<string> = (value, where) => {
  const given = text(value, where);
  if (given === '' || /[\r\n\0]/.test(given)) throw broken(where, 'must be one line of text');
  return given;
};

const address: Read<string> = (value, where) => {
  const given = text(value, where);
  if (given.length > 254 || !ADDRESS.test(given)) throw broken(where, 'must be an email address');
  return given;
};
