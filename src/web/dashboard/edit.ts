/** A target's registry row as a form without script: each field shows its text and its fault, and keeps what was typed. */
import { type Columns, hintsOf } from '../../core/row';
import { type Html, html } from '../../formats/html';
import type { TaggedRow } from '../../watch/registry/row';
import { marks } from '../page';
import type { Fault } from '../problem';
import { faultOf } from '../registry/body';
import { type Links, listPath } from './links';
import { asTyped, FIELDS, type FormField, type Typed } from './target-form';

/** A form that was not saved: it has faults, or, where it has none, the row was changed in the meantime. */
export interface Returned {
  readonly typed: Typed;
  readonly faults: readonly Fault[];
}

/** A field with its text. */
interface ShownField extends FormField {
  readonly text: string;
  /** What the registry holds, where that differs. */
  readonly now: string | undefined;
  readonly fault: string | undefined;
  /** What is no fault of this text, and yet worth knowing. */
  readonly about: string | undefined;
}

export function editForm(row: TaggedRow, returned: Returned | undefined, links: Links): Html {
  const stored = asTyped(row);
  const typed = returned?.typed ?? stored;
  const isRefused = returned !== undefined && returned.faults.length > 0;
  // What the registry holds is shown only where the row was changed in the meantime.
  const now = isRefused ? typed : stored;
  const hints = hintsOf(typed.texts).map(faultOf);
  const shown = shownFields(FIELDS, typed.texts, now.texts, returned?.faults ?? [], hints);
  const faulty = shown.filter(({ fault }) => fault !== undefined).map(({ name }) => name);
  return html`<details class="edit" id="edit"${returned && html` open`}>
<summary>Edit…</summary>
<form method="post" action="${listPath({}, links)}" aria-label="Edit the registry row">
<input type="hidden" name="act" value="edit"><input type="hidden" name="tag" value="${isRefused ? typed.tag : row.tag}">
<div class="fields">
${shown.filter(({ control }) => control !== 'box').map(field => textField(field, faulty))}</div>
${shown.filter(({ control }) => control === 'box').map(field => boxField(field, faulty))}<p class="send"><button data-busy="Saving…">Save</button> <span class="hint">The next sweep uses it. Nothing is saved if somebody else changed the row in the meantime.</span></p>
</form>
</details>
`;
}

/** The fields of a form with the texts that were typed, and with what the registry holds now where that differs. */
export function shownFields(
  fields: readonly FormField[],
  typed: Columns,
  now: Columns,
  faults: readonly Fault[],
  hints: readonly Fault[],
): ShownField[] {
  return fields.map(field => {
    const [text, held] = [typed[field.name], now[field.name]];
    const ofField = faults.filter(({ parameter }) => parameter === field.name);
    const fault = ofField.map(({ detail }) => detail).join('; ') || undefined;
    const about = hints.find(({ parameter }) => parameter === field.name)?.detail;
    return { ...field, text, now: text === held ? undefined : held, fault, about };
  });
}

export function isField(parameter: string | undefined): boolean {
  return FIELDS.some(({ name }) => name === parameter);
}

/** What was typed, by the labels of the fields; boxes and empty fields are left out. */
export function typedTexts({ texts }: Typed): [label: string, text: string][] {
  const filled = FIELDS.filter(({ name, control }) => control !== 'box' && texts[name] !== '');
  return filled.map(({ name, label }) => [label, texts[name]]);
}

export function textField(shown: ShownField, faulty: readonly string[]): Html {
  const { name, label, hint, control, longest, prose, text, now, about } = shown;
  const described = marks(name, faulty, now === undefined ? ['Hint'] : ['Now', 'Hint']);
  // A browser corrects only prose.
  const more = html`maxlength="${longest}" autocomplete="off"${!prose && html` autocapitalize="none" spellcheck="false"`}${described}`;
  const line = html`<input type="text" id="${name}" name="${name}" value="${text}" ${more}>`;
  // HTML drops the first line end after the tag. This one is extra, since the text may begin with a line end too.
  const area = html`<textarea id="${name}" name="${name}" rows="3" ${more}>
${text}</textarea>`;
  return html`<div class="field"><label class="label" for="${name}">${label}</label>
${control === 'area' ? area : line}
${faultWords(shown)}${now !== undefined && html`<p class="now" id="${name}Now">In the registry now: ${now === '' ? 'nothing' : html`<bdi>${now}</bdi>`}</p>`}
<p class="hint" id="${name}Hint">${hint}${about !== undefined && html` <b>Here, ${about}.</b>`}</p></div>
`;
}

export function boxField(shown: ShownField, faulty: readonly string[]): Html {
  const { name, label, hint, text, now } = shown;
  return html`<div class="field"><label class="choice"><input type="checkbox" id="${name}" name="${name}" value="true"${text === 'true' && html` checked`}${marks(name, faulty)}><span>${label}<small>${hint}</small></span></label>
${faultWords(shown)}${now !== undefined && html`<p class="now">In the registry now: ${now === 'true' ? 'on' : 'off'}</p>`}</div>
`;
}

function faultWords({ name, fault }: ShownField): Html | undefined {
  if (fault === undefined) return undefined;
  return html`<p class="fault" id="${name}Fault">Not saved: ${fault}.</p>
`;
}
