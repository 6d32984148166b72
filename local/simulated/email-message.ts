/** The mail service's `EmailMessage`, parsed as strictly as its schema and documented limits say. */
import * as v from 'valibot';
import { members, notArray, text } from './messages';

const MOST_RECIPIENTS = 50;
const ADDRESS = /^[^\s@<>()[\],;:"\\]{1,64}@[a-z0-9-]+(\.[a-z0-9-]+)+$/i;

/** A value for a mail header: a line break in it would add another header. */
const line = v.pipe(text, v.regex(/^[^\r\n\0]+$/, 'must be one line of text'));
const address = v.pipe(text, v.maxLength(254), v.regex(ADDRESS, 'must be an email address'));
const recipient = members({ address, displayName: v.optional(line) });
const recipients = v.array(recipient);
const attachment = members({
  name: line,
  contentType: line,
  contentInBase64: v.pipe(text, v.base64('must be base64')),
});

export const EmailMessage = members({
  headers: v.optional(v.pipe(notArray, v.record(v.string(), line)), {}),
  senderAddress: address,
  content: v.pipe(
    members({ subject: line, plainText: v.optional(text), html: v.optional(text) }),
    v.check(({ plainText, html }) => Boolean(plainText || html), 'needs plainText or html'),
  ),
  recipients: v.pipe(
    members({
      to: v.pipe(recipients, v.minLength(1, 'must have at least one item')),
      cc: v.optional(recipients, []),
      bcc: v.optional(recipients, []),
    }),
    v.check(
      ({ to, cc, bcc }) => to.length + cc.length + bcc.length <= MOST_RECIPIENTS,
      `must be at most ${MOST_RECIPIENTS}`,
    ),
  ),
  attachments: v.optional(v.array(attachment), []),
  replyTo: v.optional(recipients, []),
  userEngagementTrackingDisabled: v.optional(v.boolean('must be true or false')),
});
export type EmailMessage = v.InferOutput<typeof EmailMessage>;
