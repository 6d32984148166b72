/** A mail tells what expires, when and what to do, the same in text and in HTML. */
import { renderDigest } from '../../src/email/render';
import { DAY, HOUR, MINUTE } from '../../src/formats/instant';
import { dated, digest, every, full, invalid, mixed, NOW, oneLine, operatorNotices } from './digests';
import { flat, seen } from './reading';

describe('the subject', () => {
  const subjectOf = (...lines: Parameters<typeof digest>[0][number][]) => renderDigest(digest(lines)).subject;

  test('names the one token, its days and its instant', () => {
    expect(subjectOf(dated())).toBe('gateway-prod expires in 6 days (12 January 2027)');
  });

  test('of several says how many and which is the most urgent', () => {
    expect(subjectOf(dated(), dated({ name: 'meter-eu', expiresOn: NOW + 9 * DAY }))).toBe(
      '2 tokens need you: gateway-prod expires in 6 days (12 January 2027)',
    );
  });

  test('counts what follows in the next mail, too', () => {
    expect(renderDigest(full()).subject).toMatch(/^124 tokens need you: gateway-001 expired 23 hours ago /);
  });

  test('says how long ago a token expired', () => {
    expect(subjectOf(dated({ expiresOn: NOW - 2 * DAY - HOUR }))).toBe(
      'gateway-prod expired 2 days ago (3 January 2027)',
    );
  });

  test('of a row that can not be understood says so', () => {
    expect(subjectOf(invalid())).toBe("meter-lab: registry row can't be understood");
    expect(subjectOf(invalid(), invalid('other'))).toBe(
      "2 registry rows can't be understood: meter-lab and 1 more",
    );
  });

  test('counts a token once that is told of twice', () => {
    expect(subjectOf(dated({ name: 'meter-lab' }), invalid())).toMatch(/^meter-lab expires in 6 days/);
  });
});

describe('time', () => {
  test.each([
    [7 * DAY - 1, 'expires in 6 days'],
    [7 * DAY, 'expires in 7 days'],
    [DAY, 'expires in 1 day'],
    [DAY - 1, 'expires in 23 hours'],
    [HOUR, 'expires today at 09:35 UTC'],
    [1, 'expires today at 08:35 UTC'],
    [0, 'expired just now'],
    [1 - MINUTE, 'expired just now'],
    [-5 * HOUR, 'expired 5 hours ago'],
    [1 - 3 * DAY, 'expired 2 days ago'],
    [-3 * DAY, 'expired 3 days ago'],
  ])('%d ms before the expiry it %s', (left, phrase) => {
    const mail = renderDigest(digest([dated({ expiresOn: NOW + left })]));
    for (const part of [mail.subject, flat(mail.text), seen(mail.html)])
      expect(part).toContain(`gateway-prod ${phrase} `);
  });
});

describe('text and HTML', () => {
  test.each([
    ['one line', oneLine()],
    ['lines of every sort', mixed()],
    ['a full mail', full()],
  ])('agree on every word of %s', (_name, given) => {
    const mail = renderDigest(given, { publicUrl: 'https://watcher.example.com' });
    const [text, html] = [flat(mail.text), seen(mail.html)];
    for (const line of given.lines) expect(html).toContain(line.displayName);
    const facts =
      text.match(
        /\d{1,2} \w{3} \d{4}, \d\d:\d\d UTC|expire[sd] today at \d\d:\d\d|expire[sd] .*? (days?|hours?|minutes?)( ago)?/g,
      ) ?? [];
    expect(facts.length).toBeGreaterThanOrEqual(given.lines.length * 3);
    for (const fact of facts) expect(html).toContain(fact);
  });

  test('keep the order of the digest', () => {
    const { text, html } = renderDigest(full());
    for (const part of [text, html]) {
      const names = [...part.matchAll(/gateway-(\d{3}) expires|<bdi>gateway-(\d{3})/g)].map(
        m => m[1] ?? m[2],
      );
      expect(names.slice(-96)).toEqual([...names.slice(-96)].sort());
    }
  });

  test('say how many more follow', () => {
    const mail = renderDigest(full());
    for (const part of [mail.text, mail.html]) expect(part).toContain('25 more follow in the next mail.');
    expect(renderDigest(digest([dated()], 1)).text).toContain('1 more follows in the next mail.');
    expect(renderDigest(mixed()).text).not.toContain('next mail');
  });

  test('list many lines in short first', () => {
    const { text, html } = renderDigest(full());
    expect(text).toContain('\n 99. gateway-099                   expires in 31 days\n');
    expect(html.match(/<td class="row"/g)).toHaveLength(99);
    expect(renderDigest(oneLine()).html).not.toContain('<td class="row"');
  });

  test('say since when an expiry could not be confirmed, and why', () => {
    const mail = renderDigest(mixed());
    for (const part of [flat(mail.text), seen(mail.html)]) {
      expect(part).toContain(
        'Could not be confirmed since 3 Jan 2027, 08:35 UTC: IoT Central refuses to show it',
      );
      expect(part).toContain('Last read from Azure on 2 Jan 2027, 08:35 UTC.');
    }
  });

  test('name every fault of a row and the row to fix', () => {
    const mail = renderDigest(mixed());
    for (const part of [flat(mail.text), seen(mail.html)]) {
      expect(part).toContain(
        "owners: 'bob' is not a mail address thresholds: 'soon' is not a threshold; write",
      );
      expect(part).toContain('PartitionKey iotCentralToken:contoso.azureiotcentral.com, RowKey meter-lab');
    }
  });

  test.each([
    ['7d', 'Its 7d threshold was crossed on 5 Jan 2027, 08:30 UTC.'],
    ['20%', 'Its 20% threshold was crossed on 31 Oct 2026, 08:30 UTC: 20% of its lifetime was left.'],
    ['0', 'Its expiry was reached on 12 Jan 2027, 08:30 UTC (threshold 0).'],
    ['-7d', 'Its -7d threshold was crossed on 19 Jan 2027, 08:30 UTC: 7 days after its expiry'],
  ])('explain the threshold %s', (threshold, words) => {
    const mail = renderDigest(digest([dated({ threshold })]));
    for (const part of [flat(mail.text), seen(mail.html)]) expect(part).toContain(words);
  });

  test('say who sent it and why it came', () => {
    const mail = renderDigest(oneLine(), { publicUrl: 'https://watcher.example.com/' });
    for (const part of [flat(mail.text), seen(mail.html)]) {
      expect(part).toContain('Sent by the expiry watcher at https://watcher.example.com. ');
      expect(part).toContain('team-a@example.com gets this mail as an owner of this token in');
    }
    expect(renderDigest(oneLine()).text).toContain('Sent by the expiry watcher.\n');
  });
});

describe('the HTML', () => {
  const { html } = renderDigest(every());
  const BADGES = [
    'Expired',
    'Expiring',
    'Missing',
    'Failing',
    'Invalid row',
    'Replaced, not verified',
    'Rows lost',
    'Scope unreadable',
    'Mail not delivered',
    'Message given up',
    'No owner',
    'Renewed',
    'Readable again',
  ];

  test('loads nothing and runs nothing', () => {
    expect(html).not.toMatch(/<(script|img|link|iframe|object|form|svg)|url\(|@import|\ssrc=|\son\w+=/i);
  });

  test('knows light, dark and narrow screens', () => {
    expect(html).toContain('<meta name="color-scheme" content="light dark">');
    expect(html).toContain('@media (prefers-color-scheme:dark)');
    expect(html).toContain('@media (max-width:480px)');
  });

  test('says in a word what the colour of a line says', () => {
    for (const badge of BADGES) expect(html).toContain(`>${badge}</span>`);
  });
});

test('the text keeps to 72 columns but for links and commands', () => {
  for (const given of [oneLine(), mixed(), full(), every(), operatorNotices()]) {
    const long = renderDigest(given)
      .text.split('\n')
      .filter(line => line.length > 72);
    expect(long.filter(line => !/https:\/\/|^ +az /.test(line))).toEqual([]);
  }
});
