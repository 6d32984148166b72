/** Calendars in the iCalendar format (RFC 5545): events with alarms, as calendar programs read them. */
import { DAY, formatInstant, HOUR, type Instant, MINUTE, SECOND } from './instant';
import { webLink } from './text';

export interface CalendarEvent {
  /** Stays the same: a program that reads it again moves the event and does not add a second one. */
  readonly uid: string;
  readonly startsOn: Instant;
  readonly summary: string;
  readonly description?: string;
  /** Left out unless it is an http or https URL. */
  readonly url?: string;
  /** How long before the start each alarm rings, in milliseconds; negative: after it. */
  readonly alarms?: readonly number[];
}

interface CalendarHead {
  /** The instant at which the events were true. */
  readonly asOf: Instant;
  /** The name that a calendar program shows for a feed. */
  readonly name?: string;
  /** How often a program that subscribes should read again (RFC 7986), in hours. */
  readonly refreshHours?: number;
}

const PRODUCT = '-//Expiry watcher//Expiries//EN';
/** Most calendars do not show an event without a length. */
const LENGTH = 15 * MINUTE;
/** Octets of a line without its line end (RFC 5545, 3.1). */
const LONGEST_LINE = 75;
const CRLF = '\r\n';
/** A date-time has room for a year of four digits. */
const LATEST = Date.UTC(9999, 11, 31, 23, 59, 59);

/** A calendar needs at least one component (RFC 5545, 3.6). This one shows nothing. */
const TIME_ZONE = [
  'BEGIN:VTIMEZONE',
  'TZID:UTC',
  'BEGIN:STANDARD',
  'DTSTART:19700101T000000',
  'TZOFFSETFROM:+0000',
  'TZOFFSETTO:+0000',
  'END:STANDARD',
  'END:VTIMEZONE',
];

/** A VCALENDAR without a METHOD, since it is not an invitation. Fractions of a second are cut. */
export function icalendarOf(events: readonly CalendarEvent[], head: CalendarHead): string {
  const { asOf, name, refreshHours } = head;
  const lines = [
    'BEGIN:VCALENDAR',
    'VERSION:2.0',
    `PRODID:${PRODUCT}`,
    'CALSCALE:GREGORIAN',
    name !== undefined && `X-WR-CALNAME:${text(name)}`,
    refreshHours !== undefined && `REFRESH-INTERVAL;VALUE=DURATION:PT${refreshHours}H`,
    // For programs older than RFC 7986.
    refreshHours !== undefined && `X-PUBLISHED-TTL:PT${refreshHours}H`,
    ...(events.length > 0 ? events.flatMap(event => eventLines(event, asOf)) : TIME_ZONE),
    'END:VCALENDAR',
  ];
  return lines.map(line => (line === false ? '' : folded(line) + CRLF)).join('');
}

function eventLines(event: CalendarEvent, asOf: Instant): (string | false)[] {
  const { uid, startsOn, summary, description, alarms = [] } = event;
  const url = webLink(event.url);
  const endsOn = startsOn + LENGTH;
  return [
    'BEGIN:VEVENT',
    `UID:${text(uid)}`,
    `DTSTAMP:${dateTime(asOf)}`,
    `DTSTART:${dateTime(startsOn)}`,
    endsOn <= LATEST && `DTEND:${dateTime(endsOn)}`,
    `SUMMARY:${text(summary)}`,
    description !== undefined && `DESCRIPTION:${text(description)}`,
    url !== undefined && `URL:${url}`,
    // The event does not make its reader busy.
    'TRANSP:TRANSPARENT',
    ...alarms.flatMap(lead => alarmLines(lead, summary)),
    'END:VEVENT',
  ];
}

function alarmLines(lead: number, summary: string): string[] {
  const trigger = `TRIGGER:${lead > 0 ? '-' : ''}${duration(Math.abs(lead))}`;
  return ['BEGIN:VALARM', 'ACTION:DISPLAY', `DESCRIPTION:${text(summary)}`, trigger, 'END:VALARM'];
}

/** `20270112T083000Z`. */
function dateTime(instant: Instant): string {
  return `${formatInstant(instant).slice(0, 19).replace(/[-:]/g, '')}Z`;
}

/** `P7D`, `PT1H30M`, `PT0S`. */
function duration(ms: number): string {
  const part = (of: number, unit: number, letter: string) => {
    const count = Math.floor((ms % of) / unit);
    return count > 0 ? `${count}${letter}` : '';
  };
  const days = part(Number.POSITIVE_INFINITY, DAY, 'D');
  const time = part(DAY, HOUR, 'H') + part(HOUR, MINUTE, 'M') + part(MINUTE, SECOND, 'S');
  if (days === '' && time === '') return 'PT0S';
  return `P${days}${time === '' ? '' : `T${time}`}`;
}

/** A value of type TEXT (RFC 5545, 3.3.11). Line ends become `\n`; control characters and lone surrogates are dropped. */
function text(value: string): string {
  return value
    .replace(/\r\n|[\r\n\u0085\u2028\u2029]/g, '\n')
    .replace(/\t/g, ' ')
    .replace(/(?!\n)[\p{Cc}\p{Cs}]/gu, '')
    .replace(/[\\;,]/g, character => `\\${character}`)
    .replaceAll('\n', '\\n');
}

/** Breaks a long line with a line end and a space, which readers remove again. It splits no character. */
function folded(line: string): string {
  let written = '';
  let room = LONGEST_LINE;
  for (const character of line) {
    const octets = Buffer.byteLength(character);
    if (octets > room) {
      written += `${CRLF} `;
      room = LONGEST_LINE - 1;
    }
    written += character;
    room -= octets;
  }
  return written;
}
