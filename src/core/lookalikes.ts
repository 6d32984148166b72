/** Columns of a team's own that look like one of the registry's: they are no fault, but a person may have meant the other. */
import { invisibleIn, quoted, withoutInvisible } from '../formats/invisible';
import { counted } from '../formats/when';
import { COLUMN_NAMES, type ColumnName, isColumn } from './row';

const MOST_HINTS = 5;
/** Words for the expiry, which the watcher reads and no column sets. */
const EXPIRY = /^(?:token)?expir(?:y|es|ed|ation)(?:on|at|date|time|datetime)?$/;
/** What people add to a name. */
const ADDED = /(?:s|e?mails?|address(?:es)?|list|urls?|links?)$/;
/** Shorter names are alike by chance. */
const SHORTEST = 5;

/** A sentence for each column that looks like one of ours, each `column: what to do`. */
export function columnHints(names: Iterable<string>): string[] {
  const hints = [...names].flatMap(name => {
    const hint = hintOf(name);
    return hint === undefined ? [] : `${shown(name)}: ${hint}`;
  });
  const more = hints.length - MOST_HINTS;
  return more > 0
    ? [...hints.slice(0, MOST_HINTS), `and ${counted(more, 'more column')} of this kind`]
    : hints;
}

/** The column that a name looks like; undefined for a column itself, and for a name that looks like none. */
export function lookalikeOf(name: string): ColumnName | undefined {
  if (isColumn(name)) return undefined;
  const word = wordOf(name);
  return COLUMN_NAMES.find(column => isAlike(word, wordOf(column)));
}

function hintOf(name: string): string | undefined {
  const column = lookalikeOf(name);
  if (column) return `this column is not used; the one that is used is spelt ${column}`;
  return EXPIRY.test(wordOf(name))
    ? 'this column is not used; the watcher reads the expiry from the service'
    : undefined;
}

function shown(name: string): string {
  return invisibleIn(name) === '' && name.trim() === name ? name.slice(0, 100) : quoted(name, 100);
}

function wordOf(name: string): string {
  return withoutInvisible(name)
    .toLowerCase()
    .replace(/[\s_.-]+/g, '');
}

function isAlike(word: string, column: string): boolean {
  if (word === column) return true;
  const stem = (text: string) => text.replace(ADDED, '').replace(/s$/, '');
  if (word.length > 2 * column.length) return false;
  return stem(word) === stem(column) || (word.length >= SHORTEST && isOneSlip(word, column));
}

/** Whether one letter is wrong, missing, too many, or changed places with the next one. */
function isOneSlip(a: string, b: string): boolean {
  let start = 0;
  while (start < a.length && a[start] === b[start]) start += 1;
  const [one, other] = [a.slice(start), b.slice(start)];
  const swapped = `${one.charAt(1)}${one.charAt(0)}${one.slice(2)}`;
  return (
    one.slice(1) === other.slice(1) || one.slice(1) === other || one === other.slice(1) || swapped === other
  );
}
