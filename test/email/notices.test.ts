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
  links,
  NOW,
  OWNER,
  operatorNotice,
  operatorNotices,
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
      'Replaced? Register the new token, and write its RowKey into replacedBy of the old row (PartitionKey',
      'RowKey old-export). Then no more mails come about this one.',
      'Still needed 1. Create a token with a new id.',
      'Last read from Azure on 1 Jan 2027, 08:35 UTC. Not found since 5 Jan 2027, 06:35 UTC.',
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
      'Replaced? Register the new token, and write its RowKey into replacedBy of the old row (PartitionKey',
      'no reminders of its expiry follow, unless it is found again',
      'It expires in 90 days, on Mon 5 Apr 2027, 08:35 UTC; last read from Azure on 5 Jan 2027, 02:35 UTC.',
    ],
  ],
  [
    'unreadable',
    LINES.unreadable,
    [
      "press-shop can't be read",
      'Sun 3 Jan 2027, 08:35 UTC',
      'give its identity a role there that can view them, such as Administrator',
      'It expires in 12 days, on Sun 17 Jan 2027, 08:35 UTC; last read from Azure on 3 Jan 2027, 07:35 UTC.',
      'Until then the last known expiry counts, and reminders go by it: renew it in time. How to renew 1. Create a token with a new id.',
    ],
  ],
  ['never read', LINES.neverRead, ['No expiry was ever read.', 'look up its expiry yourself']],
  [
    'minted',
    LINES.minted,
    ['Its expiry moves with every read; last read from Azure on 5 Jan 2027, 04:35 UTC.'],
  ],
  [
    'renewed',
    LINES.renewed,
    [
      'gateway-us was renewed: now expires in 371 days',
      'Wed 12 Jan 2028, 08:30 UTC',
      'Nothing. Reminders follow the new expiry by themselves.',
      'It was Mon 11 Jan 2027, 08:35 UTC.',
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
      'You were told that it was replaced; grace@example.com undid that on 5 Jan 2027, 07:35 UTC.',
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
      'It expires in 40 days, on Sun 14 Feb 2027, 08:35 UTC',
      'Could not be read since 3 Jan 2027, 08:35 UTC, for 1 day.',
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
  for (const date of shown.match(/\d{1,2} [A-Z]\w+ \d{4}(, \d\d:\d\d UTC)?/g) ?? [])
    expect(read).toContain(date);
});

test('what has expired meanwhile still needs action when it can be read again', () => {
  const known = { expiresOn: NOW - DAY, minted: false };
  const line = about('a', { is: 'readable', since: NOW - 2 * DAY, readOn: NOW, known });
  for (const part of bothOf(line))
    expect(part).toContain('It has expired: renew it now. How to renew 1. Create a token');
});

describe('how to renew', () => {
  const unconfirmed = { since: NOW - DAY, message: 'it may not see it (HTTP 403).' };
  const said = (renewalKeepsName: boolean, more: Parameters<typeof dated>[0] = {}) =>
    bothOf(dated({ ...more, extra: { renewalKeepsName, ...more.extra } }));
  const TELL = '3. Tell the watcher: ';

  test('is one list of steps, with commands that stand whole on a line of their own', () => {
    for (const part of said(false))
      expect(part).toMatch(
        /How to renew 1\. Create .* api-token create .* 2\. Use .* 3\. Tell .* 4\. Delete .* api-token delete/,
      );
    const { text, html } = renderDigest(digest([dated()]));
    const command = 'az iot central api-token create --app-id contoso --token-id NEW_ID --role ROLE';
    expect(text).toContain(`\n                   ${command}\n`);
    expect(html).toContain(`<code class="command">${command}</code>`);
  });

  test('says that a new token with the name of the old one is noticed by itself, and asks for nothing', () => {
    for (const part of said(true)) {
      expect(part).toContain('The watcher notices the new expiry by itself. You need not tell it.');
      expect(part).not.toContain('Tell the watcher');
    }
    for (const part of said(true, { unconfirmed }))
      expect(part).toContain('by itself as soon as it can read it again.');
  });

  test('says how the watcher learns of a token with a name of its own: by a link, or in the registry', () => {
    for (const part of said(false)) {
      expect(part).toContain(
        `${TELL}register the new token, and write its RowKey into replacedBy of the old row (PartitionKey iotCentralToken:contoso.azureiotcentral.com, RowKey gateway-prod).`,
      );
      expect(part).toContain('reminders of this one go on until you tell it.');
    }
    for (const part of said(false, { extra: links(0) }))
      expect(part).toContain(`${TELL}follow “I replaced it” and give the new id.`);
  });

  test('of what is gone asks nothing of a service that does not know it', () => {
    for (const part of bothOf({ ...LINES.gone(), renewalKeepsName: true }))
      expect(part).toContain('Still needed 1. Bring it back under the same name.');
  });

  test('an owner reads of a refusal only that the operators are told', () => {
    const text = said(true, { unconfirmed: { ...unconfirmed, operatorsAreTold: true } }).join();
    expect(text).toContain('the watcher is not let in, which its operators are told of.');
    expect(text).not.toContain('403');
  });
});

describe('who is told', () => {
  const [BOB, OPS] = ['bob@example.com', 'ops@example.com'];
  const heard = {
    told: { is: 'told', on: NOW - HOUR },
    snoozed: { is: 'snoozed', until: NOW + DAY },
    notReached: { is: 'notReached', why: 'the mailbox is unknown' },
    waits: { is: 'waits' },
  } as const;
  const to = (owner: string, recipients: DigestLine['recipients']) => {
    const line = dated();
    return bothOf({ ...line, reminder: { ...line.reminder, owner }, recipients });
  };

  test('names the other owners and the operators with what each has heard', () => {
    const recipients = [
      { address: OWNER, isOwner: true, heard: heard.waits },
      { address: BOB, isOwner: true, heard: heard.told },
      { address: OPS, isOwner: false, heard: heard.waits },
    ];
    for (const part of to(OWNER, recipients)) {
      expect(part).toContain(`Owners ${OWNER} (you) ${BOB}: told on Tue 5 Jan 2027, 07:35 UTC`);
      expect(part).toContain(`Operator ${OPS}: not told yet, the mail is still to go out`);
    }
  });

  test('tells an operator whose token it is, and whether the owner was reached', () => {
    const recipients = [
      { address: OWNER, isOwner: true, heard: heard.notReached },
      { address: BOB, isOwner: true, heard: heard.snoozed },
      { address: OPS, isOwner: false, heard: heard.waits },
    ];
    for (const part of to(OPS, recipients)) {
      expect(part).toContain(
        `Owners ${OWNER}: not reached: the mailbox is unknown ${BOB}: snoozed it until `,
      );
      expect(part).not.toContain(`Operator ${OPS}`);
    }
  });

  test('says that a row names no owner', () => {
    for (const part of to(OPS, [{ address: OPS, isOwner: false, heard: heard.waits }]))
      expect(part).toContain('Owners Nobody: its registry row names no owner, so the operators are told.');
  });
});

describe('the links of a line', () => {
  const { snoozeUrl = '', viewUrl = '' } = links(0);
  const labels = (line: DigestLine) =>
    [...renderDigest(digest([{ ...line, ...links(0) }])).html.matchAll(/<a class="act[^>]*>(.*?)<\/a>/g)].map(
      match => match[1],
    );

  test('stand in text and HTML', () => {
    const { text, html } = renderDigest(digest([dated({ extra: links(0) })]));
    for (const [label, href] of [
      ['I replaced it', `${snoozeUrl}&do=replaced`],
      ['View', viewUrl],
      ['Snooze it', snoozeUrl],
    ]) {
      expect(text).toContain(`\n${label?.padEnd(16)}${href}\n`);
      expect(html).toContain(`href="${href?.replace('&', '&amp;')}">${label}</a>`);
    }
  });

  test('begin with "I replaced it" where only people can say so, and with the page where it is noticed by itself', () => {
    const closed = ['I replaced it', 'View', 'Snooze it'];
    for (const line of [dated(), LINES.gone(), LINES.missing()]) expect(labels(line)).toEqual(closed);
    const keeps = { renewalKeepsName: true };
    expect(labels({ ...LINES.missing(), ...keeps })).toEqual(closed);
    expect(labels(dated({ extra: keeps }))).toEqual(['View', 'Snooze it', 'I replaced it']);
  });

  test('do not act in good news and in operator notices, and are left out where they are no web links', () => {
    for (const line of [LINES.renewed(), LINES.readable(), operatorNotice('ownerless')])
      expect(labels(line)).toEqual(['View']);
    const { html, text } = renderDigest(
      digest([dated({ extra: { snoozeUrl: 'javascript:x', viewUrl: 'x' } })]),
    );
    expect(html).not.toContain('class="act');
    expect(text).not.toContain('Snooze');
  });
});

describe('the subject', () => {
  const subjectOf = (...lines: DigestLine[]) => renderDigest(digest(lines)).subject;

  test.each<[string, DigestLine]>([
    ['old-export expired 3 days ago and is gone (2 January 2027)', LINES.gone()],
    ["line-3 can't be found since 5 January 2027", LINES.missing()],
    ["press-shop can't be read since 3 January 2027", LINES.unreadable()],
    ['gateway-us was renewed until 12 January 2028', LINES.renewed()],
    ['meter-us can be read again and expires in 40 days (14 February 2027)', LINES.readable()],
    ['The watcher needs you: Mail to team-b@example.com was not delivered', operatorNotice('undelivered')],
  ])('of one line: %s', (subject, line) => {
    expect(subjectOf(line)).toBe(subject);
  });

  test('counts what needs action, and good news only where there is nothing else', () => {
    expect(subjectOf(dated(), LINES.renewed())).toBe('gateway-prod expires in 6 days (12 January 2027)');
    expect(subjectOf(LINES.renewed(), LINES.readable())).toBe(
      'Good news about 2 tokens: gateway-us was renewed until 12 January 2028',
    );
    expect(renderDigest(operatorNotices()).subject).toBe(
      '8 problems of the watcher need you: registry: many rows vanished at once',
    );
    expect(renderDigest(every()).subject).toBe(
      '11 tokens, 1 registry row and 8 problems need you: old-export expired 3 days ago and is gone (2 January 2027)',
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
    expect(subject).toMatch(/x… expired 3 days ago and is gone \(2 January 2027\)$/);
    expect(subject.length).toBeLessThanOrEqual(150);
  });

  test('counts what follows as what the last line is', () => {
    expect(renderDigest(digest([dated(), LINES.renewed()], 3)).subject).toMatch(/^gateway-prod expires/);
    expect(renderDigest(digest([dated()], 3)).subject).toMatch(/^4 tokens need you/);
  });
});

test('good news is announced where it comes last', () => {
  expect(flat(renderDigest(every()).text)).toContain('Good news about 3 tokens comes last.');
  expect(renderDigest(digest([LINES.renewed()])).text).toMatch(/\nGood news about 1 token\.\n/);
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
