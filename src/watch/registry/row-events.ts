/** The line of history that a changed row leaves: what a person did, who it was, and what the columns held before. */
import { type Actor, actorWords, type TargetEvent } from '../../core/history';
import { type ColumnName, type Columns, flagOf, isColumn, parseColumns } from '../../core/row';
import type { Instant } from '../../formats/instant';

export const BY_API: Actor = { at: 'api' };

type RowEvent = Extract<TargetEvent, { readonly note: string }>;

/** A column of a row written by other tools may be too long for the history; then the change can't be undone there. */
const LONGEST_BEFORE = 20_000;

export function addedEvent(actor: Actor, on: Instant): RowEvent {
  return { type: 'added', on, note: actorWords(actor) };
}

/** @param columns of the row that was removed */
export function removedEvent(columns: Columns, actor: Actor, on: Instant): RowEvent {
  const names = Object.keys(columns).filter(isColumn);
  const filled = names.filter(name => columns[name] !== '');
  return { type: 'removed', on, note: actorWords(actor), ...formerOf(filled, columns) };
}

/**
 * @param known the row as it was
 * @param written the columns that changed
 */
export function changedEvent(
  known: Columns,
  written: Readonly<Record<string, string>>,
  actor: Actor,
  on: Instant,
): RowEvent {
  const names = Object.keys(written).filter(isColumn);
  const who = actorWords(actor);
  const event = (type: RowEvent['type'], note: string) => ({ type, on, note, ...formerOf(names, known) });
  const [only, ...others] = names;
  if (others.length === 0 && only === 'enabled') {
    const enabled = flagOf(only, written[only] ?? '');
    return enabled === false ? event('paused', who) : event('resumed', who);
  }
  if (others.length === 0 && only === 'replacedBy') {
    const successor = (columns: Readonly<Record<string, unknown>>) =>
      parseColumns(columns).columns.replacedBy;
    const by = successor(written);
    if (by !== undefined) return event('replaced', `by ${by}, ${actorWords(actor, 'says')}`);
    return event('watchedAgain', `${who}; it was replaced by ${successor(known) ?? 'nothing'}`);
  }
  return event('edited', `${who}: ${names.join(', ')}`);
}

function formerOf(names: readonly ColumnName[], columns: Columns): Pick<RowEvent, 'before'> {
  const before = Object.fromEntries(names.map(name => [name, columns[name]]));
  return JSON.stringify(before).length > LONGEST_BEFORE ? {} : { before };
}
