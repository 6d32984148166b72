/** Reads calendar files like another program: with a small reader of RFC 5545 that shares no code with the writer. */
import * as fc from 'fast-check';
import { type CalendarEvent, icalendarOf } from '../../src/formats/icalendar';
import { DAY, HOUR, MINUTE, SECOND } from '../../src/formats/instant';

const ASOF = Date.UTC(2027, 0, 5, 8, 35, 59, 999);
const START = Date.UTC(2027, 0, 12, 8, 30, 15);

interface Component {
  readonly name: string;
  readonly properties: Map<string, string>;
  readonly parts: Component[];
}

/** Unfolds and reads; throws for anything that RFC 5545 does not allow. */
function read(file: string): Component {
  if (!file.endsWith('\r\n')) throw new Error('the last line has no end');
  const lines = file.slice(0, -2).split('\r\n');
  for (const line of lines) {
    if (/[\r\n]/.test(line)) throw new Error('a bare line end');
    if (Buffer.byteLength(line) > 75) throw new Error(`too long: ${line}`);
    if (Buffer.from(line).toString() !== line) throw new Error('half a character');
  }
  const open: Component[] = [{ name: '', properties: new Map(), parts: [] }];
  for (const line of file.slice(0, -2).replaceAll('\r\n ', '').split('\r\n')) {
    const [, name = '', value = ''] = /^([A-Z-]+):(.*)$/su.exec(line) ?? [];
    if (name === '') throw new Error(`no property: ${line}`);
    const current = open.at(-1);
    if (name === 'BEGIN') {
      const component = { name: value, properties: new Map(), parts: [] };
      current?.parts.push(component);
      open.push(component);
    } else if (name === 'END') {
      if (open.pop()?.name !== value) throw new Error(`END:${value} ends nothing`);
    } else if (current?.properties.has(name)) throw new Error(`${name} twice`);
    else current?.properties.set(name, value);
  }
  const [calendar, ...more] = open[0]?.parts ?? [];
  if (open.length !== 1 || !calendar || more.length > 0) throw new Error('not one calendar');
  return calendar;
}

function unescaped(text = ''): string {
  if (/(^|[^\\])(\\\\)*[;,]/.test(text)) throw new Error(`unescaped: ${text}`);
  return text.replace(/\\(.)/gsu, (_all, character: string) => (/n/i.test(character) ? '\n' : character));
}

function eventOf(event: Partial<CalendarEvent> = {}): Component {
  const calendar = read(icalendarOf([{ uid: 'a', startsOn: START, summary: 's', ...event }], { asOf: ASOF }));
  const [first] = calendar.parts;
  if (!first) throw new Error('no event');
  return first;
}

test('an event starts at an instant in UTC, with its seconds and without its milliseconds', () => {
  const file = icalendarOf([{ uid: 'a1@x', startsOn: START, summary: 'gateway expires', alarms: [DAY] }], {
    asOf: ASOF,
    name: 'Expiries',
  });
  expect(file.split('\r\n')).toEqual([
    'BEGIN:VCALENDAR',
    'VERSION:2.0',
    'PRODID:-//Expiry watcher//Expiries//EN',
    'CALSCALE:GREGORIAN',
    'X-WR-CALNAME:Expiries',
    'BEGIN:VEVENT',
    'UID:a1@x',
    'DTSTAMP:20270105T083559Z',
    'DTSTART:20270112T083015Z',
    'DTEND:20270112T084515Z',
    'SUMMARY:gateway expires',
    'TRANSP:TRANSPARENT',
    'BEGIN:VALARM',
    'ACTION:DISPLAY',
    'DESCRIPTION:gateway expires',
    'TRIGGER:-P1D',
    'END:VALARM',
    'END:VEVENT',
    'END:VCALENDAR',
    '',
  ]);
});

test.each([
  [30 * DAY, '-P30D'],
  [12 * HOUR, '-PT12H'],
  [DAY + HOUR + 2 * MINUTE + 3 * SECOND, '-P1DT1H2M3S'],
  [0, 'PT0S'],
  [-7 * DAY, 'P7D'],
])('a lead of %d ms rings at %s', (lead, trigger) => {
  expect(eventOf({ alarms: [lead] }).parts[0]?.properties.get('TRIGGER')).toBe(trigger);
});

test('line ends in a text are kept; control characters and lone surrogates are dropped', () => {
  const { properties } = eventOf({ summary: 'a\r\nb\u2028c\td\u0000\u001b\u007f\uD800e\\n;f,' });
  expect(properties.get('SUMMARY')).toBe('a\\nb\\nc de\\\\n\\;f\\,');
});

test.each(['javascript:alert(1)', 'mailto:a@b', 'no link', ''])(
  '%j is not written as the URL of an event',
  url => {
    expect(eventOf({ url }).properties.has('URL')).toBe(false);
  },
);

test('a link can not end its line', () => {
  const { properties } = eventOf({ url: 'https://example.com/a\r\nATTENDEE:x b"\u0001;,é' });
  expect(properties.get('URL')).toMatch(/^https:\/\/example\.com\/[!-~]+$/);
  expect(properties.has('ATTENDEE')).toBe(false);
});

test('an event at the last instant that can be written has no end', () => {
  const { properties } = eventOf({ startsOn: Date.UTC(9999, 11, 31, 23, 59, 59, 999) });
  expect(properties.get('DTSTART')).toBe('99991231T235959Z');
  expect(properties.has('DTEND')).toBe(false);
});

const words = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 300 }),
  fc.string({
    unit: fc.constantFrom('é', '漢', '👩‍👩‍👧‍👦', '\\', ';', ',', '\r', '\n', ':', '"', ' ', 'n'),
    maxLength: 200,
  }),
);

test('another program reads any text back as it was, from lines of at most 75 octets', () => {
  const kept = (text: string) =>
    text
      .replace(/\r\n|[\r\n\u0085\u2028\u2029]/g, '\n')
      .replace(/\t/g, ' ')
      .replace(/[^\n\P{Cc}]|\p{Cs}/gu, '');
  fc.assert(
    fc.property(fc.array(fc.record({ uid: words, summary: words, description: words })), given => {
      const events = given.map(event => ({ ...event, startsOn: START, alarms: [DAY] }));
      const calendar = read(icalendarOf(events, { asOf: ASOF }));
      const found = calendar.parts
        .filter(({ name }) => name === 'VEVENT')
        .map(({ properties }) => ({
          uid: unescaped(properties.get('UID')),
          summary: unescaped(properties.get('SUMMARY')),
          description: unescaped(properties.get('DESCRIPTION')),
        }));
      expect(found).toEqual(
        given.map(({ uid, summary, description }) => ({
          uid: kept(uid),
          summary: kept(summary),
          description: kept(description),
        })),
      );
    }),
  );
});

test('a calendar without events has the one component that it needs, and no event', () => {
  const { parts } = read(icalendarOf([], { asOf: ASOF, name: 'Expiries' }));
  expect(parts.map(({ name }) => name)).toEqual(['VTIMEZONE']);
});
