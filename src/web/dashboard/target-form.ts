/** The forms of a target's page as they come back: each field once, none left out, and what was not touched stays as it was. */
import type { Column, Columns } from '../../core/columns';
import type { Taken } from '../content';

export const TARGET_FORM: Taken = {
  types: ['application/x-www-form-urlencoded'],
  mostBytes: 64 * 1_024,
};

/** The columns that have a field of text, in the order of the form. */
export const FIELDS = ['displayName', 'owners', 'thresholds', 'checkEvery', 'runbook', 'notes'] as const;
export type Field = (typeof FIELDS)[number];
/** Fields of more than one line. */
export const LONG: readonly Field[] = ['owners', 'notes'];

export interface Typed {
  /** Of the row that was edited. */
  readonly tag: string;
  readonly enabled: boolean;
  readonly texts: Readonly<Record<Field, string>>;
}

export type TargetForm = { readonly act: 'check' } | { readonly act: 'edit'; readonly typed: Typed };

/** @returns undefined for what is none of the page's forms: a field that is missing could clear what somebody wrote. */
export function parseTargetForm(body: string): TargetForm | undefined {
  const entries = [...new URLSearchParams(body)];
  const given = new Map(entries);
  if (given.size !== entries.length) return undefined;
  const has = (fields: readonly string[]) => fields.every(field => given.has(field));
  const act = given.get('act');
  if (act === 'check') return given.size === 1 ? { act } : undefined;
  const box = given.get('enabled');
  const fields = ['act', 'tag', ...FIELDS, ...(box === 'true' ? ['enabled'] : [])];
  if (act !== 'edit' || given.size !== fields.length || !has(fields)) return undefined;
  const text = (field: string) => given.get(field) ?? '';
  return { act, typed: { tag: text('tag'), enabled: box === 'true', texts: textsOf(text) } };
}

/** What a form shows of a row, untouched. */
export function asTyped({ columns, tag }: { readonly columns: Columns; readonly tag: string }): Typed {
  return { tag, enabled: isOn(columns.enabled), texts: textsOf(field => columns[field]) };
}

/** The row as it would be; what a field shows as it stands keeps its exact spelling, which no form could give back. */
export function edited({ enabled, texts }: Typed, now: Columns): Columns {
  const columns: Record<Column, string> = { ...now };
  const shown = textsOf(field => now[field]);
  for (const field of FIELDS) if (texts[field] !== shown[field]) columns[field] = texts[field].trim();
  const isUnderstood = ['', 'true', 'false'].includes(now.enabled.trim().toLowerCase());
  if (!isUnderstood || enabled !== isOn(now.enabled)) columns.enabled = String(enabled);
  return columns;
}

/** Anything but a plain no is watched. */
function isOn(enabled: string): boolean {
  return enabled.trim().toLowerCase() !== 'false';
}

function textsOf(text: (field: Field) => string): Record<Field, string> {
  const shown = (field: Field) => asShown(text(field), LONG.includes(field) ? '\n' : ' ');
  return {
    displayName: shown('displayName'),
    owners: shown('owners'),
    thresholds: shown('thresholds'),
    checkEvery: shown('checkEvery'),
    runbook: shown('runbook'),
    notes: shown('notes'),
  };
}

/** As a browser gives a field back: with its own line ends or none, and without what is no character. */
function asShown(text: string, lineEnd: string): string {
  return Buffer.from(text)
    .toString()
    .replaceAll('\0', '\uFFFD')
    .replace(/\r\n|\r|\n/g, lineEnd);
}
