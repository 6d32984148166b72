/** A target's registry row as a form that needs no script: prefilled, each fault at its field, and nothing typed is ever lost. */
import { type Html, html } from '../../formats/html';
import type { TaggedRow } from '../../watch/registry/row';
import type { Fault } from '../problem';
import { type Links, listPath } from './links';
import { asTyped, FIELDS, type Field, LONG, type Typed } from './target-form';

/** A form that came back and was not taken: by its faults, or without any since the row is another by now. */
export interface Returned {
  readonly typed: Typed;
  readonly faults: readonly Fault[];
}

interface Look {
  readonly label: string;
  readonly hint: string;
  readonly longest: number;
}

const LOOKS: Readonly<Record<Field, Look>> = {
  displayName: { label: 'Display name', hint: 'What mails and pages call it.', longest: 200 },
  owners: {
    label: 'Owners',
    hint: 'Up to 10 mail addresses, apart by spaces, commas or lines. Without any, operators stand in.',
    longest: 4_000,
  },
  thresholds: {
    label: 'Thresholds',
    hint: 'When to tell them before it expires, such as 30d 7d 20% 0; -7d is after. Empty: as for all of its kind.',
    longest: 1_000,
  },
  checkEvery: {
    label: 'Read every',
    hint: 'Such as 6h, 30d at most. Empty: as for all of its kind.',
    longest: 20,
  },
  runbook: {
    label: 'Runbook',
    hint: 'Where it says how to renew it: a link with https:// or http://.',
    longest: 2_000,
  },
  notes: { label: 'Notes', hint: 'For whoever has to renew it. Never the token itself.', longest: 2_000 },
};

export const LABELS: Readonly<Record<Field, string>> = {
  displayName: LOOKS.displayName.label,
  owners: LOOKS.owners.label,
  thresholds: LOOKS.thresholds.label,
  checkEvery: LOOKS.checkEvery.label,
  runbook: LOOKS.runbook.label,
  notes: LOOKS.notes.label,
};

/** One field, what it shows, what the registry holds where that is another thing, and whether it gets the cursor. */
interface Shown extends Look {
  readonly field: Field;
  readonly text: string;
  readonly now: string | undefined;
  readonly fault: string | undefined;
  readonly isFirst: boolean;
}

export function editForm(row: TaggedRow, returned: Returned | undefined, links: Links): Html {
  const stored = asTyped(row);
  const typed = returned?.typed ?? stored;
  // What the registry holds is said where it is what was changed in the meantime.
  const now = returned?.faults.length === 0 ? stored : typed;
  return html`<details class="edit" id="edit"${returned && html` open`}>
<summary>Edit owners, thresholds and more</summary>
<form method="post" action="${listPath({}, links)}" aria-label="Edit the registry row">
<input type="hidden" name="act" value="edit"><input type="hidden" name="tag" value="${row.tag}">
<div class="fields">
${FIELDS.map(field => shownField(field, typed, now, returned?.faults ?? []))}</div>
${enabledBox(typed, now)}<p class="send"><button data-busy="Saving…">Save</button> <span class="hint">The next sweep goes by it. Nothing is saved where somebody else changed the row in the meantime.</span></p>
</form>
</details>
`;
}

export function isField(parameter: string | undefined): boolean {
  return FIELDS.some(field => field === parameter);
}

function shownField(field: Field, typed: Typed, now: Typed, faults: readonly Fault[]): Html {
  const own = faults.filter(({ parameter }) => parameter === field).map(({ detail }) => detail);
  const first = FIELDS.find(one => faults.some(({ parameter }) => parameter === one));
  return fieldOf({
    ...LOOKS[field],
    field,
    text: typed.texts[field],
    now: typed.texts[field] === now.texts[field] ? undefined : now.texts[field],
    fault: own.length > 0 ? own.join('; ') : undefined,
    isFirst: first === field,
  });
}

function fieldOf(shown: Shown): Html {
  const { field, label, hint, now, fault } = shown;
  return html`<div class="field"><label class="label" for="${field}">${label}</label>
${LONG.includes(field) ? area(shown) : line(shown)}
${fault !== undefined && html`<p class="fault" id="${field}Fault">Not taken: ${fault}.</p>`}
${now !== undefined && html`<p class="now" id="${field}Now">In the registry now: ${now === '' ? 'nothing' : html`<bdi>${now}</bdi>`}</p>`}
<p class="hint" id="${field}Hint">${hint}</p></div>
`;
}

function line(shown: Shown): Html {
  const { field, text, longest } = shown;
  return html`<input type="text" id="${field}" name="${field}" value="${text}" maxlength="${longest}" autocomplete="off"${field !== 'displayName' && html` autocapitalize="none" spellcheck="false"`}${marks(shown)}>`;
}

/** The first line end after the tag is no part of the text: without one of ours, the text's own would be lost. */
function area(shown: Shown): Html {
  const { field, text, longest } = shown;
  return html`<textarea id="${field}" name="${field}" rows="3" maxlength="${longest}" autocomplete="off"${field === 'owners' && html` autocapitalize="none" spellcheck="false"`}${marks(shown)}>
${text}</textarea>`;
}

/** Tells fault, other content and hint to assistive technology. */
function marks({ field, fault, now, isFirst }: Shown): Html {
  const described = [fault !== undefined && 'Fault', now !== undefined && 'Now', 'Hint'];
  const ids = described.filter(part => part !== false).map(part => `${field}${part}`);
  return html`${fault !== undefined && html` aria-invalid="true"`} aria-describedby="${ids.join(' ')}"${isFirst && html` autofocus`}`;
}

function enabledBox({ enabled }: Typed, now: Typed): Html {
  const other = enabled !== now.enabled;
  return html`<div class="field"><label class="choice"><input type="checkbox" name="enabled" value="true"${enabled && html` checked`}><span>Watch it<small>Switched off, it is neither read nor told about; what is known of it stays.</small></span></label>
${other && html`<p class="now">In the registry now: ${now.enabled ? 'watched' : 'switched off'}</p>`}</div>
`;
}
