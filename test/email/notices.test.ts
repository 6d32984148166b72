/** What a mail says of every notice except thresholds, the same in text and in HTML, and what its subject says. */
import type { DigestLine } from '../../src/core/digest';
import { renderDigest } from '../../src/email/render';
import { DAY, HOUR } from '../../src/formats/instant';
import {
  about,
  dated,
  digest,
  every,
  invalid,
  LINES,
  NOW,
  operatorNotice,
  operatorNotices,
  snoozeUrl,
} from './digests';
import { flat, seen } from './reading';

function bothOf(line: DigestLine): string[] {
  const { text, html } = renderDigest(digest([line]));
  return [flat(text), seen(html)];
}

const SENTENCES: readonly (readonly [string, () => DigestLine, readonly string[]])[] = [
  [
    'gone',
    LINES.gone,
    [
      'old-export expired 3 days ago and is gone',
      'Replaced, and the new one is registered? Then close it, and no more mails come about it. To close it, write the RowKey of the new one into replacedBy of its row',
      'RowKey old-export',
      'Still needed? Create a new API token',
      'Last read from Azure on 2027-01-01 08:35 UTC. Not found since 2027-01-05 06:35 UTC.',
      'not found twice in a row. This is told once.',
    ],
  ],
  [
    'missing',
    LINES.missing,
    [
      "line-3 can't be found",
      'IoT Central knows no such API token',
      'Deleted? Remove its row from the registry (PartitionKey iotCentralToken:contoso.azureiotcentral.com, RowKey line-3).',
      'Renamed, or the row is wrong? Correct the row.',
      'Replaced, and the new one is registered? Then close it, and no more mails come about it.',
      'no reminders of its expiry follow, unless it is found again',
      'It expires in 90 days, on Mon 2027-04-05 08:35 UTC; last read from Azure on 2027-01-05 02:35 UTC.',
    ],
  ],
  [
    'unreadable',
    LINES.unreadable,
    [
      "press-shop can't be read",
      'Sun 2027-01-03 08:35 UTC',
      'give its identity a role there that can view them, such as Administrator',
      'It expires in 12 days, on Sun 2027-01-17 08:35 UTC; last read from Azure on 2027-01-03 07:35 UTC.',
      'reminders go by it. To renew in time: Create a new API token',
    ],
  ],
  ['never read', LINES.neverRead, ['No expiry was ever read.', 'look up its expiry yourself']],
  [
    'minted',
    LINES.minted,
    ['Its expiry moves with every read; last read from Azure on 2027-01-05 04:35 UTC.'],
  ],
  [
    'renewed',
    LINES.renewed,
    [
      'gateway-us was renewed: now expires in 372 days',
      'Wed 2028-01-12 08:30 UTC',
      'Nothing. Reminders follow the new expiry by themselves.',
      'It was Mon 2027-01-11 08:35 UTC.',
    ],
  ],
  [
    'replaced',
    LINES.replaced,
    [
      'gateway-2025 was replaced by gateway-2026 and is not watched any more',
      'Who said so grace@example.com, on the page of a mail about it.',
      'Nothing, if that is right: the new one is watched.',
      'Not right? Open the link of an earlier mail about it and undo it there, or clear replacedBy in its registry row (PartitionKey',
      'RowKey gateway-2025',
      'This is told once to its other recipients.',
    ],
  ],
  [
    'replaced without a name',
    LINES.replacedUnnamed,
    [
      'label-printer was replaced and is not watched any more',
      'Because the new one expires on 2028-01-31; the vendor watches it.',
      'Know its successor? Register it, and write its name into replacedBy of the old row.',
    ],
  ],
  [
    'watched again',
    LINES.watchedAgain,
    [
      'press-gate is watched again',
      'Reminders about it go out again when they are due.',
      'You were told that it was replaced; grace@example.com undid that on 2027-01-05 07:35 UTC.',
    ],
  ],
  [
    'not verified',
    LINES.notVerified,
    [
      'paint-gate is said to be replaced and names no successor',
      'Nobody watches it.',
      'Write the name of the new target into replacedBy of its row (PartitionKey',
      'status shows it until then.',
    ],
  ],
  [
    'readable again',
    LINES.readable,
    [
      'meter-us can be read again',
      'It expires in 40 days, on Sun 2027-02-14 08:35 UTC',
      'Could not be read since 2027-01-03 08:35 UTC, for 2 days.',
      'Nothing. It is watched as before.',
    ],
  ],
  [
    'a failing scope',
    () => operatorNotice('scopeFailing'),
    [
      'None of the 41 targets',
      '41 targets (line-1, line-2, line-3, …): IoT Central has a problem of its own (HTTP 503).',
      'Look for one cause of all failures',
      'Owners are not told of it.',
      'You are an operator of the watcher',
    ],
  ],
  [
    'refused reads',
    () => operatorNotice('readsRefused'),
    ['reads are refused', '2 of the 9 targets', 'The subscription is disabled', 'Do what the reason says'],
  ],
  [
    'a lost mail',
    () => operatorNotice('undelivered'),
    ['Mail to team-b@example.com was not delivered', '(EmailDropped).'],
  ],
  [
    'a poison message',
    () => operatorNotice('poisoned'),
    ['a message could not be handled', "function's log"],
  ],
  [
    'targets without owners',
    () => operatorNotice('ownerless'),
    ['3 of the 7 targets', 'Write owners into those rows'],
  ],
];

test.each(SENTENCES)('a line of %s says what happened and what to do', (_sort, line, sentences) => {
  for (const part of bothOf(line())) for (const sentence of sentences) expect(part).toContain(sentence);
});

test('text and HTML say the same of every sort, fact by fact', () => {
  const { text, html } = renderDigest(every());
  const [read, shown] = [seen(html), flat(text)];
  const paragraphs = [...html.matchAll(/<div class="para">(.*?)<\/div>/g)].map(match =>
    seen(`<body${match[0]}`),
  );
  expect(paragraphs.length).toBeGreaterThan(50);
  for (const paragraph of paragraphs) expect(shown).toContain(paragraph.trim());
  for (const date of shown.match(/\d{4}-\d\d-\d\d( \d\d:\d\d UTC)?/g) ?? []) expect(read).toContain(date);
});

test('what has expired meanwhile still needs action when it can be read again', () => {
  const known = { expiresOn: NOW - DAY, minted: false };
  const line = about('a', { is: 'readable', since: NOW - 2 * DAY, readOn: NOW, known });
  for (const part of bothOf(line)) expect(part).toContain('It has expired. Create a new API token');
});

describe('what follows a renewal', () => {
  const unconfirmed = { since: NOW - DAY, message: 'it may not see it (HTTP 403).' };
  const said = (renewalKeepsName: boolean, more: Parameters<typeof dated>[0] = {}) =>
    bothOf(dated({ ...more, extra: { renewalKeepsName, ...more.extra } })).join('\n');
  const byItself = /notices the new expiry by itself/g;

  test('is noticed by itself where the new token has the name of the old one', () => {
    expect(said(true).match(byItself)).toHaveLength(2);
    expect(said(true, { unconfirmed })).toContain('as soon as it can read it again');
  });

  test('is not where it has a name of its own: it says how to close the old one', () => {
    for (const text of [said(false), said(false, { unconfirmed })]) {
      expect(text).not.toMatch(byItself);
      expect(text).toContain('does not notice the new one by itself');
      expect(text).toContain(
        'write the RowKey of the new one into replacedBy of its row (PartitionKey iotCentralToken:contoso.azureiotcentral.com, RowKey gateway-prod).',
      );
    }
    expect(said(false, { extra: { snoozeUrl: snoozeUrl(0) } })).toContain(
      'Follow the link below, say what replaced it, and it is closed.',
    );
  });

  test('an owner reads of a refusal only that the operators are told', () => {
    const text = said(true, { unconfirmed: { ...unconfirmed, operatorsAreTold: true } });
    expect(text).toContain('the watcher is not let in, which its operators are told of.');
    expect(text).not.toContain('403');
  });
});

describe('the snooze link', () => {
  const href = snoozeUrl(0);
  test('stands in text and HTML where there is something to snooze', () => {
    for (const line of [dated(), LINES.unreadable()]) {
      const { text, html } = renderDigest(digest([{ ...line, snoozeUrl: href }]));
      expect(text).toContain(`Snooze, or say that you replaced it:\n              ${href}\n`);
      expect(html).toContain(`href="${href}">Snooze, or say that you replaced it</a>`);
    }
  });

  test('comes before anything else where a token is not there any more, and closes it', () => {
    for (const line of [LINES.gone(), LINES.missing()]) {
      const { text, html } = renderDigest(digest([{ ...line, snoozeUrl: href }]));
      const said = ['Follow the link below, say what replaced it, and it is closed.', href, 'What to do'];
      for (const part of [flat(text), html])
        expect([...said].sort((a, b) => part.indexOf(a) - part.indexOf(b))).toEqual(said);
      expect(text).toContain(`Say that you replaced it, or snooze it:\n              ${href}\n`);
      expect(text.split(href)).toHaveLength(2);
    }
  });

  test('is left out of good news and of operator notices, where it is not given, and where it is no web link', () => {
    for (const line of [LINES.renewed(), LINES.readable(), operatorNotice('ownerless')])
      expect(renderDigest(digest([{ ...line, snoozeUrl: href }])).text).not.toContain('Snooze');
    expect(renderDigest(digest([dated()])).text).not.toContain('Snooze');
    expect(renderDigest(digest([dated({ extra: { snoozeUrl: 'javascript:x' } })])).text).not.toContain(
      'Snooze',
    );
  });
});

describe('the subject', () => {
  const subjectOf = (...lines: DigestLine[]) => renderDigest(digest(lines)).subject;

  test.each<[string, DigestLine]>([
    ['old-export expired 3 days ago and is gone (2027-01-02 08:35 UTC)', LINES.gone()],
    ["line-3 can't be found since 2027-01-05 03:35 UTC", LINES.missing()],
    ["press-shop can't be read since 2027-01-03 08:35 UTC", LINES.unreadable()],
    ['gateway-us was renewed until 2028-01-12', LINES.renewed()],
    ['meter-us can be read again and expires in 40 days (2027-02-14 08:35 UTC)', LINES.readable()],
    ['The watcher needs you: Mail to team-b@example.com was not delivered', operatorNotice('undelivered')],
  ])('of one line: %s', (subject, line) => {
    expect(subjectOf(line)).toBe(subject);
  });

  test('counts what needs action, and good news only where there is nothing else', () => {
    expect(subjectOf(dated(), LINES.renewed())).toBe('gateway-prod expires in 7 days (2027-01-12 08:30 UTC)');
    expect(subjectOf(LINES.renewed(), LINES.readable())).toBe(
      'Good news about 2 tokens: gateway-us was renewed until 2028-01-12',
    );
    expect(renderDigest(operatorNotices()).subject).toBe(
      '8 problems of the watcher need you: registry: many rows vanished at once',
    );
    expect(renderDigest(every()).subject).toBe(
      '11 tokens, 1 registry row and 8 problems need you: old-export expired 3 days ago and is gone (2027-01-02)',
    );
  });

  test('of two operator notices of one scope counts both', () => {
    const first = operatorNotice('scopeFailing');
    expect(subjectOf(first, { ...first, reminder: { ...first.reminder, reason: 'ownerless' } })).toMatch(
      /^2 problems/,
    );
  });

  test('keeps the date of many things with a long name', () => {
    const long = { ...LINES.gone(), displayName: 'x'.repeat(200) };
    const { subject } = renderDigest({
      ...digest([long, invalid(), operatorNotice('poisoned')]),
      more: 98_765,
    });
    expect(subject).toMatch(/x… expired 3 days ago and is gone \(2027-01-02\)$/);
    expect(subject.length).toBeLessThanOrEqual(150);
  });

  test('counts what follows as what the last line is', () => {
    expect(renderDigest(digest([dated(), LINES.renewed()], 3)).subject).toMatch(/^gateway-prod expires/);
    expect(renderDigest(digest([dated()], 3)).subject).toMatch(/^4 tokens need you/);
  });
});

test('good news is announced where it comes last', () => {
  expect(renderDigest(every()).text).toContain('Good news about\n3 tokens comes last.');
  expect(renderDigest(digest([LINES.renewed()])).text).toMatch(/^Good news about 1 token\.\n/);
});

describe('the attached calendar', () => {
  const calendarOf = (...lines: DigestLine[]) => renderDigest(digest(lines)).attachments[0]?.text ?? '';
  const uids = (text: string) => [...text.matchAll(/^UID:(.*)\r$/gm)].map(match => match[1]);

  test('holds each expiry to come once, and says so in the mail', () => {
    const { attachments, text } = renderDigest(every());
    expect(attachments.map(({ name }) => name)).toEqual(['expiries.ics']);
    const calendar = attachments[0]?.text ?? '';
    expect(calendar.match(/^SUMMARY:.*(?=\r$)/gm)).toEqual(
      ['scada-bridge', 'gateway-prod', 'meter-eu', 'press-shop', 'gateway-us', 'meter-us'].map(
        name => `SUMMARY:${name} expires`,
      ),
    );
    expect(new Set(uids(calendar)).size).toBe(6);
    expect(text).toContain('expiries.ics');
  });

  test('moves a renewed token instead of doubling it', () => {
    const renewed = about('gateway-prod', {
      is: 'renewed',
      from: NOW,
      expiresOn: NOW + 365 * DAY,
      readOn: NOW,
    });
    expect(uids(calendarOf(dated()))).toEqual(uids(calendarOf(renewed)));
    expect(uids(calendarOf(dated(), renewed))).toHaveLength(1);
  });

  test('rings only in the future', () => {
    expect(calendarOf(dated({ expiresOn: NOW + 5 * HOUR })).match(/TRIGGER:.*(?=\r)/g)).toEqual([
      'TRIGGER:-PT1H',
    ]);
    expect(calendarOf(dated()).match(/TRIGGER:.*(?=\r)/g)).toEqual(['TRIGGER:-P1D', 'TRIGGER:-PT1H']);
  });

  test('is left out where nothing is to come', () => {
    const over = dated({ expiresOn: NOW });
    for (const line of [
      over,
      LINES.gone(),
      LINES.missing(),
      LINES.minted(),
      LINES.neverRead(),
      invalid(),
      operatorNotice('poisoned'),
    ]) {
      const { attachments, text } = renderDigest(digest([line]));
      expect(attachments).toEqual([]);
      expect(text).not.toContain('expiries.ics');
    }
  });
});
