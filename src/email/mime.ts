/** The mail of one digest as a whole MIME message (RFC 5322), for transports that take it so: ASCII in lines of at most 76 characters. */
import MailComposer from 'nodemailer/lib/mail-composer';
import { encodeWord } from 'nodemailer/lib/mime-funcs';
import { addressFault } from '../core/address';
import type { Digest } from '../core/digest';
import type { MailPromises, SendOutcome } from '../watch/ports';
import { type HeaderContext, headersOf } from './headers';
import { renderDigest } from './render';
import type { Letterhead } from './words';

export interface MimeContext extends HeaderContext, Letterhead {
  readonly replyTo?: string;
}

type Refused = Extract<SendOutcome, { outcome: 'refused' }>;

/** Characters of an encoded word with its frame; a line may have 76. */
const ENCODED_WORD = 64;

/** The message, or why it cannot be sent: its recipient is no address, or it is larger than the transport takes. */
export async function messageOf(
  digest: Digest,
  operationId: string,
  context: MimeContext,
  { largestMail }: MailPromises,
): Promise<Buffer | Refused> {
  const fault = addressFault(digest.owner);
  if (fault !== undefined) return { outcome: 'refused', cause: 'recipient', message: fault };
  const message = await compose(digest, operationId, context);
  if (message.length <= largestMail) return message;
  const words = `the mail has ${message.length} bytes, more than the ${largestMail} that may be sent`;
  return { outcome: 'refused', cause: 'content', message: words };
}

async function compose(digest: Digest, operationId: string, context: MimeContext): Promise<Buffer> {
  const { subject, text, html, attachments } = renderDigest(digest, context);
  const { References, 'Message-ID': messageId, ...headers } = headersOf(digest, operationId, context);
  const composer = new MailComposer({
    // Addresses as objects: as text they would be parsed, and `group:a@b` would be a list.
    from: addressOf(context.sender),
    to: addressOf(digest.owner),
    ...(context.replyTo !== undefined && { replyTo: addressOf(context.replyTo) }),
    subject: headerText(subject),
    date: new Date(digest.asOf),
    messageId,
    references: References,
    headers: { ...headers },
    // The client would write `List-ID`.
    normalizeHeaderKey: key => (key === 'List-ID' ? 'List-Id' : key),
    text: { content: text, contentTransferEncoding: 'quoted-printable' },
    html: { content: html, contentTransferEncoding: 'quoted-printable' },
    attachments: attachments.map(file => ({
      filename: file.name,
      contentType: file.contentType,
      contentTransferEncoding: 'base64',
      content: Buffer.from(file.text, 'utf8'),
    })),
    newline: '\r\n',
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  return await composer.compile().build();
}

function addressOf(address: string): { address: string; name: string } {
  return { address, name: '' };
}

/** As it is, if it is printable ASCII that no reader takes for an encoded word (RFC 2047) and that can be folded; else encoded. */
function headerText(text: string): string {
  const plain = /^[\x20-\x7e]*$/.test(text) && !text.includes('=?') && !/\S{60}/.test(text);
  return plain ? text : encodeWord(text, 'B', ENCODED_WORD);
}
