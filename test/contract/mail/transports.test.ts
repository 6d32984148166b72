/** One suite for every mail transport, over real connections: what arrives, and that nothing that a person typed can change it. */
import { simpleParser } from 'mailparser';
import { MAIL_SERVICES } from '../../../local/simulated/mail-services';
import { renderDigest } from '../../../src/email/render';
import { dated, digest, every, mixed, NOW, OWNER, oneLine, operatorNotices } from '../../email/digests';
import { type MailBench, openBench } from '../../support/mail-services';

const ID = '3f2b1c8e-6f0a-5d7e-9c11-0a1b2c3d4e5f';
const OTHER_ID = 'a5b6c7d8-0000-5000-8000-000000000001';

/** Every header that a mail may have. */
const HEADERS = [
  'auto-submitted',
  'content-type',
  'date',
  'from',
  'list-id',
  'message-id',
  'mime-version',
  'references',
  'reply-to',
  'subject',
  'to',
  'x-auto-response-suppress',
];

describe.each(MAIL_SERVICES)('%s', name => {
  let bench: MailBench;
  beforeEach(async () => {
    bench = await openBench(name, {}, { MAIL_REPLY_TO: 'team@example.com' });
  });
  afterEach(async () => {
    await bench.mailer.close();
    await bench.services.close();
  });
  const headersOf = (index = 0) => {
    const entries = Object.entries(bench.mails()[index]?.message.headers ?? {});
    return Object.fromEntries(entries.map(([header, value]) => [header.toLowerCase(), value]));
  };

  test('delivers subject, text, HTML and calendar as they were written, to the owner alone', async () => {
    expect(await bench.mailer.send(every(), ID)).toMatchObject({ outcome: 'accepted' });
    const [mail, ...more] = bench.mails();
    const written = renderDigest(every());
    expect(more).toEqual([]);
    expect(mail).toMatchObject({ operationId: ID, to: [OWNER] });
    expect(mail?.message).toMatchObject({
      senderAddress: 'watcher@example.com',
      recipients: { cc: [], bcc: [] },
      replyTo: [{ address: 'team@example.com' }],
    });
    expect(mail?.message.content.subject).toBe(written.subject);
    expect(mail?.message.content.plainText?.trimEnd()).toBe(written.text.trimEnd());
    expect(mail?.message.content.html?.trimEnd()).toBe(written.html.trimEnd());
    const calendar = Buffer.from(mail?.message.attachments[0]?.contentInBase64 ?? '', 'base64').toString();
    expect(calendar).toBe(written.attachments[0]?.text);
    expect(calendar).toContain('\r\n');
    expect(calendar).not.toContain('METHOD');
  });

  test('delivers a test mail, which says how it was sent and attaches nothing', async () => {
    const test = { transport: name, sender: 'watcher@example.com', note: undefined };
    const proof = { owner: OWNER, lines: [], more: 0, asOf: NOW, test };
    expect(await bench.mailer.send(proof, ID)).toMatchObject({ outcome: 'accepted' });
    const [mail] = bench.mails();
    expect(mail?.message.content.subject).toBe('Test mail: the expiry watcher can send');
    for (const part of [mail?.message.content.plainText, mail?.message.content.html])
      expect(part?.replace(/\s+/g, ' ')).toContain(`this one left by ${name}, from watcher@example.com`);
    expect(mail?.message.attachments).toEqual([]);
    expect(headersOf()).toMatchObject({
      'message-id': `<${ID}@example.com>`,
      'auto-submitted': 'auto-generated',
    });
  });

  test('says what the mail is, so that no program answers it', async () => {
    await bench.mailer.send(mixed(), ID);
    expect(headersOf()).toMatchObject({
      'message-id': `<${ID}@example.com>`,
      'list-id': '<expiry-watcher.example.com>',
      'auto-submitted': 'auto-generated',
      'x-auto-response-suppress': 'All',
    });
  });

  test('has the same Message-ID in a repeat, and another in another mail', async () => {
    await bench.mailer.send(oneLine(), ID);
    await bench.mailer.send(oneLine(), ID);
    await bench.mailer.send(oneLine(), OTHER_ID);
    const ids = bench.mails().map((_mail, index) => headersOf(index)['message-id']);
    const recognised = bench.mailer.promises.recognisesRepeats;
    expect(ids).toEqual([
      ...(recognised ? [] : [ids[0]]),
      `<${ID}@example.com>`,
      `<${OTHER_ID}@example.com>`,
    ]);
  });

  test('binds the mails about one target together, and no others', async () => {
    await bench.mailer.send(digest([dated({ name: 'a' })]), ID);
    await bench.mailer.send(digest([dated({ name: 'a', threshold: '1d' }), dated({ name: 'a' })]), OTHER_ID);
    await bench.mailer.send(digest([dated({ name: 'b' })]), OTHER_ID.replace(/1$/, '2'));
    await bench.mailer.send(
      digest([dated({ name: 'a' }), dated({ name: 'b' })]),
      OTHER_ID.replace(/1$/, '3'),
    );
    await bench.mailer.send(operatorNotices(), OTHER_ID.replace(/1$/, '4'));
    const [first, second, third, ...rest] = [0, 1, 2, 3, 4].map(index => headersOf(index).references);
    expect(first).toMatch(/^<[0-9a-f]{32}@example\.com>$/);
    expect(second).toBe(first);
    expect(third).not.toBe(first);
    expect(rest).toEqual([undefined, undefined]);
  });

  test.each([
    ['a header', 'x\r\nBcc: evil@example.com\r\n\r\nBody'],
    ['a bare line feed', 'x\nBcc: evil@example.com'],
    ['a bare carriage return', 'x\rBcc: evil@example.com'],
    ['what looks like an encoded word', '=?utf-8?B?QmNjOiBldmls?= and =?utf-8?Q?=0D=0ABcc:_evil?='],
    ['a broken encoded word', '=?utf-8?Q?abc and ?= more'],
    ['letters of many scripts', 'Łódź 東京 القاهرة 🎉 e\u0301 \u{1F468}\u200D\u{1F469}\u200D\u{1F467}'],
    ['one long word', 'x'.repeat(200)],
    ['words that hardly fit', 'y'.repeat(70).concat(' ').repeat(3)],
    ['dots', '. .. ...\r\n.\r\n..'],
    ['a NUL and other controls', 'a\u0000b\u0007c\u001bd'],
    ['half an emoji', 'a\ud83cb'],
    ['Unicode line ends', 'a\u2028Bcc: evil@example.com\u2029b\u0085c'],
  ])('takes %s in a name as text', async (_what, displayName) => {
    const hostile = digest([dated({ extra: { displayName, notes: displayName } })]);
    const written = renderDigest(hostile);
    expect(await bench.mailer.send(hostile, ID)).toMatchObject({ outcome: 'accepted' });
    const [mail] = bench.mails();
    expect(mail?.message.content.subject).toBe(written.subject);
    expect(mail?.message.content.plainText?.trimEnd()).toBe(written.text.trimEnd());
    expect(mail?.to).toEqual([OWNER]);
    expect(mail?.message.recipients).toMatchObject({ cc: [], bcc: [] });
    expect(Object.keys(headersOf()).filter(header => !HEADERS.includes(header))).toEqual([]);
  });

  test.each([
    'group:a@example.com',
    'group:a@example.com;',
    'a@example.com,evil@example.com',
    'a@example.com\r\nBcc: evil@example.com',
    'a@example.com>\r\nRCPT TO:<evil@example.com',
    '<a@example.com>',
    'Ada <a@example.com>',
    '"a b"@example.com',
    'ünï@example.com',
    'a@bücher.example',
    'a@example.com ',
    'nobody',
    '',
  ])('sends nothing to %j, and says so', async owner => {
    const sent = await bench.mailer.send({ ...oneLine(), owner }, ID);
    expect(sent).toMatchObject({ outcome: 'refused', message: expect.stringMatching(/\w/) });
    expect(bench.mails()).toEqual([]);
  });

  test.each([
    "a!#$%&'*+/=?^_`{|}~-b@example.com",
    'a.b+c@sub.example.com',
    'ABC@example.com',
    '-a@example.com',
  ])('delivers to %s as it is', async owner => {
    await bench.mailer.send({ ...oneLine(), owner }, ID);
    expect(bench.mails().map(({ to }) => to)).toEqual([[owner]]);
  });

  test('sends mails one after the other, also where they are handed over at once', async () => {
    const ids = Array.from({ length: 5 }, (_, index) => OTHER_ID.replace(/1$/, String(index)));
    const sent = await Promise.all(ids.map(id => bench.mailer.send(oneLine(), id)));
    expect(sent.map(({ outcome }) => outcome)).toEqual(ids.map(() => 'accepted'));
    expect(
      bench
        .mails()
        .map(({ operationId }) => operationId)
        .sort(),
    ).toEqual(ids);
  });

  test('declares what it can', () => {
    const { promises, getStatus } = bench.mailer;
    const follows = name === 'acs';
    expect([getStatus !== undefined, promises.recognisesRepeats]).toEqual([follows, follows]);
    expect(promises.largestMail).toBe((name === 'graph' ? 3 : 10) * 1_024 * 1_024);
  });
});

describe.each(['smtp', 'graph'] as const)('the source of a mail by %s', name => {
  let bench: MailBench;
  let raw = '';
  beforeAll(async () => {
    bench = await openBench(name);
    await bench.mailer.send(every(), ID);
    raw = bench.mails()[0]?.raw?.toString('latin1') ?? '';
  });
  afterAll(async () => {
    await bench.mailer.close();
    await bench.services.close();
  });

  test('is ASCII in lines of at most 78 characters, each ended by CRLF', () => {
    expect(raw.replace(/[\x20-\x7e\t]|\r\n/g, '')).toBe('');
    const [head = ''] = raw.split('\r\n\r\n', 1);
    expect(
      raw
        .slice(head.length)
        .split('\r\n')
        .filter(line => line.length > 78),
    ).toEqual([]);
    expect(head.split('\r\n').filter(line => line.length > 78)).toEqual([]);
  });

  test('is read by an independent parser as text, HTML and a calendar without a method', async () => {
    const mail = await simpleParser(raw);
    expect(mail.date).toEqual(new Date(NOW));
    expect(
      mail.attachments.map(({ filename, contentType, headers }) => [
        filename,
        contentType,
        headers.get('content-transfer-encoding'),
        headers.get('content-type'),
      ]),
    ).toEqual([
      [
        'expiries.ics',
        'text/calendar',
        'base64',
        { value: 'text/calendar', params: { charset: 'utf-8', name: 'expiries.ics' } },
      ],
    ]);
  });

  test('names nothing of this machine', () => {
    expect(raw).not.toMatch(/localhost|127\.0\.0\.1|nodemailer|x-mailer/i);
  });
});
