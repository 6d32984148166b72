/** What spreadsheets make of texts when they open and save a CSV file, so that an import can tell a rewritten text from a new one. */

const TRUE =
  'true wahr vrai verdadero verdadeiro vero waar prawda sant sand sann tosi pravda igaz doğru adevărat cert tõene αληθησ αληθεσ истина істина';
const FALSE =
  'false falsch faux falso onwaar fałsz falskt falsk usann epätosi nepravda hamis yanliş yanlış fals väär ψευδησ ψευδεσ ложь хибність';
const FLAGS: ReadonlyMap<string, 'true' | 'false'> = new Map([
  ...TRUE.split(' ').map(word => [word, 'true'] as const),
  ...FALSE.split(' ').map(word => [word, 'false'] as const),
]);

const LANGUAGES = 'en de fr es it pt nl pl sv da nb fi cs hu tr ro'.split(' ');

/** A spreadsheet shows whole numbers of up to eleven digits as they are. */
const KEPT_NUMBER = /^(?:0|-?[1-9]\d{0,10})$/;
const NUMBER = /^[+-]?(\d+[.,]?\d*|[.,]\d+)(e[+-]?\d+)?$/i;
const DATE =
  /^(?:\d{1,4}[-./ ]+\d{1,2}|\d{1,4}[-./ ]*\p{L}+\.?|\p{L}+\.?[-./ ]*\d{1,4})(?:[-./ ]+\d{1,4})?$/u;
const TIME = /^(\d{1,4}):(\d{1,2})(?::(\d{1,2}))?(?: ?([ap])\.?m\.?)?$/i;
/** Behind a date. */
const TIME_OF_DAY = /[ T]+\d{1,2}:\d{2}(?::\d{2})?(?: ?[ap]\.?m\.?)?$/i;
const SIGN_OF_NUMBER = /^[$€£¥]\s*|\s*[$€£¥%]$/g;

/** What spreadsheets write, and other programs do not. */
const MORE_MONTHS: readonly [string, number][] = [
  ['jän', 1],
  ['mrz', 3],
  ['sept', 9],
];
let months: ReadonlyMap<string, number> | undefined;

/** The flag that a spreadsheet writes in one of its languages; undefined for any other text. */
export function flagWritten(text: string): 'true' | 'false' | undefined {
  // Greek writes the last sigma of a word in another way.
  return FLAGS.get(text.normalize().trim().toLowerCase().replaceAll('ς', 'σ'));
}

/**
 * Whether a spreadsheet may have made `after` of `before`: a number of `007` or `1E5`, a date of `1-2`, a flag of `true`, or `???` of
 * what its code page does not have.
 */
export function mayBeRewritten(before: string, after: string): boolean {
  if (before === after) return false;
  const traces = tracesAfter(after);
  const shared = tracesBefore(before).filter(trace => traces.includes(trace));
  const counts = (trace: string) =>
    trace.startsWith('date') ? !isSameDateShape(before, after) : !isAnotherNumber(before, after);
  return shared.some(counts) || hasLostCharacters(before, after);
}

/** A file in a code page has a question mark for each UTF-16 unit that the code page lacks. */
function hasLostCharacters(before: string, after: string): boolean {
  const [were, are] = [before, after].map(text => text.replace(/\r\n?/g, '\n').split(''));
  if (!were || were.length !== are?.length || were.join('') === are.join('')) return false;
  return were.every((was, at) => was === are[at] || (was > '\u007f' && /[?\ufffd]/.test(are[at] ?? '')));
}

/** What stays of a text when a spreadsheet rewrites it; empty for a text that it leaves alone. */
export function tracesBefore(text: string): string[] {
  if (KEPT_NUMBER.test(text)) return [];
  const number = numberIn(text);
  const digits = number === undefined ? [] : [3, 6, 15].map(count => numberTrace(number, count));
  return [...digits, ...cutTraces(text), ...otherTraces(text)];
}

/** Of a long number, a spreadsheet may keep 15 digits and write zeros for the others, without rounding. */
function cutTraces(text: string): string[] {
  const [, first, rest] = /^0*([1-9]\d{14})(\d+)$/.exec(text) ?? [];
  return first && rest ? [numberTrace(Number(first + rest.replace(/\d/g, '0')), 15)] : [];
}

/** The traces of which a text shares one with the text that it was made of. */
export function tracesAfter(text: string): string[] {
  const number = numberIn(text);
  if (number === undefined) return otherTraces(text);
  const [, mantissa = '', exponent] = NUMBER.exec(text) ?? [];
  const length = mantissa.replace(/\D/g, '').length;
  // A number with an exponent shows only its first digits.
  const counts = exponent === undefined ? [15] : [3, 6, 15].filter(count => length <= count);
  return [...counts.map(count => numberTrace(number, count)), ...otherTraces(text)];
}

function otherTraces(text: string): string[] {
  const flag = flagWritten(text);
  return [...(flag ? [`flag ${flag}`] : []), ...timeTraces(text), ...dateTraces(text)];
}

function timeTraces(text: string): string[] {
  const [, hours, minutes, seconds = '0', half] = TIME.exec(text) ?? [];
  if (hours === undefined) return [];
  const hour = half ? (Number(hours) % 12) + (/p/i.test(half) ? 12 : 0) : Number(hours);
  return [`time ${hour}:${Number(minutes)}:${Number(seconds)}`];
}

function numberIn(written: string): number | undefined {
  const text = written.replace(SIGN_OF_NUMBER, '').replace(/^\((.+)\)$/, '-$1');
  const number = NUMBER.test(text) ? Number(text.replace(',', '.')) : Number.NaN;
  return Number.isFinite(number) ? number : undefined;
}

function numberTrace(number: number, digits: number): string {
  return `number ${digits} ${number.toExponential(digits - 1)}`;
}

/** Each month that a text may mean, with each other number in it. */
function dateTraces(written: string): string[] {
  // A time may stand behind a date; and a comma, or a sign of East Asia for year, month or day, behind a part of it.
  const text = written
    .replace(TIME_OF_DAY, '')
    .replace(/[年月日년월일]\s*|,\s+/g, '-')
    .replace(/-$/, '');
  if (!DATE.test(text)) return [];
  const numbers = (text.match(/\d+/g) ?? []).map(digits => Number(digits) % 100);
  const [word] = /\p{L}+/u.exec(text) ?? [];
  if (word === undefined)
    return numbers.flatMap((month, index) =>
      numbers.toSpliced(index, 1).map(number => `date ${month} ${number}`),
    );
  months ??= new Map([...LANGUAGES.flatMap(monthWords), ...MORE_MONTHS]);
  const month = months.get(word.toLowerCase());
  return month === undefined ? [] : numbers.map(number => `date ${month} ${number}`);
}

function monthWords(language: string): [string, number][] {
  const forms = ['short', 'long'] as const;
  return forms.flatMap(form => {
    const format = new Intl.DateTimeFormat(language, { month: form, day: 'numeric', timeZone: 'UTC' });
    return Array.from({ length: 12 }, (_, index): [string, number] => {
      const parts = format.formatToParts(Date.UTC(2026, index, 1));
      const { value = '' } = parts.find(({ type }) => type === 'month') ?? {};
      return [value.toLowerCase().replace('.', ''), index + 1];
    });
  });
}

/** A spreadsheet keeps the sign of an amount. It takes zeros away from a decimal number, and adds none. */
function isAnotherNumber(before: string, after: string): boolean {
  const [was = '', is = ''] = [before, after].map(text => text.match(/[$€£¥%]/)?.[0]);
  return was !== is || (/[.,]/.test(before) && /^[+-]?0\d|[.,]\d*0$/.test(after));
}

/** Two dates of one shape are two ids, since a spreadsheet changes the shape. */
function isSameDateShape(a: string, b: string): boolean {
  const shape = (text: string) => text.replace(/\d+/g, '0');
  return dateTraces(a).length > 0 && shape(a) === shape(b);
}
