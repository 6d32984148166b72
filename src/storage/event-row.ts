/** One row of the history table, both ways. */
import type { TargetEvent } from '../core/history';
import type { Key } from '../core/target';
import { hashOf } from '../core/target';
import { formatInstant, type Instant } from '../formats/instant';
import { instant, type Row, text } from './columns';
import { hashText } from './keys';

type Change = Extract<TargetEvent, { from: Instant }>;
type Noted = Exclude<TargetEvent, Change>;

/** Every type of event, by what it holds: a type that core gains and this table forgets does not compile. */
const CHANGES: Record<Change['type'], true> = { renewed: true, shortened: true };
const NOTED: Record<Noted['type'], true> = {
  firstSeen: true,
  failing: true,
  missing: true,
  recovered: true,
  lifetimeChanged: true,
  invalid: true,
  told: true,
  refused: true,
  undelivered: true,
  dropped: true,
  snoozed: true,
  unsnoozed: true,
  replaced: true,
  gone: true,
  returned: true,
};

/** More than any instant; instants are taken from it so that the newest key is the least. */
const END = 999_999_999_999_999;
const DIGITS = 15;

/** `{hash of the target}|{newest first}|{type}|{hash of the event}`: a repeated write is the same row, another event never. */
export function eventKey(key: Key, event: TargetEvent): string {
  const newestFirst = String(END - event.on).padStart(DIGITS, '0');
  return `${hashOf(key)}|${newestFirst}|${event.type}|${hashText(JSON.stringify(eventColumns(event))).slice(0, 8)}`;
}

export function eventColumns(event: TargetEvent): Row {
  const { type, on } = event;
  const facts =
    'note' in event ? { note: event.note } : { from: formatInstant(event.from), to: formatInstant(event.to) };
  return { type, on: formatInstant(on), ...facts };
}

/** Undefined for a row that tells no event. */
export function toEvent(row: Row): TargetEvent | undefined {
  const type = text(row.type) ?? '';
  const on = instant(row.on);
  if (on === undefined) return undefined;
  if (isOf(NOTED, type)) return { type, on, note: text(row.note) ?? '' };
  const from = instant(row.from);
  const to = instant(row.to);
  return isOf(CHANGES, type) && from !== undefined && to !== undefined ? { type, on, from, to } : undefined;
}

function isOf<T extends string>(types: Record<T, true>, type: string): type is T {
  return Object.hasOwn(types, type);
}
