/** The form that takes back the last change of a row: its hidden fields hold what the columns were, as the history remembers it. */

import { COLUMNS } from '../../core/columns';
import type { TargetEvent } from '../../core/history';
import { COLUMN_NAMES, type Columns, flagOf } from '../../core/row';
import { type Html, html } from '../../formats/html';
import { cut, oneLine } from '../../formats/text';
import type { TaggedRow } from '../../watch/registry/row';
import { type Links, listPath } from './links';

/** Every event that is a change of the row. */
const CHANGES: ReadonlySet<TargetEvent['type']> = new Set([
  'added',
  'edited',
  'paused',
  'resumed',
  'replaced',
  'watchedAgain',
  'removed',
]);
const LONGEST_SHOWN = 60;

/**
 * Undefined where there is nothing to take back.
 * @param history newest first
 * @param row undefined where it is gone
 */
export function undoForm(
  history: readonly TargetEvent[],
  row: TaggedRow | undefined,
  links: Links,
): Html | undefined {
  const changes = history.filter(({ type }) => CHANGES.has(type));
  // A row that came back, or went, in another way is not what the last change left. Two may be of the same instant.
  const fits = ({ type, on }: TargetEvent) => on === changes[0]?.on && (type === 'removed') === !row;
  const last = changes.find(fits);
  const before = last && 'before' in last ? last.before : undefined;
  if (!before) return undefined;
  const names = COLUMN_NAMES.filter(name => before[name] !== undefined);
  const hidden = names.map(name => html`<input type="hidden" name="${name}" value="${before[name]}">`);
  const what = row ? 'Puts back what was there before' : 'Puts its row back';
  return html`<form class="check undo" method="post" action="${listPath({}, links)}">
<input type="hidden" name="act" value="undo"><input type="hidden" name="tag" value="${row?.tag ?? ''}">${hidden}
<button class="quiet" data-busy="Undoing…">Undo the last change</button><p class="hint">${what}${names.length > 0 && html`: ${names.map((name, index) => columnWords(name, before, index))}`}.</p>
</form>
`;
}

function columnWords(name: keyof Columns, before: Partial<Columns>, index: number): Html {
  const written = before[name] ?? '';
  const isOn = COLUMNS[name].shape === 'flag' ? flagOf(name, written) : undefined;
  const text = isOn === undefined ? cut(oneLine(written), LONGEST_SHOWN) : isOn ? 'on' : 'off';
  const label = COLUMNS[name].field?.label ?? name;
  return html`${index > 0 && ', '}${label} ${text === '' ? 'empty' : html`“<bdi>${text}</bdi>”`}`;
}
