/** The MIME message of a digest, whatever people typed: an independent parser reads what was written, and nothing else. */
import fc from 'fast-check';
import { simpleParser } from 'mailparser';
import { messageOf } from '../../src/email/mime';
import { renderDigest } from '../../src/email/render';
import { dated, digest } from './digests';

const ID = '3f2b1c8e-6f0a-5d7e-9c11-0a1b2c3d4e5f';
const PROMISES = { recognisesRepeats: false, largestMail: 10_000_000, longestSend: 1 };
const CONTEXT = { sender: 'watcher@example.com', replyTo: 'team@example.com' };
const HEADERS = [
  'list-id',
  'auto-submitted',
  'x-auto-response-suppress',
  'from',
  'to',
  'reply-to',
  'references',
  'subject',
  'message-id',
  'date',
  'mime-version',
  'content-type',
];

async function sourceOf(...written: Parameters<typeof digest>): Promise<string> {
  const message = await messageOf(digest(...written), ID, CONTEXT, PROMISES);
  if (!Buffer.isBuffer(message)) throw new Error(message.message);
  return message.toString('latin1');
}

/** What people type, and what a mail is made of. */
const piece = fc.oneof(
  fc.string({ unit: 'grapheme' }),
  fc.string({ unit: 'binary' }),
  fc.constantFrom(
    '\r\n',
    '\n',
    '\r',
    '=?',
    '?=',
    '=?utf-8?Q?',
    '=?utf-8?B?QQ==?=',
    '.',
    ': ',
    '<',
    '>',
    '"',
    '\\',
    '=',
    '=3D',
    '--',
    ' ',
    '\t',
    '\u0000',
    'é',
    '🎉',
    'Bcc: a@b.example',
  ),
);
const typed = fc.array(piece, { maxLength: 40 }).map(pieces => pieces.join(''));

test('any name, note and label arrive as they were rendered', async () => {
  await fc.assert(
    fc.asyncProperty(typed, typed, typed, async (displayName, notes, label) => {
      const line = dated({ extra: { displayName, notes, label } });
      const written = renderDigest(digest([line]));
      const source = await sourceOf([line]);
      const mail = await simpleParser(source);
      expect(mail.headerLines.map(({ key }) => key)).toEqual(HEADERS);
      expect(mail.subject ?? '').toBe(written.subject);
      expect(mail.text?.trimEnd()).toBe(written.text.trimEnd());
      expect(typeof mail.html === 'string' && mail.html.trimEnd()).toBe(written.html.trimEnd());
      expect(mail.attachments.map(({ content }) => content.toString())).toEqual(
        written.attachments.map(({ text }) => text),
      );
      expect(source.replace(/[\x20-\x7e\t]|\r\n/g, '')).toBe('');
      expect(source.split('\r\n').filter(one => one.length > 78)).toEqual([]);
    }),
    { numRuns: 150 },
  );
});

test('the same digest under the same id is the same mail, but for the lines between its parts', async () => {
  const plain = (source: string) => source.replace(/_NmP-[0-9a-f]+/g, 'boundary');
  expect(plain(await sourceOf([dated()]))).toBe(plain(await sourceOf([dated()])));
});

test('a fallback keeps the Message-ID and the references of the first transport', async () => {
  const other = { sender: 'other@example.org', idDomain: 'example.com' };
  const message = await messageOf(digest([dated()]), ID, other, PROMISES);
  expect(String(message)).toContain(`Message-ID: <${ID}@example.com>`);
  expect(String(message)).toMatch(/References: <[0-9a-f]{32}@example\.com>/);
  expect(String(message)).toContain('List-Id: <expiry-watcher.example.org>');
});

test('both parts begin with the name, the date and the days', async () => {
  const { text = '', html } = await simpleParser(await sourceOf([dated(), dated({ name: 'other' })]));
  const first = 'gateway-prod, 12 January 2027: expires in 6 days. And 1 more.';
  expect(text.startsWith(`${first}\n`)).toBe(true);
  const words = String(html)
    .slice(String(html).indexOf('<body'))
    .replace(/<[^>]*>/g, ' ');
  expect(words.trim().startsWith(first)).toBe(true);
});
