/** The form that adds a target: which kind, where it is and what it is called there, and the columns of its row. */
import type { KindForm } from '../../app';
import { byColumn, type Columns, hintsOf, parseColumns, textsOf } from '../../core/row';
import { type Html, html } from '../../formats/html';
import { marks } from '../page';
import type { Fault, Response } from '../problem';
import { faultOf } from '../registry/body';
import { boxField, shownFields, textField } from './edit';
import { framed } from './frame';
import { type Links, listPath } from './links';
import { columnTexts, FIELDS, type FormField } from './target-form';
import { FIRST_STEPS, waysCard } from './ways';

/** What was typed, and every fault of it. */
export interface AddForm {
  readonly kind: string;
  readonly place: string;
  readonly name: string;
  readonly texts: Columns;
  readonly faults: readonly Fault[];
  /** Where it is registered already: the path of its page. */
  readonly there?: string | undefined;
}

export const LONGEST_PLACE = 2_000;
const OTHERS = ['kind', 'place', 'name'] as const;
/** A new target is watched, and was replaced by nothing. */
const COLUMNS = FIELDS.filter(({ name }) => name !== 'enabled' && name !== 'replacedBy');
const FIRST: readonly FormField['name'][] = ['displayName', 'owners'];

/** The empty form, with what an address may hold already. */
export function emptyForm(given: URLSearchParams): AddForm {
  const [kind, place, name] = OTHERS.map(field => (given.get(field) ?? '').slice(0, LONGEST_PLACE));
  return { kind: kind ?? '', place: place ?? '', name: name ?? '', texts: textsOf({}), faults: [] };
}

/** Undefined for any other form. The faults are those of the columns. */
export function parseAddForm(given: ReadonlyMap<string, string>): AddForm | undefined {
  const texts = columnTexts(given, OTHERS, COLUMNS);
  if (!texts) return undefined;
  const [kind = '', place = '', name = ''] = OTHERS.map(field => given.get(field));
  const written = byColumn<Columns>(column => (column === 'enabled' ? '' : texts[column].trim()));
  return { kind, place, name, texts: written, faults: parseColumns(written).faults.map(faultOf) };
}

/** In the place of the whole dashboard, while nothing is watched. */
export function emptyRegistry(kinds: readonly KindForm[], links: Links): Html {
  const heading = html`<h2 id="adding">Add a target</h2>${FIRST_STEPS}`;
  return html`${addCard(emptyForm(new URLSearchParams()), kinds, 'dashboard/add', links, heading)}${waysCard(true)}`;
}

/**
 * @param path from the page that shows it to the page that takes it
 * @param heading what the card begins with
 */
function addCard(form: AddForm, kinds: readonly KindForm[], path: string, links: Links, heading: Html): Html {
  const kind = kinds.find(one => one.kind === form.kind) ?? kinds[0];
  if (!kind) return html``;
  const faulty = form.faults.map(({ parameter }) => parameter);
  const fields = shownFields(COLUMNS, form.texts, form.texts, form.faults, hintsOf(form.texts).map(faultOf));
  const first = fields.filter(({ name }) => FIRST.includes(name));
  const more = fields.filter(({ name }) => !FIRST.includes(name));
  const isOpen = more.some(({ text, fault }) => text !== '' || fault !== undefined);
  return html`<section class="card" id="add" aria-labelledby="adding">${heading}
<nav class="kinds" aria-label="Kind">${kinds.map(one => kindLink(one, one === kind, path, links))}</nav>
<form method="post" action="${path}${listPath({}, links)}" aria-label="Add a target">
<input type="hidden" name="kind" value="${kind.kind}">
<div class="fields">${OTHERS.slice(1).map(field => placeField(field, form, kind, faulty))}${first.map(field => textField(field, faulty))}</div>
<details class="plainly" id="more"${isOpen && html` open`}><summary>Thresholds, runbook, notes</summary>
<div class="fields">${more.map(field => (field.control === 'box' ? boxField(field, faulty) : textField(field, faulty)))}</div></details>
<p class="send"><button data-busy="Adding…">Add it</button> <span class="hint">You can check at once whether it exists.</span></p>
</form></section>
`;
}

export function addPage(status: number, form: AddForm, kinds: readonly KindForm[], links: Links): Response {
  const there =
    form.there !== undefined &&
    html` It is registered already: <a href="../${form.there}">look at it</a>, and change it there.`;
  const others = form.faults.filter(({ parameter }) => !isShown(parameter));
  const alarm =
    form.faults.length > 0 &&
    html`<div class="card notice bad" role="alert"><p><b>Nothing was added.</b>${there || ' Correct the marked fields below, and send it again.'}${others.map(({ parameter, detail }) => html` <bdi>${parameter}: ${detail}.</bdi>`)}</p></div>
`;
  const main = html`${alarm}${addCard(form, kinds, 'add', links, html`<h1 id="adding">Add a target</h1>`)}${waysCard(false)}`;
  const title = form.faults.length > 0 ? 'Not added' : 'Add a target';
  return framed(status, { title, main, links, up: '../', here: 'add', lasting: false });
}

function isShown(parameter: string): boolean {
  return ['place', 'name', ...COLUMNS.map(({ name }) => name)].some(field => field === parameter);
}

function kindLink({ kind, title }: KindForm, isChosen: boolean, path: string, links: Links): Html {
  return html`<a href="${path}${listPath({ kind }, links)}"${isChosen && html` aria-current="page"`}>${title}</a>`;
}

function placeField(
  field: (typeof OTHERS)[number],
  form: AddForm,
  { asks }: KindForm,
  faulty: readonly string[],
): Html {
  const { label, hint } = field === 'place' ? asks.place : asks.name;
  const faults = form.faults.filter(({ parameter }) => parameter === field);
  return html`<div class="field"><label class="label" for="${field}">${label}</label>
<input type="text" id="${field}" name="${field}" value="${form[field]}" maxlength="${LONGEST_PLACE}" autocomplete="off" autocapitalize="none" spellcheck="false"${marks(field, faulty, ['Hint'])}>
${faults.map(({ detail }) => html`<p class="fault" id="${field}Fault">Not added: ${detail}.</p>`)}
<p class="hint" id="${field}Hint">${hint}</p></div>
`;
}
