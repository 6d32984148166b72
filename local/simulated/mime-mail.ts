/** A MIME message as the outbox shows it, read by an independent parser. */
import { type AddressObject, simpleParser } from 'mailparser';
import type { EmailMessage } from './email-message';

export interface MimeMail {
  /** The part of the Message-ID before its domain. */
  readonly id: string;
  readonly message: EmailMessage;
}

export async function readMime(raw: Buffer): Promise<MimeMail> {
  const mail = await simpleParser(raw, { skipHtmlToText: true, skipTextToHtml: true, skipImageLinks: true });
  const headers = mail.headerLines.map(({ line }) => {
    const mark = line.indexOf(':');
    return [
      line.slice(0, mark),
      line
        .slice(mark + 1)
        .replace(/\r?\n(?=[ \t])/g, '')
        .trim(),
    ] as const;
  });
  return {
    id: /^<([^@>]*)/.exec(mail.messageId ?? '')?.[1] ?? '',
    message: {
      headers: Object.fromEntries(headers),
      senderAddress: mail.from?.value[0]?.address ?? '',
      content: {
        subject: mail.subject ?? '',
        plainText: mail.text,
        html: mail.html === false ? undefined : mail.html,
      },
      recipients: { to: addresses(mail.to), cc: addresses(mail.cc), bcc: addresses(mail.bcc) },
      attachments: mail.attachments.map(({ filename = '', contentType, content }) => ({
        name: filename,
        contentType,
        contentInBase64: content.toString('base64'),
      })),
      replyTo: addresses(mail.replyTo),
    },
  };
}

function addresses(list: AddressObject | AddressObject[] | undefined): EmailMessage['replyTo'] {
  const entries = [list ?? []].flat().flatMap(({ value }) => value);
  return entries.map(({ address = '', name }) => ({ address, ...(name && { displayName: name }) }));
}
