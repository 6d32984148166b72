/** A calendar file in tests, read as another program would: an own little reader of RFC 5545 that shares nothing with the writer. */

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

interface Component {
  readonly kind: string;
  readonly values: Map<string, string>;
  readonly parts: Component[];
}

/** What RFC 5545 asks of each component; each at most once. */
const NEEDED: Readonly<Record<string, readonly string[]>> = {
  VCALENDAR: ['VERSION', 'PRODID'],
  VEVENT: ['UID', 'DTSTAMP', 'DTSTART', 'SUMMARY'],
  VALARM: ['ACTION', 'DESCRIPTION', 'TRIGGER'],
};
const INSIDE: Readonly<Record<string, string>> = { VCALENDAR: '', VEVENT: 'VCALENDAR', VALARM: 'VEVENT' };

/** Throws for whatever no reader has to understand. */
export function readCalendar(file: string): ReadCalendar {
  const calendar = readComponents(unfold(file));
  const events = calendar.parts.map(readEvent);
  if (new Set(events.map(({ uid }) => uid)).size < events.length) throw new Error('a UID is there twice');
  return { name: calendar.values.get('X-WR-CALNAME'), events };
}

function unfold(file: string): string[] {
  if (!file.endsWith('\r\n')) throw new Error('the last line has no end');
  for (const line of file.slice(0, -2).split('\r\n')) {
    if (/[\r\n\0]/.test(line)) throw new Error(`a bare line end: ${line}`);
    if (Buffer.byteLength(line) > 75) throw new Error(`longer than 75 octets: ${line}`);
  }
  return file.slice(0, -2).replaceAll('\r\n ', '').split('\r\n');
}

function readComponents(lines: readonly string[]): Component {
  const root: Component = { kind: '', values: new Map(), parts: [] };
  const open = [root];
  for (const line of lines) {
    const [, name = '', value = ''] = /^([A-Z-]+):(.*)$/su.exec(line) ?? [];
    const current = open.at(-1);
    if (name === '' || !current) throw new Error(`out of place: ${line}`);
    if (name === 'BEGIN') {
      if (INSIDE[value] !== current.kind) throw new Error(`${value} in '${current.kind}'`);
      const component = { kind: value, values: new Map<string, string>(), parts: [] };
      current.parts.push(component);
      open.push(component);
    } else if (name === 'END') close(open.pop(), value);
    else if (current.values.has(name)) throw new Error(`${name} twice in ${current.kind}`);
    else current.values.set(name, value);
  }
  const [calendar] = root.parts;
  if (open.length !== 1 || root.parts.length !== 1 || !calendar) throw new Error('not one calendar');
  return calendar;
}

function close(component: Component | undefined, kind: string): void {
  if (component?.kind !== kind) throw new Error(`END:${kind} ends nothing`);
  for (const name of NEEDED[kind] ?? [])
    if (!component.values.has(name)) throw new Error(`${kind} without ${name}`);
}

function readEvent({ values, parts }: Component): ReadEvent {
  const startsOn = values.get('DTSTART') ?? '';
  if (!/^\d{8}T\d{6}Z$/.test(startsOn)) throw new Error(`no moment in UTC: ${startsOn}`);
  return {
    uid: values.get('UID') ?? '',
    startsOn,
    summary: words(values.get('SUMMARY')),
    description: words(values.get('DESCRIPTION')),
    url: values.get('URL'),
    alarms: parts.map(alarm => alarm.values.get('TRIGGER') ?? ''),
  };
}

function words(text = ''): string {
  if (/(^|[^\\])(\\\\)*[;,]/.test(text)) throw new Error(`unescaped: ${text}`);
  return text.replace(/\\(.)/gsu, (_all, character: string) => (/n/i.test(character) ? '\n' : character));
}
