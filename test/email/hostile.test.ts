/** Rows are untrusted: whatever they hold, a mail stays one mail with nothing in it but words and web links. */
import * as fc from 'fast-check';
import { type Digest, type DigestLine, MOST_BYTES } from '../../src/core/digest';
import { bodySize, renderDigest } from '../../src/email/render';
import { OPERATOR_NOTICES } from '../support/operator-notices';
import { about, dated, digest, invalid, LINES, links as linksOf, NOW } from './digests';

function named(displayName: string, extra: Partial<DigestLine> = {}): Digest {
  return digest([dated({ extra: { displayName, ...extra } })]);
}

function tags(html: string): string[] {
  return [...html.matchAll(/<(\/?[a-z!][\w-]*)/gi)].map(match => match[1] ?? '');
}

function links(html: string): string[] {
  return [...html.matchAll(/href="([^"]*)"/g)].map(match => match[1] ?? '');
}

test('markup in a name is shown, not obeyed', () => {
  const { html } = renderDigest(named('<script>alert("1")</script>'));
  expect(html).toContain('&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;');
  expect(html).not.toContain('<script');
});

test('a line break in a name forges neither a header nor a line of text', () => {
  const { subject, text } = renderDigest(named('a\r\nBcc: eve@example.com\u2028\u0085b\u0000'));
  expect(subject).toMatch(/^a Bcc: eve@example.com b expires in 6 days/);
  expect(text).not.toMatch(/^Bcc:/m);
});

test.each([
  'javascript:alert(1)',
  'data:text/html,x',
  ' java\nscript:x',
  'ftp://example.com',
  '//example.com',
  '',
])('a runbook %j is no link', runbook => {
  const mail = renderDigest(named('a', { runbook, portalUrl: runbook }));
  expect(links(mail.html)).toEqual([]);
  expect(mail.text).not.toContain('Runbook');
});

test('a quote in a link does not leave its attribute', () => {
  const { html } = renderDigest(named('a', { runbook: `https://example.com/"'><b>?x='&y` }));
  expect(links(html)[0]).not.toMatch(/["'<>]/);
  expect(html).not.toContain('<b>');
});

test('characters that turn the direction of text are taken out, right-to-left names stay whole', () => {
  const { subject, text, html } = renderDigest(named('\u202Egpj.\u2066 שער-ייצור'));
  for (const part of [subject, text, html]) expect(part).not.toMatch(/[\u202A-\u202E\u2066-\u2069]/);
  expect(html).toContain('<bdi>gpj. שער-ייצור</bdi>');
});

test('a name of 200 characters is whole in the mail and short in the subject', () => {
  const name = 'x'.repeat(200);
  const { subject, text } = renderDigest(named(name));
  expect(subject).toBe(`${'x'.repeat(59)}… expires in 6 days (12 January 2027)`);
  expect(text).toContain(name);
});

test('a family of emoji is never cut in the middle', () => {
  const family = '👩‍👩‍👧‍👦';
  expect(renderDigest(named(family.repeat(10))).subject).toMatch(/^(👩‍👩‍👧‍👦){5}… expires/u);
  expect(renderDigest(named(`${family} gate`)).html).toContain(`<bdi>${family} gate</bdi>`);
});

test('a name of nothing but blanks gives way to the key', () => {
  expect(renderDigest(named(' \u200B\n ')).subject).toMatch(/^gateway-prod expires/);
});

const words = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc.string({
    unit: fc.constantFrom('<', '>', '"', "'", '&', '\r', '\n', '\u202E', '\uD800', ';', 'b', ' '),
    maxLength: 60,
  }),
);

const line = fc
  .record({ displayName: words, label: words, where: words, notes: words, message: words })
  .chain(({ message, ...extra }) =>
    fc.constantFrom<DigestLine>(
      ...[
        dated({ unconfirmed: { since: NOW, message } }),
        invalid('meter-lab', message),
        LINES.gone(),
        about('a', { is: 'missing', since: NOW, message, known: { minted: false } }),
        about('b', { is: 'unreadable', since: NOW, message, known: { minted: true } }),
        LINES.renewed(),
        LINES.readable(),
        ...OPERATOR_NOTICES.map(is => about('', { is, since: NOW, note: message })),
      ].map(given => ({
        ...given,
        ...extra,
        parts: [{ term: 'Token id', text: message }],
        renewal: { steps: [{ say: message, command: message }], cleanup: [] },
        recipients: [
          { address: message, isOwner: true, heard: { is: 'notReached', why: message } as const },
          { address: message, isOwner: false },
        ],
        viewUrl: `https://example.com/?${message}`,
        portalUrl: message,
        snoozeUrl: `https://example.com/?${message}`,
      })),
    ),
  );

test('whatever the words are, HTML holds the tags of the template and no other', () => {
  fc.assert(
    fc.property(fc.array(line, { minLength: 1, maxLength: 5 }), lines => {
      const { html } = renderDigest(digest(lines));
      const allowed =
        /^(!doctype|\/?(html|head|meta|title|style|body|div|h1|h2|p|table|tr|td|th|ol|li|code|span|bdi|b|br|a))$/i;
      expect(tags(html).filter(tag => !allowed.test(tag))).toEqual([]);
      expect(tags(html).filter(tag => tag === 'table').length).toBe(
        lines.length * 2 + (lines.length > 3 ? 1 : 0),
      );
      expect(html.replace(/&(amp|lt|gt|quot|#39|nbsp);/g, '')).not.toContain('&');
      for (const link of links(html)) expect(link).toMatch(/^https?:\/\//);
    }),
  );
});

test('whatever the words are, the subject is one short line and the text has no control characters', () => {
  fc.assert(
    fc.property(fc.array(line, { maxLength: 5 }), fc.nat(500), (lines, more) => {
      const { subject, text } = renderDigest(digest(lines, more));
      expect(subject).not.toMatch(/[\p{Cc}\p{Cs}\p{Zl}\p{Zp}]/u);
      expect(subject.length).toBeGreaterThan(0);
      expect(subject.length).toBeLessThanOrEqual(150);
      expect(text.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cs}\p{Zl}\p{Zp}]/u);
    }),
  );
});

test('a line of the longest texts that a row can hold fits into one mail', () => {
  const wide = (length: number) => '"'.repeat(length);
  const recipients = Array.from({ length: 10 }, (_, index) => ({
    address: `${index}${wide(253)}`,
    isOwner: true,
    heard: { is: 'notReached', why: wide(200) } as const,
  }));
  const extra = {
    displayName: wide(200),
    runbook: `https://example.com/${'é'.repeat(2_000)}`,
    notes: wide(2_000),
    parts: [{ term: 'Token id', text: wide(1_024) }],
    recipients,
    ...linksOf(0),
  };
  const key = `key: ${wide(1_495)}`;
  for (const line of [
    dated({ extra }),
    { ...invalid('a', key, `replacedBy: ${key}`, ...Array(9).fill(wide(300))), ...extra },
  ])
    expect(bodySize(digest([line], 99), {})).toBeLessThan(MOST_BYTES);
});
