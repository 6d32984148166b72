/** NCRONTAB schedules, in UTC, as the Functions host reads them: by the grammar of its library NCrontab, which is not that of cron. */
import { Cron } from 'croner';
import { HOUR, type Instant } from './instant';
import { asciiQuoted } from './invisible';

interface Field {
  readonly name: string;
  readonly least: number;
  readonly most: number;
  /** A value may be written as the beginning of its name; of several, the first one counts. */
  readonly names?: readonly string[];
}

const MONTHS = 'january february march april may june july august september october november december';
const DAYS = 'sunday monday tuesday wednesday thursday friday saturday';
const SECOND: Field = { name: 'second', least: 0, most: 59 };
const FIELDS: readonly Field[] = [
  { name: 'minute', least: 0, most: 59 },
  { name: 'hour', least: 0, most: 23 },
  { name: 'day of the month', least: 1, most: 31 },
  { name: 'month', least: 1, most: 12, names: MONTHS.split(' ') },
  { name: 'day of the week', least: 0, most: 6, names: DAYS.split(' ') },
];

/** The largest number that the library can read. */
const MOST_NUMBER = 2 ** 31 - 1;

/** What is wrong with a schedule; undefined for one that the Functions host takes. */
export function ncrontabFault(text: string): string | undefined {
  const read = readNcrontab(text);
  return 'fault' in read ? read.fault : undefined;
}

/**
 * A parsed schedule.
 * @throws RangeError for a text that the Functions host does not take
 */
export function parseNcrontab(text: string): Cron {
  const read = readNcrontab(text);
  if ('fault' in read) throw new RangeError(read.fault);
  return new Cron(read.pattern, {
    mode: '6-part',
    // UTC. A named time zone gives the same result and is about five times slower.
    utcOffset: 0,
    paused: true,
    // Here NCRONTAB differs from cron: a day must match both day fields.
    domAndDow: true,
  });
}

/** The pattern has every value of a field written out, so that no reader can take it differently. */
function readNcrontab(text: string): { readonly pattern: string } | { readonly fault: string } {
  if (/^\s*-?(\d+\.)?\d+:\d+(:\d+(\.\d+)?)?\s*$/.test(text))
    return { fault: 'a time span such as hh:mm:ss is taken on an App Service plan only' };
  if (/^\s*%.*%\s*$/.test(text)) return { fault: 'the name of another setting is not looked up here' };
  const tokens = text.split(' ').filter(token => token !== '');
  if (tokens.length !== 5 && tokens.length !== 6)
    return { fault: `it has ${tokens.length} of the six fields, which are separated by spaces` };
  const fields = tokens.length === 6 ? [SECOND, ...FIELDS] : FIELDS;
  const parts: string[] = tokens.length === 6 ? [] : ['0'];
  for (const [index, field] of fields.entries()) {
    const values = valuesOf(tokens[index] ?? '', field);
    if (values === undefined)
      return {
        fault: `${asciiQuoted(tokens[index] ?? '')} is no ${field.name}${hintFor(tokens[index] ?? '', field)}`,
      };
    parts.push([...values].join(','));
  }
  return { pattern: parts.join(' ') };
}

function hintFor(token: string, { name, least, most, names }: Field): string {
  if (token.includes('?')) return ' (write * for every one)';
  if (/[LW#]/.test(token)) return ' (L, W and # are not taken)';
  if (token === '7' && name === 'day of the week') return ' (Sunday is 0)';
  return ` (${least} to ${most}${names ? ', or a name' : ''})`;
}

/** The values of a field; undefined where the host refuses it. */
function valuesOf(token: string, field: Field): ReadonlySet<number> | undefined {
  // A comma in the first place separates nothing.
  const items = token.indexOf(',') > 0 ? token.split(',') : [token];
  const values = new Set<number>();
  for (const item of items) {
    const range = rangeOf(item, field);
    if (range === undefined) return undefined;
    for (let value = range.first; value <= range.last; value += range.step) values.add(value);
  }
  return values;
}

function rangeOf(item: string, field: Field): { first: number; last: number; step: number } | undefined {
  const [base, every] = splitAt(item, '/');
  const step = every === undefined ? 1 : stepOf(every);
  if (step === undefined) return undefined;
  if (base === '*') return { first: field.least, last: field.most, step };
  const [from, to] = splitAt(base, '-');
  const first = valueIn(from, field);
  // `5/10` counts from 5 to the end.
  const last = to !== undefined ? valueIn(to, field) : every === undefined ? first : field.most;
  if (first === undefined || last === undefined) return undefined;
  // A range that is written backwards is turned round.
  return { first: Math.min(first, last), last: Math.max(first, last), step };
}

/** At the first mark; one in the first place is no mark. */
function splitAt(text: string, mark: string): [before: string, after?: string] {
  const at = text.indexOf(mark);
  return at > 0 ? [text.slice(0, at), text.slice(at + 1)] : [text];
}

/** A step below 1 counts as 1. As for the library, a tab or a line end beside a number is none of it. */
function stepOf(text: string): number | undefined {
  if (!/^[\t-\r]*[+-]?\d+[\t-\r]*$/.test(text) || Math.abs(Number(text)) > MOST_NUMBER) return undefined;
  return Math.max(1, Number(text));
}

function valueIn(text: string, { least, most, names = [] }: Field): number | undefined {
  const named = text === '' ? -1 : names.findIndex(name => name.startsWith(text.toLowerCase()));
  const value = /^\d+[\t-\r]*$/.test(text) ? Number(text) : named < 0 ? undefined : named + least;
  return value !== undefined && value >= least && value <= most ? value : undefined;
}

/** The longest gap between two ticks, in milliseconds; undefined for a text that is not a schedule, or one that never comes. */
export function longestGap(ncrontab: string): number | undefined {
  if (ncrontabFault(ncrontab) !== undefined) return undefined;
  const cron = parseNcrontab(ncrontab);
  const ticks = cron.nextRuns(100, new Date(0)).map(tick => tick.getTime());
  if (ticks.length < 2) return undefined;
  const gaps = ticks.slice(1).map((tick, index) => tick - (ticks[index] ?? tick));
  return Math.max(...gaps, ...waits(cron));
}

/** The first tick after an instant; undefined for a text that is not a schedule. */
export function nextTick(ncrontab: string, after: Instant): Instant | undefined {
  return longestGap(ncrontab) === undefined
    ? undefined
    : parseNcrontab(ncrontab).nextRun(new Date(after))?.getTime();
}

/** The time to the next tick, six times a day for more than a week: at night and at weekends there may be no ticks. */
function waits(cron: Cron): number[] {
  return Array.from({ length: 8 * 6 }, (_, index) => {
    const from = index * 4 * HOUR;
    return (cron.nextRun(new Date(from - 1))?.getTime() ?? from) - from;
  });
}
