/** A target's registry row as a form without script: it is filled in, shows each fault at its field, and keeps what was typed. */
import { type Html, html } from '../../formats/html';
import type { TaggedRow } from '../../watch/registry/row';
import type { Fault } from '../problem';
import { type Links, listPath } from './links';
import { asTyped, FIELDS, type FormField, type Typed } from './target-form';

/** A form that was not saved: because of its faults, or, without any, because the row was changed in the meantime. */
export interface Returned {
  readonly typed: Typed;
  readonly faults: readonly Fault[];
}

/** A field with its text. */
interface Shown extends FormField {
  readonly text: string;
  /** What the registry holds, where that differs. */
  readonly now: string | undefined;
  readonly fault: string | undefined;
  /** The first field with a fault, which gets the cursor. */
  readonly isFirst: boolean;
}

export function editForm(row: TaggedRow, returned: Returned | undefined, links: Links): Html {
  const stored = asTyped(row);
  const typed = returned?.typed ?? stored;
  // What the registry holds is shown only where the row was changed in the meantime.
  const now = returned?.faults.length === 0 ? stored : typed;
  const shown = shownFields(typed, now, returned?.faults ?? []);
  return html`<details class="edit" id="edit"${returned && html` open`}>
<summary>Edit owners, thresholds and more</summary>
<form method="post" action="${listPath({}, links)}" aria-label="Edit the registry row">
<input type="hidden" name="act" value="edit"><input type="hidden" name="tag" value="${row.tag}">
<div class="fields">
${shown.filter(({ control }) => control !== 'box').map(textField)}</div>
${shown.filter(({ control }) => control === 'box').map(boxField)}<p class="send"><button data-busy="Saving…">Save</button> <span class="hint">The next sweep uses it. Nothing is saved if somebody else changed the row in the meantime.</span></p>
</form>
</details>
`;
}

export function isField(parameter: string | undefined): boolean {
  return FIELDS.some(({ name }) => name === parameter);
}

/** What was typed, by the labels of the fields; boxes and empty fields are left out. */
export function typedTexts({ texts }: Typed): [label: string, text: string][] {
  const filled = FIELDS.filter(({ name, control }) => control !== 'box' && texts[name] !== '');
  return filled.map(({ name, label }) => [label, texts[name]]);
}

function shownFields(typed: Typed, now: Typed, faults: readonly Fault[]): Shown[] {
  const first = FIELDS.find(({ name }) => faults.some(({ parameter }) => parameter === name));
  return FIELDS.map(field => {
    const { name } = field;
    const own = faults.filter(({ parameter }) => parameter === name).map(({ detail }) => detail);
    return {
      ...field,
      text: typed.texts[name],
      now: typed.texts[name] === now.texts[name] ? undefined : now.texts[name],
      fault: own.length > 0 ? own.join('; ') : undefined,
      isFirst: field === first,
    };
  });
}

function textField(shown: Shown): Html {
  const { name, label, hint, control, now } = shown;
  return html`<div class="field"><label class="label" for="${name}">${label}</label>
${control === 'area' ? area(shown) : line(shown)}
${faultOf(shown)}${now !== undefined && html`<p class="now" id="${name}Now">In the registry now: ${now === '' ? 'nothing' : html`<bdi>${now}</bdi>`}</p>`}
<p class="hint" id="${name}Hint">${hint}</p></div>
`;
}

function boxField(shown: Shown): Html {
  const { name, label, hint, text, now, fault } = shown;
  const described = fault !== undefined && html` aria-invalid="true" aria-describedby="${name}Fault"`;
  return html`<div class="field"><label class="choice"><input type="checkbox" id="${name}" name="${name}" value="true"${text === 'true' && html` checked`}${described}><span>${label}<small>${hint}</small></span></label>
${faultOf(shown)}${now !== undefined && html`<p class="now">In the registry now: ${now === 'true' ? 'on' : 'off'}</p>`}</div>
`;
}

function faultOf({ name, fault }: Shown): Html | undefined {
  if (fault === undefined) return undefined;
  return html`<p class="fault" id="${name}Fault">Not taken: ${fault}.</p>
`;
}

function line(shown: Shown): Html {
  const { name, text, longest } = shown;
  return html`<input type="text" id="${name}" name="${name}" value="${text}" maxlength="${longest}" autocomplete="off"${marks(shown)}>`;
}

/** HTML drops the first line end after the tag, so there is one of ours: the text may begin with a line end too. */
function area(shown: Shown): Html {
  const { name, text, longest } = shown;
  return html`<textarea id="${name}" name="${name}" rows="3" maxlength="${longest}" autocomplete="off"${marks(shown)}>
${text}</textarea>`;
}

/** Keeps a browser from correcting what is not prose, and tells assistive technology about fault, other content and hint. */
function marks({ name, prose, fault, now, isFirst }: Shown): Html {
  const described = [fault !== undefined && 'Fault', now !== undefined && 'Now', 'Hint'];
  const ids = described.filter(part => part !== false).map(part => `${name}${part}`);
  return html`${!prose && html` autocapitalize="none" spellcheck="false"`}${fault !== undefined && html` aria-invalid="true"`} aria-describedby="${ids.join(' ')}"${isFirst && html` autofocus`}`;
}
