/** The dashboard's list: one page of targets in the order asked for, as a table that becomes cards on a phone. */
import type { StatusItem } from '../../core/listing';
import { type Html, html } from '../../formats/html';
import { distance, utcDate } from '../../formats/when';
import type { Report } from '../../watch/report/status';
import { encodeCursor } from '../status/query';
import { type ListRequest, ORDER_WORDS, type Order } from './filter';
import { type Links, linkTo, listPath, targetPath } from './links';
import { checkBadge, expiryOf, placeOf, standingBadge, WORST_FIRST } from './words';

const COLUMNS: readonly (readonly [words: string, order?: Order])[] = [
  ['Target', 'name'],
  ['Expires', 'soonest'],
  ['State', 'state'],
  ['Owners', 'owner'],
  ['Last read', 'checked'],
];

export function list(report: Report, request: ListRequest, links: Links): Html {
  const { order, page, pageSize: size } = request;
  const start = order === 'soonest' ? 0 : (page - 1) * size;
  // Equal targets stay soonest first.
  const ordered = order === 'soonest' ? report.items : [...report.items].sort(COMPARE[order]);
  const items = ordered.slice(start, start + size);
  if (items.length === 0) return nothing(report, request, links);
  return html`${order !== 'soonest' && report.nextCursor !== undefined && cutNote(report)}${table(items, report, request, links)}${paging(report, request, start + size, links)}`;
}

function nothing({ counts }: Report, { given, page }: ListRequest, links: Links): Html {
  if (page > 1)
    return html`<p class="empty">There is no such page. <a href="${listPath(given, links)}">Back to the first</a></p>`;
  if (Object.keys(given).length > 0)
    return html`<p class="empty">No target matches. <a href="${listPath({}, links)}">Show all</a></p>`;
  if (counts.total > 0) return html`<p class="empty">There are no more.</p>`;
  return html`<p class="empty">Nothing is watched yet. Add a row to the registry; the next sweep reads it.</p>`;
}

function cutNote({ items }: Report): Html {
  return html`<p class="hint">More than ${items.length} match: only the ${items.length} soonest are ordered here. A filter brings in the rest.</p>`;
}

/** The roles are explicit, since some browsers drop them where the table becomes cards. */
function table(items: readonly StatusItem[], report: Report, request: ListRequest, links: Links): Html {
  return html`<table class="list" role="table">
<caption class="unseen">Targets: ${ORDER_WORDS[request.order].toLowerCase()}</caption>
<thead role="rowgroup"><tr role="row">${COLUMNS.map(([words, order]) => head(words, order, request, links))}</tr></thead>
<tbody role="rowgroup">
${items.map(item => row(item, report.asOf, links))}</tbody>
</table>
`;
}

/** On a phone only screen readers see the heads. They are plain words there, since a hidden link could take the focus. */
function head(
  words: string,
  order: Order | undefined,
  { given, order: current }: ListRequest,
  links: Links,
): Html {
  if (order === undefined) return html`<th scope="col" role="columnheader">${words}</th>`;
  if (order === current) {
    const way = order === 'state' ? 'other' : 'ascending';
    return html`<th scope="col" role="columnheader" aria-sort="${way}">${words} <span aria-hidden="true">▴</span></th>`;
  }
  const path = listPath({ ...given, order: order === 'soonest' ? undefined : order }, links);
  return html`<th scope="col" role="columnheader"><a href="${path}#list" title="${ORDER_WORDS[order]}">${words}</a><span class="narrow">${words}</span></th>`;
}

function row(item: StatusItem, asOf: number, links: Links): Html {
  const { scope, name, displayName, owners, standing, check, checkedOn, rowLostSince, snoozedUntil } = item;
  const owner =
    owners.length > 0
      ? owners.map(address => html`<bdi>${address}</bdi> `)
      : html`<span class="hint">none: operators take their place</span>`;
  return html`<tr role="row" class="${standing}"><th scope="row" role="rowheader">${linkTo(targetPath(scope, name, links), displayName)}<small><bdi>${item.kind}</bdi> · <bdi>${placeOf(item)}</bdi></small></th>
<td role="cell" class="when">${expiryOf(item, asOf)}</td>
<td role="cell" class="state">${standingBadge(standing)}${checkBadge(check)}${rowLostSince !== undefined && html`<small>without a row since ${utcDate(rowLostSince)}</small>`}${snoozedUntil !== undefined && html`<small>snoozed until ${utcDate(snoozedUntil)}</small>`}</td>
<td role="cell" class="owners">${owner}</td>
<td role="cell" class="read">${checkedOn === undefined ? 'not yet' : distance(checkedOn, asOf)}</td></tr>
`;
}

function paging(report: Report, request: ListRequest, end: number, links: Links): Html | false {
  const { given, query, order, page } = request;
  const { items, nextCursor } = report;
  const isFirst = order === 'soonest' ? query?.cursor === undefined : page === 1;
  const next =
    order === 'soonest'
      ? nextCursor !== undefined && { cursor: encodeCursor(nextCursor) }
      : end < items.length && { page: String(page + 1) };
  if (isFirst && !next) return false;
  // The calendar can only be read forwards, so this order has no previous page, only a first one.
  const previous = order !== 'soonest' && page > 1 && { page: page > 2 ? String(page - 1) : undefined };
  return html`<nav class="paging" aria-label="Pages of the list">
${!isFirst && html`<a href="${listPath(given, links)}#list">First page</a>`}
${previous && html`<a href="${listPath({ ...given, ...previous }, links)}#list" rel="prev">Previous page</a>`}
${next && html`<a href="${listPath({ ...given, ...next }, links)}#list" rel="next">Next page</a>`}
</nav>
`;
}

type Compare = (a: StatusItem, b: StatusItem) => number;

/** Made at the first sort, since the first one costs milliseconds of every start. */
let collator: Intl.Collator | undefined;

function byText(textOf: (item: StatusItem) => string): Compare {
  return (a, b) => {
    collator ??= new Intl.Collator('en', { numeric: true, sensitivity: 'base' });
    return collator.compare(textOf(a), textOf(b));
  };
}

/** Targets without an owner and targets never read come first, since someone should look at them. */
const COMPARE: Readonly<Record<Exclude<Order, 'soonest'>, Compare>> = {
  name: byText(({ displayName }) => displayName),
  owner: byText(({ owners }) => owners[0] ?? ''),
  state: (a, b) =>
    WORST_FIRST.indexOf(a.standing) - WORST_FIRST.indexOf(b.standing) ||
    Number(a.check === 'ok') - Number(b.check === 'ok'),
  checked: (a, b) => (a.checkedOn ?? 0) - (b.checkedOn ?? 0),
};
