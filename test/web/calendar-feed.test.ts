import * as fc from 'fast-check';
import type { Digest } from '../../src/core/digest';
import { NO_RENEWAL } from '../../src/core/target';
import { DAY, HOUR, MINUTE } from '../../src/formats/instant';
import type { Feed, FeedEntry } from '../../src/watch/report/feed';
import { calendarResponse, feedQuery } from '../../src/web/calendar/route';
import { parseQuery } from '../../src/web/query';
import { calendarOf } from '../../src/wording/calendar';
import { type ReadEvent, readCalendar } from '../support/icalendar';

const NOW = Date.UTC(2026, 5, 1);
const KEY = { scope: 'iotCentralToken:contoso.azureiotcentral.com', name: 'gateway' };

const entry: FeedEntry = {
  ...KEY,
  displayName: 'Gateway',
  label: 'IoT Central API token',
  where: 'contoso.azureiotcentral.com',
  parts: [],
  renewal: { steps: [{ say: 'Make a new token with this command.', command: 'make --new' }], cleanup: [] },
  renewalKeepsName: true,
  portalUrl: 'https://contoso.azureiotcentral.com/',
  expiresOn: NOW + 20 * DAY,
  alarms: [14 * DAY, 12 * HOUR, 0, -7 * DAY],
  readOn: NOW - 5 * MINUTE,
};

const answerOf = (entries: readonly FeedEntry[], more: Partial<Feed> = {}) =>
  calendarResponse({ asOf: NOW, entries, truncated: false, ...more });

function eventOf(more: Partial<FeedEntry> = {}): ReadEvent {
  const [event] = readCalendar(answerOf([{ ...entry, ...more }]).body).events;
  if (!event) throw new Error('no event');
  return event;
}

test('the answer is a calendar, and no cache keeps it', () => {
  const { status, headers, body } = answerOf([entry]);
  expect([status, headers]).toEqual([
    200,
    { 'content-type': 'text/calendar; charset=utf-8', 'cache-control': 'no-store' },
  ]);
  expect(body).toContain('\r\nREFRESH-INTERVAL;VALUE=DURATION:PT1H\r\n');
  expect(readCalendar(body)).toEqual({
    name: 'Expiries',
    events: [
      {
        uid: expect.stringMatching(/^[0-9a-f]{32}@expiry-watcher$/),
        startsOn: '20260621T000000Z',
        summary: 'Gateway expires',
        description:
          'IoT Central API token\ncontoso.azureiotcentral.com\nMake a new token with this command.\nmake --new\nLast read on Sun 31 May 2026, 23:55 UTC.',
        url: 'https://contoso.azureiotcentral.com/',
        alarms: ['-P14D', '-PT12H', 'PT0S', 'P7D'],
      },
    ],
  });
});

test('an empty feed is a calendar, too, and one that is cut says so in its name', () => {
  expect(readCalendar(answerOf([]).body)).toEqual({ name: 'Expiries', events: [] });
  expect(readCalendar(answerOf([entry], { truncated: true }).body).name).toBe('Expiries (the soonest 1)');
});

test('a renewed token moves: its event keeps its identity, and another target has another', () => {
  const renewed = eventOf({ expiresOn: NOW + 385 * DAY, displayName: 'Gateway 2' });
  expect(renewed).toMatchObject({ uid: eventOf().uid, startsOn: '20270621T000000Z' });
  expect(eventOf({ name: 'other' }).uid).not.toBe(eventOf().uid);
  expect(eventOf({ scope: `${KEY.scope}g`, name: 'ateway' }).uid).not.toBe(eventOf().uid);
});

const NAMELESS = { displayName: '', label: '', where: '', parts: [], renewal: NO_RENEWAL };

test('a mail and the feed name an event alike', () => {
  const about = { ...KEY, owner: 'ada@example.com', reason: '30d', about: NOW, crossedOn: NOW, since: NOW };
  const notice = { is: 'renewed', from: NOW, expiresOn: NOW + DAY, readOn: NOW } as const;
  const line = { ...NAMELESS, reminder: about, notice, recipients: [] };
  const digest: Digest = { owner: 'ada@example.com', lines: [line], more: 0, asOf: NOW };
  expect(readCalendar(calendarOf(digest) ?? '').events[0]?.uid).toBe(eventOf().uid);
});

test('what has expired says so, from the very instant on', () => {
  expect(eventOf({ expiresOn: NOW + 1 }).summary).toBe('Gateway expires');
  expect(eventOf({ expiresOn: NOW }).summary).toBe('Gateway expired');
});

test('an expiry that could not be confirmed says since when and why; a runbook is named, and linked where nothing else is', () => {
  const failure = { since: NOW - DAY, message: 'Its service answers 403.' };
  const { portalUrl: _none, ...unlinked } = entry;
  const runbook = 'https://example.com/runbook';
  const [event] = readCalendar(answerOf([{ ...unlinked, runbook, failure }]).body).events;
  expect(event?.description).toMatch(
    /\nRunbook: https:\/\/example\.com\/runbook\n.*\nIt could not be read since Sun 31 May 2026, 00:00 UTC: Its service answers 403\.$/s,
  );
  expect(event?.url).toBe(runbook);
});

test.each([
  [
    'a line end and a property',
    'a\r\nATTENDEE:mailto:x@example.com',
    'a ATTENDEE:mailto:x@example.com expires',
  ],
  ['an end of the event', 'a\nEND:VEVENT\nBEGIN:VEVENT', 'a END:VEVENT BEGIN:VEVENT expires'],
  ['what has a meaning in TEXT', 'a\\n;b,"c":d', 'a\\n;b,"c":d expires'],
  ['what turns the order', 'a\u202Egnp.exe\u2066', 'agnp.exe expires'],
  ['nothing but white space', ' \t\r\n\u0000 ', 'gateway expires'],
  ['a very long name', '名'.repeat(300), `${'名'.repeat(199)}… expires`],
  ['a pair at the cut', `${'a'.repeat(199)}👩`, `${'a'.repeat(199)}… expires`],
])('a name that is %s stays a name', (_, displayName, summary) => {
  expect(eventOf({ displayName }).summary).toBe(summary);
});

test('a text that is not a link is left out', () => {
  for (const portalUrl of ['javascript:alert(1)', 'no link'])
    expect(eventOf({ portalUrl }).url).toBeUndefined();
});

test('whatever the words are, another program reads the calendar', () => {
  const words = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 300 }),
    fc.string({
      unit: fc.constantFrom('\\', ';', ',', '\r', '\n', ':', '"', '漢', '\uD800', '👩‍👩‍👧'),
      maxLength: 200,
    }),
  );
  const entries = fc.uniqueArray(
    fc.record({ name: words, displayName: words, where: words, runbook: words }),
    { selector: ({ name }) => Buffer.from(name).toString() },
  );
  fc.assert(
    fc.property(entries, given => {
      const { events } = readCalendar(answerOf(given.map(more => ({ ...entry, ...more }))).body);
      expect(events).toHaveLength(given.length);
    }),
  );
});

describe('the query', () => {
  const parse = (query: string) =>
    parseQuery(new URLSearchParams(query), feedQuery(['containerApp', 'iotCentralToken']));

  test.each([
    ['', {}],
    ['code=key&clientId=default', {}],
    ['owner=Ada@example.com', { owner: 'Ada@example.com' }],
    ['kind=containerApp&owner=a%2Bb@example.com', { kind: 'containerApp', owner: 'a+b@example.com' }],
  ])('%p is understood', (query, expected) => expect(parse(query)).toEqual({ query: expected }));

  test.each([
    ['kind=toaster', ['kind']],
    ['kind=', ['kind']],
    ['kind=containerApp&kind=iotCentralToken', ['kind']],
    ['owner=ada', ['owner']],
    ['owner=', ['owner']],
    ['owner=a@example.com&owner=b@example.com', ['owner']],
    ['owner=a@example.com%0D%0Ab', ['owner']],
    [`owner=${'a'.repeat(300)}@example.com`, ['owner']],
    ['within=30d&owner=ada&kind=x', ['within', 'owner', 'kind']],
    ['__proto__=1&constructor=2', ['__proto__', 'constructor']],
  ])('%p is refused, and each fault names its parameter', (query, parameters) => {
    const parsed = parse(query);
    expect('faults' in parsed && parsed.faults.map(({ parameter }) => parameter)).toEqual(parameters);
  });

  test('whatever it is, it is understood or refused', () => {
    fc.assert(
      fc.property(fc.webQueryParameters(), query => {
        const parsed = parse(query);
        expect('faults' in parsed ? parsed.faults.length : 1).toBeGreaterThan(0);
      }),
    );
  });
});
