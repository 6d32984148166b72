/** The dashboard's filter as a form that needs no script: its fields keep what was asked, each with its fault. */

import { CHECKS, STANDINGS } from '../../core/standing';
import { type Html, html } from '../../formats/html';
import { type Links, listPath } from './links';
import { type Asked, ORDERS, type Order, type Shown } from './query';
import { CHECK_WORDS, STANDING_WORDS } from './words';

type Option = readonly [value: string, words: string];

export const ORDER_WORDS: Readonly<Record<Order, string>> = {
  soonest: 'Soonest first',
  name: 'Target, A to Z',
  owner: 'Owner, A to Z',
  state: 'State, worst first',
  checked: 'Read longest ago first',
};

export function filterForm(asked: Asked, kinds: readonly string[], links: Links): Html {
  const standings = STANDINGS.map((word): Option => [word, STANDING_WORDS[word]]);
  const checks = CHECKS.map((word): Option => [word, CHECK_WORDS[word]]);
  const orders = ORDERS.slice(1).map((word): Option => [word, ORDER_WORDS[word]]);
  const { given } = asked;
  return html`<form class="filter" method="get" role="search" aria-label="Filter the list">
${textField('q', 'Search', 'Part of a name or scope', asked)}${textField('owner', 'Owner', 'A whole mail address', asked)}${textField('within', 'Expires within', 'Such as 30d or 12h', asked)}${choice('standing', 'Standing', 'Any', standings, asked)}${choice('check', 'Check', 'Any', checks, asked)}${choice(
  'kind',
  'Kind',
  'Any',
  kinds.map((kind): Option => [kind, kind]),
  asked,
)}${given.scope !== undefined && textField('scope', 'Scope', 'A whole scope', asked)}${choice('order', 'Order', ORDER_WORDS.soonest, orders, asked)}${hidden('limit', given.limit)}${hidden('code', links.code)}<p class="actions"><button>Show</button> <a href="${listPath({}, links)}">Clear</a></p>
</form>
`;
}

function textField(field: Shown, label: string, hint: string, asked: Asked): Html {
  return html`<p class="field"><label for="${field}">${label}</label>
<input type="text" id="${field}" name="${field}" value="${asked.given[field]}" maxlength="1024" autocomplete="off" autocapitalize="none" spellcheck="false"${marks(field, asked)}>
<small class="hint" id="${field}Hint">${hint}</small>
${faultOf(field, asked)}</p>
`;
}

function choice(field: Shown, label: string, none: string, options: readonly Option[], asked: Asked): Html {
  const chosen = asked.given[field];
  // A list of words, or what is understood as none, stays what it was.
  const other = chosen !== undefined && !options.some(([value]) => value === chosen) && chosen !== 'soonest';
  const all = other ? [...options, [chosen, chosen.replaceAll(',', ' or ')] as const] : options;
  return html`<p class="field"><label for="${field}">${label}</label>
<select id="${field}" name="${field}"${marks(field, asked, false)}><option value="">${none}</option>${all.map(
    ([value, words]) =>
      html`<option value="${value}"${value === chosen && html` selected`}>${words}</option>`,
  )}</select>
${faultOf(field, asked)}</p>
`;
}

function hidden(name: string, value: string | undefined): Html | false {
  return value !== undefined && html`<input type="hidden" name="${name}" value="${value}">`;
}

/** Tells a field's fault and hint to assistive technology; the first field at fault gets the cursor. */
function marks(field: Shown, { faults }: Asked, hasHint = true): Html | false {
  const hint = hasHint ? `${field}Hint` : undefined;
  if (!faults.some(({ parameter }) => parameter === field))
    return hint !== undefined && html` aria-describedby="${hint}"`;
  const described = [`${field}Fault`, hint].filter(id => id !== undefined).join(' ');
  const focus = faults[0]?.parameter === field && html` autofocus`;
  return html` aria-invalid="true" aria-describedby="${described}"${focus}`;
}

function faultOf(field: Shown, { faults }: Asked): Html | undefined {
  const fault = faults.find(({ parameter }) => parameter === field);
  return fault && html`<span class="fault" id="${field}Fault">Not understood: ${fault.detail}.</span>`;
}
