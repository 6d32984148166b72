/**
 * The one table of the registry's columns. JSON, its schemas, CSV, the edit form, the successor's row and the parser all go by
 * it, so that a new column needs an entry here and the code that uses its value.
 */
import { formatDuration, parseDuration } from '../formats/duration';
import { DAY } from '../formats/instant';
import { invisibleIn, quoted, trimmed } from '../formats/invisible';
import { webLink } from '../formats/text';
import { parseAddresses, splitAddresses } from './address';
import { EXPIRY_IS_TOLD, formatThreshold, namesExpiry, parseThresholds } from './thresholds';

/** What could be used of a text, and every fault of it: what to write instead, without the column's name. */
export interface Parsed<V> {
  readonly value: V;
  readonly faults: readonly string[];
}

/** A list is an array in JSON, a flag is true or false, and a text is itself; empty lists and texts are `[]` and null. */
export type Shape = 'list' | 'flag' | 'text';

export type JsonValue = boolean | string | null | readonly string[];

/** How the edit form shows a column: as a line, as an area of several lines, or (a flag) as a box. */
export interface Field {
  readonly label: string;
  readonly control: 'line' | 'area' | 'box';
  /** Fields stand in this order. */
  readonly position: number;
  /** Sentences, which a browser may correct; addresses and codes stay as they are typed. */
  readonly prose?: boolean;
}

export interface Column<V> {
  readonly shape: Shape;
  /** In UTF-16 units. */
  readonly longest: number;
  /** For clients of the API, and the hint below the form's field. */
  readonly description: string;
  /** What an empty flag means; absent for lists and texts. */
  readonly default?: 'true' | 'false';
  /** Whether invisible characters belong to it, as to words and emoji, or are for its owner to judge, as in the key of a target. */
  readonly keepsInvisible?: boolean;
  /** @param text trimmed, at most `longest` long; '' where the row has none */
  readonly parse: (text: string) => Parsed<V>;
  /** The parsed value for clients of the API: an array, a text, a flag, or null for none. */
  readonly show: (value: V) => JsonValue;
  /** What a person should know of a value that is no fault; undefined for nothing. */
  readonly hint?: (value: V) => string | undefined;
  /** How a list is split, where it is not at commas, semicolons and white space alone. */
  readonly split?: (text: string) => string[];
  /** What the items of a list are, as `write an array of …` ends. */
  readonly items?: string;
  /** Whether the row of a successor starts with this column's text. */
  readonly takenOver: boolean;
  /** Absent: the edit form leaves the column as it is. */
  readonly field?: Field;
}

const MOST_OWNERS = 10;

const TEXT = {
  shape: 'text',
  parse: (text: string): Parsed<string | undefined> => ({ value: text || undefined, faults: [] }),
  show: (text: string | undefined) => text ?? null,
} as const;

export const COLUMNS = {
  owners: column({
    shape: 'list',
    longest: 4_000,
    description: 'Up to 10 mail addresses. Where it is empty, the operators are told.',
    parse: parseOwners,
    show: addresses => addresses,
    split: splitAddresses,
    items: 'mail addresses',
    takenOver: true,
    field: { label: 'Owners', control: 'area', position: 2 },
  }),
  thresholds: column({
    shape: 'list',
    longest: 1_000,
    description:
      'When owners are told before the expiry, for example 30d 7d 20% 0; -7d is after it. Where it is empty, those of its kind apply. The expiry itself is always told.',
    parse: parseOwnThresholds,
    show: thresholds => thresholds?.map(formatThreshold) ?? null,
    hint: thresholds => (thresholds && !namesExpiry(thresholds) ? EXPIRY_IS_TOLD : undefined),
    items: 'texts such as "30d", "20%", "0" or "-7d"',
    takenOver: true,
    field: { label: 'Thresholds', control: 'line', position: 3 },
  }),
  checkEvery: column({
    shape: 'text',
    longest: 20,
    description:
      'How often it is read, for example 6h; at most 30d. Where it is empty, that of its kind applies.',
    parse: parseCheckEvery,
    show: ms => (ms === undefined ? null : formatDuration(ms)),
    takenOver: true,
    field: { label: 'Read every', control: 'line', position: 4 },
  }),
  enabled: column({
    shape: 'flag',
    longest: 20,
    description:
      'While this is off, it is not read and no one gets mails about it. What is known of it stays.',
    default: 'true',
    parse: parseEnabled,
    show: enabled => enabled,
    // A successor is watched from the start.
    takenOver: false,
    field: { label: 'Watch it', control: 'box', position: 7 },
  }),
  displayName: column({
    ...TEXT,
    longest: 200,
    description: 'Its name in mails and pages.',
    keepsInvisible: true,
    takenOver: true,
    field: { label: 'Display name', control: 'line', position: 1, prose: true },
  }),
  runbook: column({
    ...TEXT,
    longest: 2_000,
    description: 'A link that says how to renew it, with https:// or http://.',
    parse: parseRunbook,
    takenOver: true,
    field: { label: 'Runbook', control: 'line', position: 5 },
  }),
  notes: column({
    ...TEXT,
    longest: 2_000,
    description: 'For the person who renews it. Never the token itself.',
    keepsInvisible: true,
    takenOver: true,
    field: { label: 'Notes', control: 'area', position: 6, prose: true },
  }),
  replacedBy: column({
    ...TEXT,
    longest: 1_024,
    description:
      'The name of the target that took its place: then it is not watched. It counts only when that is a watched target of the same scope.',
    parse: parseReplacedBy,
    keepsInvisible: true,
    takenOver: false,
    field: { label: 'Replaced by', control: 'line', position: 8 },
  }),
};

/** Lets the compiler find `V`, so that each entry's `show` takes what its `parse` gives. */
function column<V>(entry: Column<V>): Column<V> {
  return entry;
}

function parseOwners(text: string): Parsed<readonly string[]> {
  const { addresses, faults } = parseAddresses(text);
  const tooMany =
    addresses.length > MOST_OWNERS ? [`write at most ${MOST_OWNERS} addresses, not ${addresses.length}`] : [];
  return { value: addresses.slice(0, MOST_OWNERS), faults: [...faults, ...tooMany] };
}

/** The value is undefined where the row has no threshold of its own. */
function parseOwnThresholds(text: string) {
  const { thresholds, faults } = parseThresholds(text);
  return { value: thresholds.length > 0 ? thresholds : undefined, faults };
}

/** The value is in milliseconds. */
function parseCheckEvery(text: string): Parsed<number | undefined> {
  const ms = parseDuration(text);
  if (text === '' || (ms !== undefined && ms <= 30 * DAY)) return { value: ms, faults: [] };
  return {
    value: undefined,
    faults: [`${quoted(text)} is not a duration of at most 30d; write for example 6h`],
  };
}

function parseEnabled(text: string): Parsed<boolean> {
  const word = text.toLowerCase();
  const isKnown = ['', 'true', 'false'].includes(word);
  return {
    value: word !== 'false',
    faults: isKnown ? [] : ['write true or false; until then the target is watched'],
  };
}

/** What people and spreadsheets write for "nothing". A target of such a name can replace no other. */
const NOTHING = new Set(['-', '--', '–', '—', 'n/a', '#n/a', 'n.a.', 'none', 'null']);

function parseReplacedBy(text: string): Parsed<string | undefined> {
  const isBlank = text === '' || NOTHING.has(trimmed(text).toLowerCase());
  return { value: isBlank ? undefined : text, faults: [] };
}

function parseRunbook(text: string): Parsed<string | undefined> {
  // A link with an invisible character leads nowhere.
  const value = invisibleIn(text) === '' ? webLink(text) : undefined;
  const isFault = value === undefined && text !== '';
  return { value, faults: isFault ? ['write a link that starts with https:// or http://'] : [] };
}
