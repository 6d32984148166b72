/** The mail of one digest: a subject, and a text and an HTML part that say the same. Pure. */
import type { Digest } from '../core/digest';
import { htmlOf } from './html';
import { textOf } from './text';
import { type Letterhead, mailWords } from './words';

export interface MailContent {
  /** One line of at most 150 characters, without control characters. */
  readonly subject: string;
  readonly text: string;
  /** A whole document with everything inline: it loads nothing and runs nothing. */
  readonly html: string;
  readonly attachments: readonly {
    readonly name: string;
    readonly contentType: string;
    readonly text: string;
  }[];
}

/** The bytes of the larger part of its body. */
export function bodySize(digest: Digest, letterhead: Letterhead): number {
  const { text, html } = renderDigest(digest, letterhead);
  return Math.max(Buffer.byteLength(text), Buffer.byteLength(html));
}

/** Renders a digest; days are counted from `digest.asOf`. */
export function renderDigest(digest: Digest, letterhead: Letterhead = {}): MailContent {
  const words = mailWords(digest, letterhead);
  return {
    subject: words.subject,
    text: textOf(words),
    html: htmlOf(words),
    // Without a method: it is a file to import, not an invitation.
    attachments:
      words.calendar === undefined
        ? []
        : [{ name: 'expiries.ics', contentType: 'text/calendar; charset=utf-8', text: words.calendar }],
  };
}
