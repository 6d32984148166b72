/** The snooze page's forms as they come back: bounded, each field once, and every fault at its field. */

import { LONGEST_REASON, MOST_SNOOZE_DAYS } from '../../core/snooze';
import { oneLine } from '../../formats/text';
import type { LinkAction } from '../../watch/snooze/link';

export type Field = 'days' | 'otherDays' | 'reason' | 'newId';

export interface FieldFault {
  /** Undefined for a fault of the form as a whole. */
  readonly field?: Field;
  readonly detail: string;
}

export interface SnoozeForm {
  /** What was written, to be shown again; empty where the form could not be read. */
  readonly given: Readonly<Record<string, string>>;
  readonly faults: readonly FieldFault[];
  /** Present where there is no fault. */
  readonly asked?: LinkAction;
  /** What the answer is if there is a fault. */
  readonly status: 400 | 413 | 415;
}

const MOST_BYTES = 8 * 1_024;
const LONGEST_ID = 1_024;
const FIELDS = ['act', 'days', 'otherDays', 'reason', 'seen', 'newId'];

export function parseSnoozeForm(contentType: string | null, body: string): SnoozeForm {
  const type = contentType?.split(';', 1)[0]?.trim().toLowerCase();
  if (type !== 'application/x-www-form-urlencoded')
    return unread(415, 'Use the form on this page: what came was no form.');
  if (Buffer.byteLength(body) > MOST_BYTES)
    return unread(413, 'That was too much: a form may have 8 KiB at most.');
  const entries = [...new URLSearchParams(body)];
  const given = Object.fromEntries(entries);
  const known = entries.every(([field]) => FIELDS.includes(field));
  if (!known || Object.keys(given).length !== entries.length)
    return unread(400, 'Use the form on this page: this one has fields that it lacks, or one twice.');
  return { given, status: 400, ...read(given) };
}

function read(given: Readonly<Record<string, string>>): Pick<SnoozeForm, 'asked' | 'faults'> {
  switch (given.act) {
    case 'snooze':
      return readSnooze(given);
    case 'undo':
      return { asked: { act: 'undo' }, faults: [] };
    case 'replace':
      return readReplace(oneLine(given.newId));
    default:
      return { faults: [{ detail: 'Use one of the buttons on this page: nothing else is understood.' }] };
  }
}

function readSnooze({
  days,
  otherDays,
  reason,
  seen = '',
}: Readonly<Record<string, string>>): Pick<SnoozeForm, 'asked' | 'faults'> {
  const faults: FieldFault[] = [];
  const field = days === 'other' ? 'otherDays' : 'days';
  const count = daysIn((days === 'other' ? otherDays : days) ?? '');
  if (count === undefined) faults.push({ field, detail: `Choose 1 to ${MOST_SNOOZE_DAYS} whole days.` });
  const why = oneLine(reason);
  if (why === '') faults.push({ field: 'reason', detail: 'Say why, in a few words.' });
  if (why.length > LONGEST_REASON)
    faults.push({ field: 'reason', detail: `Say it in at most ${LONGEST_REASON} characters.` });
  if (count === undefined || faults.length > 0) return { faults };
  return { asked: { act: 'snooze', days: count, reason: why, seen }, faults };
}

function readReplace(newId: string): Pick<SnoozeForm, 'asked' | 'faults'> {
  if (newId.length > LONGEST_ID)
    return { faults: [{ field: 'newId', detail: `An id has at most ${LONGEST_ID} characters.` }] };
  return { asked: { act: 'replace', newId: newId === '' ? undefined : newId }, faults: [] };
}

function daysIn(text: string): number | undefined {
  const days = /^\d{1,2}$/.test(text.trim()) ? Number(text) : 0;
  return days >= 1 && days <= MOST_SNOOZE_DAYS ? days : undefined;
}

function unread(status: 400 | 413 | 415, detail: string): SnoozeForm {
  return { given: {}, faults: [{ detail }], status };
}
