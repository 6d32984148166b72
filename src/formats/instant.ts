/** Instants: the one way to parse a date from outside (rule 5), and the one way to write it. */

/** Milliseconds since 1970-01-01T00:00Z. */
export type Instant = number;

export const SECOND = 1_000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

const EARLIEST = Date.UTC(2000, 0, 1);
const LATEST = Date.UTC(9999, 11, 31, 23, 59, 59, 999);

const RFC_3339 = /^(\d{4})-(\d\d)-(\d\d)[Tt](\d\d):(\d\d):(\d\d)(?:\.(\d+))?([Zz]|[+-]\d\d:\d\d)?$/;

/**
 * Parses an RFC 3339 date-time, strictly and by the calendar: no 30 February, no hour 24, no leap second.
 * It takes any number of fraction digits (cut to milliseconds) and the years 2000 to 9999. No offset means UTC.
 */
export function parseInstant(text: string): Instant | undefined {
  const match = RFC_3339.exec(text);
  if (!match) return undefined;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = match.slice(1, 7).map(Number);
  const millisecond = Number((match[7] ?? '').padEnd(3, '0').slice(0, 3));
  const local = Date.UTC(year, month - 1, day, hour, minute, second, millisecond);
  // A field out of its range changes the others: 30 February becomes 1 or 2 March.
  if (formatInstant(local).slice(0, 19) !== text.slice(0, 19).toUpperCase()) return undefined;
  const offset = parseOffset(match[8] ?? 'Z');
  if (offset === undefined) return undefined;
  const instant = local - offset;
  return instant >= EARLIEST && instant <= LATEST ? instant : undefined;
}

/** The 24-character UTC text in which every instant is stored and answered. */
export function formatInstant(instant: Instant): string {
  return new Date(instant).toISOString();
}

function parseOffset(text: string): number | undefined {
  if (text === 'Z' || text === 'z') return 0;
  const hours = Number(text.slice(1, 3));
  const minutes = Number(text.slice(4, 6));
  if (hours > 23 || minutes > 59) return undefined;
  return (text.startsWith('-') ? -1 : 1) * (hours * HOUR + minutes * MINUTE);
}
