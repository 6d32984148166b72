/** The dashboard's filter: parses its query, and shows its form with the text and the fault of each field. */
import * as v from 'valibot';
import { CHECKS, STANDINGS } from '../../core/standing';
import { type Html, html } from '../../formats/html';
import type { StatusQuery } from '../../watch/report/status';
import { marks } from '../page';
import type { Fault } from '../problem';
import { limitOf, oneOf, parseQuery, wholeNumber } from '../query';
import { described, wordsOf } from '../shape';
import { reportQuery, statusQuery } from '../status/query';
import { type Links, listPath } from './links';
import { CHECK_WORDS, STANDING_WORDS } from './words';

export const ORDER_WORDS = {
  soonest: 'Soonest first',
  name: 'Target, A to Z',
  owner: 'Owner, A to Z',
  state: 'State, worst first',
  checked: 'Read longest ago first',
};
export type Order = keyof typeof ORDER_WORDS;
const ORDERS = wordsOf(ORDER_WORDS);

/** The part of the list that a person asks for. */
export interface ListRequest {
  /** The text of each field, which the form shows again; only parameters that the page has a field or a link for. */
  readonly given: Given;
  readonly faults: readonly Fault[];
  /** Present where there is no fault. */
  readonly query?: StatusQuery;
  readonly order: Order;
  /** From 1, in an order other than soonest first. */
  readonly page: number;
  /** Rows on a page. In an order other than soonest first, the query asks for all rows that are sorted. */
  readonly pageSize: number;
}

type Given = Readonly<Partial<Record<FieldName, string>>>;

/** The fields of the form. */
export const FORM_FIELDS = ['q', 'standing', 'check', 'kind', 'scope', 'owner', 'within', 'order'] as const;
const FIELDS = [...FORM_FIELDS, 'limit'] as const;
type FieldName = (typeof FIELDS)[number];

/** The calendar is ordered by expiry. For any other order at most this many targets are sorted in memory. */
const MOST_ORDERED = 1_000;
const LONGEST_GIVEN = 1_024;

export function dashboardQuery(kinds: readonly string[]) {
  return v.object({
    ...statusQuery(kinds).entries,
    limit: limitOf('50'),
    order: v.optional(described(oneOf(ORDERS), 'How the list is sorted.'), 'soonest'),
    page: v.optional(described(wholeNumber(1, MOST_ORDERED), 'Of an order other than soonest first.'), '1'),
  });
}

export function parseDashboardQuery(url: string, kinds: readonly string[]): ListRequest {
  // A form also sends its empty fields.
  const entries = [...new URL(url).searchParams].filter(([, text]) => text !== '');
  const parameters = new URLSearchParams(entries);
  const given = givenOf(parameters);
  const parsed = parseQuery(parameters, dashboardQuery(kinds));
  if ('faults' in parsed) return { given, faults: parsed.faults, order: 'soonest', page: 1, pageSize: 0 };
  const { order, page, ...filters } = parsed.query;
  const query = reportQuery(filters);
  const ordered = order === 'soonest' ? query : { ...query, limit: MOST_ORDERED };
  return { given, faults: [], query: ordered, order, page, pageSize: query.limit };
}

function givenOf(parameters: URLSearchParams): Given {
  const given: Partial<Record<FieldName, string>> = {};
  for (const field of FIELDS) {
    const text = parameters.get(field);
    if (text !== null) given[field] = text.slice(0, LONGEST_GIVEN);
  }
  return given;
}

type Option = readonly [value: string, words: string];

export function filterForm(request: ListRequest, kinds: readonly string[], links: Links): Html {
  const standings = STANDINGS.map((word): Option => [word, STANDING_WORDS[word]]);
  const checks = CHECKS.map((word): Option => [word, CHECK_WORDS[word]]);
  const orders = ORDERS.slice(1).map((word): Option => [word, ORDER_WORDS[word]]);
  const kindOptions = kinds.map((kind): Option => [kind, kind]);
  const { given } = request;
  return html`<form class="filter" method="get" role="search" aria-label="Filter the list">
${textField('q', 'Search', 'Part of a name or scope', request)}${textField('owner', 'Owner', 'A whole mail address', request)}${textField('within', 'Expires within', 'Such as 30d or 12h', request)}${choice('standing', 'Standing', standings, request)}${choice('check', 'Check', checks, request)}${choice('kind', 'Kind', kindOptions, request)}${given.scope !== undefined && textField('scope', 'Scope', 'A whole scope', request)}${choice('order', 'Order', orders, request, ORDER_WORDS.soonest)}${hidden('limit', given.limit)}${hidden('code', links.code)}<p class="actions"><button>Show</button> <a href="${listPath({}, links)}">Clear</a></p>
</form>
`;
}

function textField(field: FieldName, label: string, hint: string, request: ListRequest): Html {
  return html`<p class="field"><label for="${field}">${label}</label>
<input type="text" id="${field}" name="${field}" value="${request.given[field]}" maxlength="1024" autocomplete="off" autocapitalize="none" spellcheck="false"${marks(field, faultyIn(request), ['Hint'])}>
<small class="hint" id="${field}Hint">${hint}</small>
${faultOf(field, request)}</p>
`;
}

function choice(
  field: FieldName,
  label: string,
  options: readonly Option[],
  request: ListRequest,
  none = 'Any',
): Html {
  const chosen = request.given[field];
  // The form keeps the text of the address, even a list of words or a word that is not an option.
  const other = chosen !== undefined && !options.some(([value]) => value === chosen) && chosen !== 'soonest';
  const all = other ? [...options, [chosen, chosen.replaceAll(',', ' or ')] as const] : options;
  return html`<p class="field"><label for="${field}">${label}</label>
<select id="${field}" name="${field}"${marks(field, faultyIn(request))}><option value="">${none}</option>${all.map(
    ([value, words]) =>
      html`<option value="${value}"${value === chosen && html` selected`}>${words}</option>`,
  )}</select>
${faultOf(field, request)}</p>
`;
}

function hidden(name: string, value: string | undefined): Html | false {
  return value !== undefined && html`<input type="hidden" name="${name}" value="${value}">`;
}

function faultyIn({ faults }: ListRequest): string[] {
  return faults.map(({ parameter }) => parameter);
}

function faultOf(field: FieldName, { faults }: ListRequest): Html | undefined {
  const fault = faults.find(({ parameter }) => parameter === field);
  return fault && html`<span class="fault" id="${field}Fault">Not understood: ${fault.detail}.</span>`;
}
