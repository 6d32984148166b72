/** The dashboard: what expires next and whether the watcher can be trusted, on one page that works without a script. */
import type { StatusItem } from '../../core/listing';
import type { Standing } from '../../core/standing';
import { type Html, html } from '../../formats/html';
import { formatInstant } from '../../formats/instant';
import { counted } from '../../formats/when';
import type { LostRows } from '../../watch/registry/lost';
import type { HealthReason } from '../../watch/report/health';
import type { Overview, Report } from '../../watch/report/status';
import type { Response } from '../problem';
import { FORM_FIELDS, filterForm, type ListRequest } from './filter';
import { framed } from './frame';
import { type Links, linkTo, listPath, query, targetPath } from './links';
import { list } from './list';
import { timeline } from './timeline';
import {
  CHECK_WORDS,
  expiryOf,
  placeOf,
  STANDING_WORDS,
  sign,
  time,
  timeAndDistance,
  WORST_FIRST,
} from './words';

interface Dashboard {
  readonly overview: Overview;
  /** Empty while the watcher is healthy. */
  readonly reasons: readonly Pick<HealthReason, 'message'>[];
  readonly kinds: readonly string[];
  /** Where registry rows are lost. */
  readonly lost?: LostRows | undefined;
}

const MOST_NEXT = 5;

export function dashboardPage(
  { overview, reasons, kinds, lost }: Dashboard,
  request: ListRequest,
  links: Links,
): Response {
  const { report } = overview;
  const main = html`${staleBanner(reasons, lost, links)}<div class="title"><h1>What expires next</h1>
${freshness(report)}${registryLinks(links)}</div>
${countsCard(report, links)}
<div class="columns">${timeline(overview, links)}${soonestCard(overview, links)}</div>
${troublesCard(overview, links)}${listCard(filterForm(request, kinds, links), list(report, request, links))}`;
  return framed(200, { title: 'What expires next', main, lasting: true });
}

/** For a query with faults: it shows them, and reads no table. */
export function faultyPage(request: ListRequest, kinds: readonly string[], links: Links): Response {
  const others = request.faults.filter(({ parameter }) => !FORM_FIELDS.some(field => field === parameter));
  const main = html`<div class="title"><h1>What expires next</h1></div>
<div class="alarm" role="alert">
<p><b>Nothing is listed: the filter is not understood.</b> Correct the marked fields below, or clear the filter.</p>
${others.length > 0 && html`<ul>${others.map(({ parameter, detail }) => html`<li><code><bdi>${parameter}</bdi></code>: ${detail}</li>`)}</ul>`}
</div>
${listCard(filterForm(request, kinds, links), html``)}`;
  return framed(400, { title: 'The filter is not understood', main, lasting: false });
}

const MEANINGS: Readonly<Record<Standing, string>> = {
  expired: 'expired, by the last read',
  expiring: 'past the first threshold',
  unknown: 'no expiry is known',
  healthy: 'nothing to do yet',
};

function staleBanner(reasons: Dashboard['reasons'], lost: LostRows | undefined, links: Links): Html | false {
  return (
    reasons.length > 0 &&
    html`<div class="alarm" role="alert">
<h2>The watcher itself needs help</h2>
<p>What this page shows may be out of date, and mails may be late.</p>
<ul>${reasons.map(({ message }) => html`<li>${message}</li>`)}</ul>
${lost && lost.targets > 0 && lostWords(lost, links)}</div>
`
  );
}

/** To the pages that change the registry as a whole. */
function registryLinks(links: Links): Html {
  const key = query(links);
  return html`<nav class="rows" aria-label="Registry"><a href="dashboard/add${key}">Add a target</a><a href="dashboard/import${key}">Import</a><a href="registry/export${key}">Export</a></nav>`;
}

/** The form names the instant that the operator looks at: what is lost later is not confirmed with it. */
function lostWords({ asOf, targets, scopes, confirmedOn = 0 }: LostRows, links: Links): Html {
  if (scopes.every(({ lastOn }) => lastOn <= confirmedOn))
    return html`<p>The removal is confirmed: they leave the reports at the next sweep.</p>
`;
  return html`<form method="post" action="dashboard/lost${query(links)}" aria-label="Confirm the removal">
<input type="hidden" name="until" value="${formatInstant(asOf)}">
<button data-busy="Confirming…">Remove ${targets === 1 ? 'the target' : `these ${targets} targets`} for good</button>
<p>Only if their registry rows were removed on purpose. A row that is back stays watched.</p>
</form>
`;
}

function freshness({ asOf, countsAsOf }: Report): Html {
  const swept =
    countsAsOf === undefined
      ? html`No sweep has finished yet.`
      : html`The oldest finished sweep ended ${timeAndDistance(countsAsOf, asOf)}.`;
  return html`<p class="fresh">As of ${time(asOf)}. ${swept}</p>`;
}

function countsCard({ counts, countsAsOf }: Report, links: Links): Html {
  return html`<section aria-labelledby="glance">
<h2 class="unseen" id="glance">At a glance</h2>
<ul class="tiles">${WORST_FIRST.map(standing => tile(standing, counts[standing], links))}</ul>
<ul class="chips">
<li>${counted(counts.total, 'target')} in all</li>
${chip(counts.failing, 'failing', 'reads fail', links)}${chip(counts.invalid, 'invalid', 'invalid in the registry', links)}${chip(counts.pending, 'pending', 'not read yet', links)}<li>${counts.minted} minted at each read</li>
</ul>
${countsAsOf === undefined && html`<p class="hint">Targets are counted as each scope’s sweep finishes.</p>`}</section>
`;
}

function tile(standing: Standing, count: number, links: Links): Html {
  return html`<li><a class="tile ${standing}" href="${listPath({ standing }, links)}#list"><span class="word">${sign(standing)}${STANDING_WORDS[standing]}</span> <b>${count}</b> <small>${MEANINGS[standing]}</small></a></li>`;
}

function chip(count: number, check: string, words: string, links: Links): Html {
  if (count === 0) return html`<li>0 ${words}</li>`;
  return html`<li><a href="${listPath({ check }, links)}#list">${count} ${words}</a></li>`;
}

function listCard(form: Html, rows: Html): Html {
  return html`<section class="card" aria-labelledby="list">
<h2 id="list" tabindex="-1">All targets</h2>
${form}${rows}</section>
`;
}

function soonestCard({ coming, report: { asOf } }: Overview, links: Links): Html {
  const soonest = coming.items.slice(0, MOST_NEXT);
  const list = html`<ol class="next">${soonest.map(
    item =>
      html`<li>${linkTo(targetPath(item.scope, item.name, links), item.displayName)}<span class="when">${expiryOf(item, asOf)}</span></li>`,
  )}</ol>`;
  return html`<section class="card" aria-labelledby="next">
<h2 id="next">Expires next</h2>
${soonest.length > 0 ? list : html`<p class="hint">Nothing in the coming ${coming.days} days.</p>`}
</section>
`;
}

/** Left out while no check fails. */
function troublesCard({ troubled: { items, isCut }, report }: Overview, links: Links): Html | false {
  const { failing, invalid } = report.counts;
  if (items.length === 0 && failing + invalid === 0) return false;
  const more = html`<p class="more"><a href="${listPath({ check: 'failing,invalid,notVerified' }, links)}#list">All of them</a></p>`;
  return html`<section class="card troubles" aria-labelledby="troubles">
<h2 id="troubles">Checks that fail</h2>
<p class="hint">The last known expiry counts until they are read again. What is replaced and not verified is not watched.</p>
<ul>${items.map(item => trouble(item, links))}</ul>
${(isCut || items.length === 0) && more}</section>
`;
}

function trouble(item: StatusItem, links: Links): Html {
  const { scope, name, displayName, check, failure } = item;
  return html`<li><p><b>${linkTo(targetPath(scope, name, links), displayName)}</b> <span class="hint"><bdi>${item.kind}</bdi> · <bdi>${placeOf(item)}</bdi></span></p>
<p>${failure ? reason(failure, check) : CHECK_WORDS[check]}</p></li>
`;
}

function reason({ code, message, since, count }: NonNullable<StatusItem['failure']>, check: string): Html {
  const often = check === 'failing' && html`, ${counted(count, 'time')} in a row`;
  return html`<code>${code}</code> <bdi>${message}</bdi> <span class="hint">Since ${time(since)}${often}.</span>`;
}
