/** The dashboard's filter: parses its query, shows its form with the text and the fault of each field, and what is filtered as chips. */
import * as v from 'valibot';
import { CHECK_WORDS, STANDING_WORDS } from '../../core/state-words';
import { type Html, html } from '../../formats/html';
import { trimmed } from '../../formats/invisible';
import type { KindWords } from '../../watch/report/kind-words';
import type { StatusQuery } from '../../watch/report/status';
import { marks } from '../page';
import type { Fault } from '../problem';
import { limitOf, oneOf, optional, parseQuery, someText, wholeNumber } from '../query';
import { described, wordsOf } from '../shape';
import { reportQuery, statusQuery } from '../status/query';
import { type Links, listPath } from './links';

/** In each order, and the other way round. */
export const ORDER_WORDS = {
  soonest: ['Soonest first', 'Latest first'],
  name: ['Target, A to Z', 'Target, Z to A'],
  owner: ['Owner, A to Z', 'Owner, Z to A'],
  state: ['State, worst first', 'State, best first'],
  checked: ['Read longest ago first', 'Read last first'],
} as const;
export type Order = keyof typeof ORDER_WORDS;
const ORDERS = wordsOf(ORDER_WORDS);

/** The part of the list that a person asks for. */
export interface ListRequest {
  /** The text of each field, which the form shows again; only parameters that the page has a field or a link for. */
  readonly given: Given;
  readonly faults: readonly Fault[];
  /** Present where there is no fault. It asks for the rows before the page too, and for all where they must be counted or sorted. */
  readonly query?: StatusQuery;
  readonly order: Order;
  readonly reversed: boolean;
  /** From 1. */
  readonly page: number;
  /** Rows on a page. */
  readonly pageSize: number;
}

type Given = Readonly<Partial<Record<FieldName, string>>>;

/** What leaves targets out, in the order of the form. */
const FILTERS = ['q', 'owner', 'standing', 'check', 'kind', 'within', 'scope'] as const;
type FilterName = (typeof FILTERS)[number];
/** The fields of the form. */
export const FORM_FIELDS = [...FILTERS, 'order'] as const;
const FIELDS = [...FORM_FIELDS, 'reverse', 'limit'] as const;
type FieldName = (typeof FIELDS)[number];

const LABELS: Readonly<Record<FilterName, string>> = {
  q: 'Search',
  owner: 'Owner',
  standing: 'State',
  check: 'Reads',
  kind: 'Kind',
  within: 'Expires within',
  scope: 'Scope',
};

/** The calendar can only be read forwards, from its start: at most this many targets are counted, sorted or paged through. */
export const MOST_LISTED = 10_000;
const LONGEST_GIVEN = 1_024;

export function dashboardQuery(kinds: readonly string[]) {
  const { cursor: _cursor, ...filters } = statusQuery(kinds).entries;
  return v.object({
    ...filters,
    owner: optional(
      v.pipe(someText('write a part of an address'), v.transform(trimmed)),
      'Part of the address of an owner.',
    ),
    limit: limitOf('50'),
    order: v.optional(described(oneOf(ORDERS), 'How the list is sorted.'), 'soonest'),
    reverse: optional(oneOf(['yes']), 'The order the other way round.'),
    page: v.optional(described(wholeNumber(1, 9_999), 'Of the list, from 1.'), '1'),
  });
}

export function parseDashboardQuery(url: string, kinds: readonly string[]): ListRequest {
  // A form also sends its empty fields.
  const entries = [...new URL(url).searchParams].filter(([, text]) => trimmed(text) !== '');
  const parameters = new URLSearchParams(entries);
  const given = givenOf(parameters);
  const parsed = parseQuery(parameters, dashboardQuery(kinds));
  if ('faults' in parsed)
    return { given, faults: parsed.faults, order: 'soonest', reversed: false, page: 1, pageSize: 0 };
  const { order, reverse, page, limit: pageSize, owner: ownerPart, ...filters } = parsed.query;
  const reversed = reverse === 'yes';
  const isWhole = order !== 'soonest' || reversed || isFiltered(given);
  const limit = isWhole ? MOST_LISTED : Math.min(MOST_LISTED, page * pageSize);
  const query = { ...reportQuery({ ...filters, limit }), ...(ownerPart !== undefined && { ownerPart }) };
  return { given, faults: [], query, order, reversed, page, pageSize };
}

function givenOf(parameters: URLSearchParams): Given {
  const given: Partial<Record<FieldName, string>> = {};
  for (const field of FIELDS) {
    const text = parameters.get(field);
    if (text !== null) given[field] = text.slice(0, LONGEST_GIVEN);
  }
  return given;
}

export function isFiltered(given: Given): boolean {
  return FILTERS.some(field => given[field] !== undefined);
}

type Option = readonly [value: string, words: string];
type Options = Readonly<Record<'standing' | 'check' | 'kind' | 'order', readonly Option[]>>;

function optionsOf({ kinds }: KindWords): Options {
  const labels = (words: Readonly<Record<string, { readonly label: string }>>) =>
    Object.entries(words).map(([word, { label }]): Option => [word, label]);
  return {
    standing: labels(STANDING_WORDS),
    check: labels(CHECK_WORDS),
    kind: kinds.map(({ kind, title }): Option => [kind, title]),
    order: ORDERS.slice(1).map((word): Option => [word, ORDER_WORDS[word][0]]),
  };
}

/** Its answer comes back to the list: the form and what it found are where the eye is. */
export function filterForm(request: ListRequest, words: KindWords, links: Links): Html {
  const options = optionsOf(words);
  const { given } = request;
  return html`<form class="filter" method="get" action="#list" role="search" aria-label="Filter the list">
${textField('q', 'Part of a name, id or scope', request)}${textField('owner', 'Part of an address', request)}${choice('standing', LABELS.standing, options.standing, request)}${choice('check', LABELS.check, options.check, request)}${choice('kind', LABELS.kind, options.kind, request)}${textField('within', 'Such as 30d or 12h', request)}${given.scope !== undefined && textField('scope', 'A whole scope', request)}${choice('order', 'Order', options.order, request, ORDER_WORDS.soonest[0])}${hidden('limit', given.limit)}${hidden('code', links.code)}<p class="actions"><button>Show</button></p>
</form>
`;
}

/** What is filtered, each with a link that takes it away. */
export function chips(request: ListRequest, words: KindWords, links: Links): Html | false {
  const { given } = request;
  const options = optionsOf(words);
  const chip = (field: FilterName) => {
    const text = given[field];
    if (text === undefined) return [];
    const known = field === 'standing' || field === 'check' || field === 'kind' ? options[field] : [];
    const shown = text.split(',').map(word => known.find(([value]) => value === word)?.[1] ?? word);
    const path = listPath({ ...given, [field]: undefined }, links);
    return html`<li><a href="${path}#list" title="Take this filter away">${LABELS[field]}: <b><bdi>${shown.join(' or ')}</bdi></b> <span aria-hidden="true">×</span><span class="unseen">, take this filter away</span></a></li>`;
  };
  const shown = FILTERS.flatMap(chip);
  return (
    shown.length > 0 &&
    html`<ul class="filtered" aria-label="Filters">${shown}<li><a class="all" href="${listPath({}, links)}#list">Show all</a></li></ul>
`
  );
}

function textField(field: FilterName, hint: string, request: ListRequest): Html {
  return html`<p class="field f-${field}"><label for="${field}">${LABELS[field]}</label>
<input type="text" id="${field}" name="${field}" value="${request.given[field]}" placeholder="${hint}" maxlength="1024" autocomplete="off" autocapitalize="none" spellcheck="false"${marks(field, faultyIn(request))}>
${faultOf(field, request)}</p>
`;
}

function choice(
  field: Exclude<FieldName, 'limit' | 'reverse'>,
  label: string,
  options: readonly Option[],
  request: ListRequest,
  none = 'Any',
): Html {
  const chosen = request.given[field];
  // The form keeps the text of the address, even a list of words or a word that is not an option.
  const other = chosen !== undefined && !options.some(([value]) => value === chosen) && chosen !== 'soonest';
  const all = other ? [...options, [chosen, chosen.replaceAll(',', ' or ')] as const] : options;
  return html`<p class="field f-${field}"><label for="${field}">${label}</label>
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
