/** The dashboard's list: one page of targets in the order asked for, as a table that becomes cards on a phone. */
import type { StatusItem } from '../../core/listing';
import { type Html, html } from '../../formats/html';
import { counted, distance, utcDate } from '../../formats/when';
import type { KindWords } from '../../watch/report/kind-words';
import type { Report } from '../../watch/report/status';
import { isFiltered, type ListRequest, MOST_LISTED, ORDER_WORDS, type Order } from './filter';
import { type Links, listPath } from './links';
import {
  checkBadge,
  expiryOf,
  nameLink,
  ownersOf,
  placeLine,
  shownName,
  standingBadge,
  WORST_FIRST,
} from './words';

const COLUMNS: readonly (readonly [words: string, order: Order])[] = [
  ['Target', 'name'],
  ['Expires', 'soonest'],
  ['State', 'state'],
  ['Owners', 'owner'],
  ['Last read', 'checked'],
];

/** Where the page lies in what was found. */
interface Place {
  readonly start: number;
  readonly end: number;
  /** How many were found. */
  readonly found: number;
  /** More than that were found, or may be. */
  readonly isCut: boolean;
}

export function list(report: Report, request: ListRequest, words: KindWords, links: Links): Html {
  const place = placeOf(report, request);
  const items = ordered(report.items, request, words).slice(place.start, place.end);
  if (items.length === 0) return nothing(report, request, links);
  return html`<p class="range" role="status">${rangeWords(place, report, request)}</p>
${table(items, report.asOf, request, words, links)}${paging(place, request, links)}`;
}

/** Unfiltered, the sweeps have counted what lies behind the page; else everything was read. */
function placeOf({ items, nextCursor, counts }: Report, request: ListRequest): Place {
  const start = (request.page - 1) * request.pageSize;
  const end = Math.min(items.length, start + request.pageSize);
  const hasMore = nextCursor !== undefined;
  if (!hasMore) return { start, end, found: items.length, isCut: false };
  if (items.length >= MOST_LISTED || isFiltered(request.given))
    return { start, end, found: items.length, isCut: true };
  return { start, end, found: Math.max(counts.total, end + 1), isCut: false };
}

/** `4 of 300 targets`, `51–100 of 300 targets`, `51–100 of 120 that match, of 300 targets`. */
function rangeWords({ start, end, found, isCut }: Place, { counts }: Report, { given }: ListRequest): Html {
  const all = Math.max(counts.total, found);
  const of = isCut ? html`more than ${found}` : html`${found}`;
  const range = html`<b>${start + 1}–${end}</b>`;
  if (!isFiltered(given)) {
    const note = isCut && html` Only these can be paged through and sorted; a filter brings in the rest.`;
    return html`${found === end && start === 0 ? html`<b>${found}</b> ${found === 1 ? 'target' : 'targets'}` : html`${range} of ${of} targets`}${note}`;
  }
  if (start === 0 && end === found && !isCut) return html`<b>${found}</b> of ${counted(all, 'target')}`;
  return html`${range} of ${of} that match, of ${counted(all, 'target')}`;
}

function nothing({ counts }: Report, { given, page }: ListRequest, links: Links): Html {
  if (page > 1)
    return html`<p class="empty">There is no such page. <a href="${listPath(given, links)}#list">Back to the first</a></p>`;
  if (isFiltered(given))
    return html`<p class="empty" role="status"><b>0</b> of ${counted(counts.total, 'target')}: none matches. <a href="${listPath({}, links)}#list">Show all</a></p>`;
  return html`<p class="empty">Nothing is watched yet. <a href="#add">Add a target</a>; the next sweep reads it.</p>`;
}

/** The roles are explicit, since some browsers drop them where the table becomes cards. */
function table(
  items: readonly StatusItem[],
  asOf: number,
  request: ListRequest,
  words: KindWords,
  links: Links,
): Html {
  return html`<table class="list" role="table">
<caption class="unseen">Targets: ${orderWords(request.order, request.reversed)}</caption>
<thead role="rowgroup"><tr role="row">${COLUMNS.map(([text, order]) => head(text, order, request, links))}</tr></thead>
<tbody role="rowgroup">
${items.map(item => row(item, asOf, words, links))}</tbody>
</table>
`;
}

function orderWords(order: Order, reversed: boolean): string {
  return ORDER_WORDS[order][reversed ? 1 : 0].toLowerCase();
}

/** On a phone only screen readers see the heads. They are plain words there, since a hidden link could take the focus. */
function head(text: string, order: Order, request: ListRequest, links: Links): Html {
  const isCurrent = order === request.order;
  const reverses = isCurrent && !request.reversed;
  const fields = {
    ...request.given,
    order: order === 'soonest' ? undefined : order,
    reverse: reverses ? 'yes' : undefined,
  };
  const link = html`<a href="${listPath(fields, links)}#list" title="Sort: ${orderWords(order, reverses)}">${text}${isCurrent && html` <span aria-hidden="true">${request.reversed ? '▾' : '▴'}</span>`}</a><span class="narrow">${text}</span>`;
  const way = order === 'state' ? 'other' : request.reversed ? 'descending' : 'ascending';
  return html`<th scope="col" role="columnheader"${isCurrent && html` aria-sort="${way}"`}>${link}</th>`;
}

function row(item: StatusItem, asOf: number, words: KindWords, links: Links): Html {
  const { owners, standing, check, checkedOn, rowLostSince, snoozedUntil } = item;
  return html`<tr role="row"><th scope="row" role="rowheader">${nameLink(item, words, links)}${placeLine(item, words)}</th>
<td role="cell" class="when">${expiryOf(item, asOf)}</td>
<td role="cell" class="state">${standingBadge(standing)}${checkBadge(check)}${rowLostSince !== undefined && html`<small>without a row since ${utcDate(rowLostSince)}</small>`}${snoozedUntil !== undefined && html`<small>snoozed until ${utcDate(snoozedUntil)}</small>`}</td>
<td role="cell" class="owners">${ownersOf(owners)}</td>
<td role="cell" class="read">${checkedOn === undefined ? 'not yet' : distance(checkedOn, asOf)}</td></tr>
`;
}

function paging({ start, end, found }: Place, { given, page }: ListRequest, links: Links): Html | false {
  const [isFirst, isLast] = [start === 0, end >= found];
  if (isFirst && isLast) return false;
  const to = (other: number) => {
    return `${listPath({ ...given, page: other > 1 ? String(other) : undefined }, links)}#list`;
  };
  return html`<nav class="paging" aria-label="Pages of the list">
${!isFirst && html`<a href="${to(page - 1)}" rel="prev">Previous page</a>`}
${!isLast && html`<a href="${to(page + 1)}" rel="next">Next page</a>`}
</nav>
`;
}

type Sort = (items: readonly StatusItem[], words: KindWords) => StatusItem[];

/** Made at the first sort, since the first one costs milliseconds of every start. */
let collator: Intl.Collator | undefined;

function byText(textOf: (item: StatusItem, words: KindWords) => string): Sort {
  return (items, words) => {
    collator ??= new Intl.Collator('en', { numeric: true, sensitivity: 'base' });
    const { compare } = collator;
    const texts = items.map(item => ({ item, text: textOf(item, words) }));
    return texts.sort((a, b) => compare(a.text, b.text)).map(({ item }) => item);
  };
}

function byNumber(numberOf: (item: StatusItem) => number): Sort {
  return items => items.toSorted((a, b) => numberOf(a) - numberOf(b));
}

/** Equal targets stay soonest first. Those without an owner and those never read come first, since someone should look at them. */
const SORTS: Readonly<Record<Order, Sort>> = {
  soonest: items => [...items],
  name: byText(shownName),
  owner: byText(({ owners }) => owners[0] ?? ''),
  state: byNumber(({ standing, check }) => 2 * WORST_FIRST.indexOf(standing) + Number(check === 'ok')),
  checked: byNumber(({ checkedOn = 0 }) => checkedOn),
};

function ordered(items: readonly StatusItem[], { order, reversed }: ListRequest, words: KindWords) {
  const sorted = SORTS[order](items, words);
  return reversed ? sorted.reverse() : sorted;
}
