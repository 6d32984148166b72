/** Calendars as RFC 5545 writes them: expiries as moments that a calendar program can show, move and ring for. */
import { DAY, formatInstant, HOUR, type Instant, MINUTE, SECOND } from './instant';

export interface CalendarEvent {
  /** The same for as long as it is the same thing: an event that is read again under it moves instead of doubling. */
  readonly uid: string;
  readonly startsOn: Instant;
  readonly summary: string;
  readonly description?: string;
  /** Written only if it is an http or https one. */
  readonly url?: string;
  /** How long before the start a calendar rings, in milliseconds; negative: after it. */
  readonly alarms?: readonly number[];
}

export interface CalendarHead {
  /** When what the events say was true. */
  readonly asOf: Instant;
  /** What a calendar program calls a feed. */
  readonly name?: string;
  /** How often a program that subscribes should look again (RFC 7986), in hours. */
  readonly refreshHours?: number;
}

const PRODUCT = '-//Expiry watcher//Expiries//EN';
/** A moment without a length is invisible in most calendars. */
const LENGTH = 15 * MINUTE;
/** Octets of a line, its end not counted (RFC 5545, 3.1). */
const LONGEST_LINE = 75;
const CRLF = '\r\n';
/** The form of a date-time holds four digits of a year. */
const LATEST = Date.UTC(9999, 11, 31, 23, 59, 59);

/** A whole VCALENDAR without a METHOD: to be kept, not to be answered. Seconds are cut, never rounded up. */
export function icalendarOf(events: readonly CalendarEvent[], head: CalendarHead): string {
  const { asOf, name, refreshHours } = head;
  const lines = [
    'BEGIN:VCALENDAR',
    'VERSION:2.0',
    `PRODID:${PRODUCT}`,
    'CALSCALE:GREGORIAN',
    ...(name === undefined ? [] : [`X-WR-CALNAME:${text(name)}`]),
    ...(refreshHours === undefined ? [] : refreshLines(refreshHours)),
    ...events.flatMap(event => eventLines(event, asOf)),
    'END:VCALENDAR',
  ];
  return lines.map(line => folded(line) + CRLF).join('');
}

/** Programs of before RFC 7986 know the other one. */
function refreshLines(hours: number): string[] {
  return [`REFRESH-INTERVAL;VALUE=DURATION:PT${hours}H`, `X-PUBLISHED-TTL:PT${hours}H`];
}

function eventLines(event: CalendarEvent, asOf: Instant): string[] {
  const { uid, startsOn, summary, description, alarms = [] } = event;
  const url = webAddress(event.url);
  const endsOn = startsOn + LENGTH;
  return [
    'BEGIN:VEVENT',
    `UID:${text(uid)}`,
    `DTSTAMP:${dateTime(asOf)}`,
    `DTSTART:${dateTime(startsOn)}`,
    ...(endsOn <= LATEST ? [`DTEND:${dateTime(endsOn)}`] : []),
    `SUMMARY:${text(summary)}`,
    ...(description === undefined ? [] : [`DESCRIPTION:${text(description)}`]),
    ...(url === undefined ? [] : [`URL:${url}`]),
    // An expiry takes nobody's time.
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

/** A value of type TEXT (RFC 5545, 3.3.11): line ends are written as `\n`; controls and halves of characters are dropped. */
function text(value: string): string {
  return value
    .replace(/\r\n|[\r\n\u0085\u2028\u2029]/g, '\n')
    .replace(/\t/g, ' ')
    .replace(/(?!\n)[\p{Cc}\p{Cs}]/gu, '')
    .replace(/[\\;,]/g, character => `\\${character}`)
    .replaceAll('\n', '\\n');
}

/** In its normal spelling, which holds no space, control or line end. */
function webAddress(url: string | undefined): string | undefined {
  if (url === undefined || !URL.canParse(url)) return undefined;
  const { protocol, href } = new URL(url);
  return protocol === 'https:' || protocol === 'http:' ? href : undefined;
}

/** Broken by a line end and a space, which readers take out again, and never within a character. */
function folded(line: string): string {
  let written = '';
  let room = LONGEST_LINE;
  for (const character of line) {
    const octets = octetsOf(character.codePointAt(0) ?? 0);
    if (octets > room) {
      written += `${CRLF} `;
      room = LONGEST_LINE - 1;
    }
    written += character;
    room -= octets;
  }
  return written;
}

/** Of its UTF-8 form. */
function octetsOf(codePoint: number): number {
  if (codePoint < 0x80) return 1;
  if (codePoint < 0x800) return 2;
  return codePoint < 0x10000 ? 3 : 4;
}
