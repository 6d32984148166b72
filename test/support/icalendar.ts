/** Reads a calendar file with an independent parser, as another program does, after a check of its lines. */
import ICAL from 'ical.js';

export interface ReadEvent {
  readonly uid: string;
  readonly startsOn: string;
  readonly summary: string;
  readonly description: string;
  readonly url: string | undefined;
  readonly alarms: readonly string[];
}

export interface ReadCalendar {
  readonly name: string | undefined;
  readonly events: readonly ReadEvent[];
}

/** The properties that RFC 5545 requires of each component; each may appear only once. */
const NEEDED: Readonly<Record<string, readonly string[]>> = {
  vcalendar: ['version', 'prodid'],
  vevent: ['uid', 'dtstamp', 'dtstart', 'summary'],
  // The only component of a calendar without events.
  vtimezone: ['tzid'],
  standard: ['dtstart', 'tzoffsetfrom', 'tzoffsetto'],
  valarm: ['action', 'description', 'trigger'],
};

/** Throws if the file breaks the format. */
export function readCalendar(file: string): ReadCalendar {
  checkLines(file);
  const calendar = new ICAL.Component(ICAL.parse(file));
  checkComponent(calendar);
  const events = calendar.getAllSubcomponents('vevent').map(readEvent);
  if (new Set(events.map(({ uid }) => uid)).size < events.length) throw new Error('a UID appears twice');
  return { name: textOf(calendar, 'x-wr-calname'), events };
}

/** Stricter than the parser. */
function checkLines(file: string): void {
  if (!file.endsWith('\r\n')) throw new Error('the last line has no end');
  for (const line of file.slice(0, -2).split('\r\n')) {
    if (/[\r\n\0]/.test(line)) throw new Error(`a bare line end: ${line}`);
    if (Buffer.byteLength(line) > 75) throw new Error(`longer than 75 octets: ${line}`);
    if (Buffer.from(line).toString() !== line) throw new Error(`half a character: ${line}`);
  }
}

function checkComponent(component: ICAL.Component): void {
  const { name } = component;
  const names = component.getAllProperties().map(property => property.name);
  const twice = names.filter((other, index) => names.indexOf(other) !== index);
  const missing = (NEEDED[name] ?? []).filter(needed => !names.includes(needed));
  if (!(name in NEEDED)) throw new Error(`${name} is not used by this app`);
  if (twice.length > 0) throw new Error(`${twice.join(', ')} twice in ${name}`);
  if (missing.length > 0) throw new Error(`${name} without ${missing.join(', ')}`);
  if (name === 'vcalendar' && component.getAllSubcomponents().length === 0)
    throw new Error('a calendar without a component');
  for (const part of component.getAllSubcomponents()) checkComponent(part);
}

function readEvent(event: ICAL.Component): ReadEvent {
  const start = event.getFirstPropertyValue('dtstart');
  if (!(start instanceof ICAL.Time) || start.isDate || start.zone !== ICAL.Timezone.utcTimezone)
    throw new Error(`not an instant in UTC: ${String(start)}`);
  return {
    uid: textOf(event, 'uid') ?? '',
    startsOn: start.toICALString(),
    summary: textOf(event, 'summary') ?? '',
    description: textOf(event, 'description') ?? '',
    url: textOf(event, 'url'),
    alarms: event.getAllSubcomponents('valarm').map(triggerOf),
  };
}

function textOf(component: ICAL.Component, name: string): string | undefined {
  const value = component.getFirstPropertyValue(name);
  return value === null ? undefined : String(value);
}

/** As it is written: a parser may write a duration in another way. */
function triggerOf(alarm: ICAL.Component): string {
  return (alarm.getFirstProperty('trigger')?.toICALString() ?? '').replace(/^TRIGGER:/, '');
}
