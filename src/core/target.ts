/** Targets: what a registry row says, parsed once, with every fault of the row named (rule 22). */

import { parseDuration } from '../formats/duration';
import { sha256 } from '../formats/hash';
import { DAY } from '../formats/instant';
import { parseAddresses } from './address';
import { parseThresholds, type Threshold } from './thresholds';

/** The table keys of a target, encoded: they name it everywhere. */
export interface Key {
  readonly scope: string;
  readonly name: string;
}

/** 32 hexadecimal characters that stand for a target in other tables' keys and in calendars. */
export function hashOf({ scope, name }: Key): string {
  // No key can hold a line feed, so two keys never give the same text.
  return sha256(`${scope}\n${name}`).slice(0, 32);
}

/**
 * The UID of a target's event in every calendar, whatever its expiry: after a renewal the event moves. Mails and the feed
 * write the same, so that a calendar which has both shows one event.
 */
export function eventUid(key: Key): string {
  return `${hashOf(key)}@expiry-watcher`;
}

/** The decoded key: `containerApp` + subscription + [group, app]; `iotCentralToken` + application + [token id]. */
export interface Identity {
  readonly kind: string;
  readonly place: string;
  readonly names: readonly string[];
}

/** The columns of a registry row, understood; what a fault spoilt is left out. */
export interface TargetColumns {
  readonly owners: readonly string[];
  readonly thresholds?: readonly Threshold[];
  readonly checkEveryMs?: number;
  readonly enabled: boolean;
  readonly displayName?: string;
  readonly runbook?: string;
  readonly notes?: string;
  readonly replacedBy?: string;
}

/** Whether a target is read and told about: not while it is disabled, and no more once another took its place. */
export function isWatched({ enabled, replacedBy }: TargetColumns): boolean {
  return enabled && replacedBy === undefined;
}

export interface ParsedColumns {
  readonly columns: TargetColumns;
  /** Each names the column and the fix. */
  readonly faults: readonly string[];
}

const MOST_OWNERS = 10;

/** The ends of lines and paragraphs that nobody types on purpose, and that end a line somewhere on the way. */
const SEPARATORS = /[\u0085\u2028\u2029]/g;

/**
 * A column as the text a person would write: people's tools give columns other types, too. '' for none; undefined for what is
 * no text, number, flag or date.
 */
export function textOf(value: unknown): string | undefined {
  if (value === undefined || value === null) return '';
  if (typeof value === 'string') return value;
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? undefined : value.toISOString();
  const isPlain = typeof value === 'number' || typeof value === 'boolean' || typeof value === 'bigint';
  return isPlain ? `${value}` : undefined;
}

/** Understands what can be understood of a row's columns: one bad column never silences the good ones. */
export function parseColumns(row: Readonly<Record<string, unknown>>): ParsedColumns {
  const faults: string[] = [];
  const text = (column: string, longest: number) => {
    const value = textOf(row[column]);
    if (value !== undefined && value.length <= longest) return value.replace(SEPARATORS, ' ').trim();
    faults.push(`${column}: a text of at most ${longest} characters`);
    return '';
  };
  const owners = parseAddresses('owners', text('owners', 4_000));
  faults.push(...owners.faults);
  if (owners.addresses.length > MOST_OWNERS)
    faults.push(`owners: at most ${MOST_OWNERS} addresses, not ${owners.addresses.length}`);
  const thresholds = parseThresholds(text('thresholds', 1_000));
  faults.push(...thresholds.faults);
  const columns: TargetColumns = {
    owners: owners.addresses.slice(0, MOST_OWNERS),
    enabled: parseEnabled(row.enabled, faults),
    ...(thresholds.thresholds.length > 0 && { thresholds: thresholds.thresholds }),
    ...optional('checkEveryMs', parseCheckEvery(text('checkEvery', 20), faults)),
    ...optional('displayName', text('displayName', 200)),
    ...optional('runbook', parseRunbook(text('runbook', 2_000), faults)),
    ...optional('notes', text('notes', 2_000)),
    ...optional('replacedBy', text('replacedBy', 1_024)),
  };
  return { columns, faults };
}

function parseEnabled(value: unknown, faults: string[]): boolean {
  const text = textOf(value)?.trim().toLowerCase();
  if (text === 'false') return false;
  if (text !== '' && text !== 'true') faults.push('enabled: true or false (watched until this is mended)');
  return true;
}

function parseCheckEvery(text: string, faults: string[]): number | undefined {
  if (text === '') return undefined;
  const ms = parseDuration(text);
  if (ms !== undefined && ms <= 30 * DAY) return ms;
  faults.push(`checkEvery: '${text}' is no duration of at most 30d, such as 6h`);
  return undefined;
}

function parseRunbook(text: string, faults: string[]): string | undefined {
  if (text === '') return undefined;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol === 'https:' || url?.protocol === 'http:') return url.href;
  faults.push('runbook: a link that starts with https:// or http://');
  return undefined;
}

function optional<K extends string, V>(key: K, value: V | '' | undefined): { [P in K]?: V } {
  const present: { [P in K]?: V } = {};
  if (value !== undefined && value !== '') present[key] = value;
  return present;
}
