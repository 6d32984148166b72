/** Parses the forms of the snooze page: each field comes once, and each fault names its field. */
import { LONGEST_REASON, MOST_SNOOZE_DAYS } from '../../core/snooze';
import { parseInstant } from '../../formats/instant';
import { oneLine } from '../../formats/text';
import { holdsTokenValue } from '../../formats/token-value';
import type { LinkAction } from '../../watch/snooze/link-answers';

export type Field = 'days' | 'otherDays' | 'reason' | 'newId' | 'newExpiry' | 'why';

export interface FieldFault {
  /** Undefined for a fault of the form as a whole. */
  readonly field?: Field;
  readonly detail: string;
}

export interface SnoozeForm {
  /** The text of each field, which the page shows again; empty where the form could not be read. */
  readonly given: Readonly<Record<string, string>>;
  readonly faults: readonly FieldFault[];
  /** Present where there is no fault. */
  readonly action?: LinkAction;
  /** The status of the answer if there is a fault. */
  readonly status: number;
}

const LONGEST_ID = 1_024;
const NO_TOKENS = 'Take the value of the token out: it must not be kept here.';
const FIELDS = [
  ...['act', 'days', 'otherDays', 'reason', 'seen'],
  ...['newId', 'newExpiry', 'why', 'name', 'proof'],
];

/** For a body that was refused before it was parsed. */
export function refusedForm(status: number): SnoozeForm {
  if (status === 413) return unreadable(status, 'The form is too large: it may have 64 KiB at most.');
  return unreadable(status, 'This is not a form: use the form on this page.');
}

export function parseSnoozeForm(body: string): SnoozeForm {
  const entries = [...new URLSearchParams(body)];
  const given = Object.fromEntries(entries);
  const known = entries.every(([field]) => FIELDS.includes(field));
  if (!known || Object.keys(given).length !== entries.length)
    return unreadable(400, 'Use the form on this page: this one has unknown fields, or one field twice.');
  return { given, status: 400, ...parseFields(given) };
}

type Parsed = Pick<SnoozeForm, 'action' | 'faults'>;

function parseFields(given: Readonly<Record<string, string>>): Parsed {
  switch (given.act) {
    case 'snooze':
      return parseSnooze(given);
    case 'undo':
      return { action: { act: 'undo' }, faults: [] };
    case 'replace':
      return parseReplace(given);
    case 'confirm':
      return { action: { act: 'confirm', name: given.name ?? '', proof: given.proof ?? '' }, faults: [] };
    case 'unreplace':
      return { action: { act: 'unreplace' }, faults: [] };
    default:
      return { faults: [{ detail: 'Use one of the buttons on this page.' }] };
  }
}

function parseSnooze({ days, otherDays, reason, seen = '' }: Readonly<Record<string, string>>): Parsed {
  const faults: FieldFault[] = [];
  const field = days === 'other' ? 'otherDays' : 'days';
  const count = daysIn((days === 'other' ? otherDays : days) ?? '');
  if (count === undefined) faults.push({ field, detail: `Choose 1 to ${MOST_SNOOZE_DAYS} whole days.` });
  const why = oneLine(reason);
  if (why === '') faults.push({ field: 'reason', detail: 'Say why, in a few words.' });
  if (why.length > LONGEST_REASON)
    faults.push({ field: 'reason', detail: `Say it in at most ${LONGEST_REASON} characters.` });
  if (holdsTokenValue(why)) faults.push({ field: 'reason', detail: NO_TOKENS });
  if (count === undefined || faults.length > 0) return { faults };
  return { action: { act: 'snooze', days: count, reason: why, seen }, faults };
}

function parseReplace(given: Readonly<Record<string, string>>): Parsed {
  const newId = oneLine(given.newId);
  if (newId === '') return parseUnnamed(oneLine(given.newExpiry), oneLine(given.why));
  if (newId.length > LONGEST_ID)
    return { faults: [{ field: 'newId', detail: `An id has at most ${LONGEST_ID} characters.` }] };
  return { action: { act: 'replace', newId }, faults: [] };
}

/** Without the new id nothing can be checked, so the person says at least when it expires, or why it needs no watching. */
function parseUnnamed(newExpiry: string, why: string): Parsed {
  const faults: FieldFault[] = [];
  if (newExpiry === '' && why === '')
    faults.push({
      field: 'newId',
      detail: 'Write the new id; or below when the new one expires, or the reason.',
    });
  if (newExpiry !== '' && !isDate(newExpiry))
    faults.push({ field: 'newExpiry', detail: 'Write a real date, such as 2027-01-31.' });
  if (why.length > LONGEST_REASON)
    faults.push({ field: 'why', detail: `Say it in at most ${LONGEST_REASON} characters.` });
  if (holdsTokenValue(why)) faults.push({ field: 'why', detail: NO_TOKENS });
  if (faults.length > 0) return { faults };
  const date = newExpiry === '' ? [] : [`the new one expires on ${newExpiry}`];
  return { action: { act: 'replaceUnnamed', note: [...date, why].filter(Boolean).join('; ') }, faults };
}

function isDate(text: string): boolean {
  return /^\d{4}-\d\d-\d\d$/.test(text) && parseInstant(`${text}T00:00:00Z`) !== undefined;
}

function daysIn(text: string): number | undefined {
  const days = /^\d{1,2}$/.test(text.trim()) ? Number(text) : 0;
  return days >= 1 && days <= MOST_SNOOZE_DAYS ? days : undefined;
}

function unreadable(status: number, detail: string): SnoozeForm {
  return { given: {}, faults: [{ detail }], status };
}
