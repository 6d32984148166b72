/** The dashboard: what to act on now, whether the watcher can be trusted, what comes, and every target, on one page that works without a script. */
import type { KindForm } from '../../app';
import type { Standing } from '../../core/standing';
import { STANDING_WORDS } from '../../core/state-words';
import { type Html, html } from '../../formats/html';
import type { LostRows } from '../../watch/registry/lost';
import type { HealthReason } from '../../watch/report/health';
import type { KindWords } from '../../watch/report/kind-words';
import type { Overview } from '../../watch/report/overview';
import type { Report } from '../../watch/report/status';
import type { Response } from '../problem';
import { actCard, actWords } from './act';
import { emptyRegistry } from './add';
import { chips, FORM_FIELDS, filterForm, isFiltered, type ListRequest } from './filter';
import { framed } from './frame';
import { type Links, listPath } from './links';
import { list } from './list';
import { timeline } from './timeline';
import { concernsNote, illBanner } from './watcher';
import { expiryOf, nameLink, placeLine, sign, time, timeAndDistance, WORST_FIRST } from './words';

interface Dashboard {
  readonly overview: Overview;
  /** Empty while the watcher is healthy. */
  readonly reasons: readonly Pick<HealthReason, 'message'>[];
  readonly words: KindWords;
  readonly kindForms: readonly KindForm[];
  /** What is wrong with the settings of mail; empty where mail is off. */
  readonly mailFaults: readonly string[];
  /** Where registry rows are lost. */
  readonly lost?: LostRows | undefined;
}

const MOST_NEXT = 5;

export function dashboardPage(
  { overview, reasons, mailFaults, words, kindForms, lost }: Dashboard,
  request: ListRequest,
  links: Links,
): Response {
  const { report, concerns } = overview;
  const isEmpty = report.counts.total === 0 && report.items.length === 0 && !isFiltered(request.given);
  const title = actWords(overview);
  const body = isEmpty
    ? emptyRegistry(kindForms, links)
    : html`${tiles(report, links)}
${actCard(overview, words, links)}<div class="columns">${timeline(overview, words, links)}${nextCard(overview, words, links)}</div>
${listCard(report, request, words, links)}`;
  const main = html`${illBanner(reasons, mailFaults, lost, links)}<div class="title"><h1>${title}</h1>
${freshness(report)}</div>
${concernsNote(concerns, words, links)}${body}`;
  return framed(200, { title, main, links, up: '', here: 'dashboard', lasting: true });
}

/** For a query with faults: it shows them, and reads no table. */
export function faultyPage(request: ListRequest, words: KindWords, links: Links): Response {
  const others = request.faults.filter(({ parameter }) => !FORM_FIELDS.some(field => field === parameter));
  const main = html`<div class="title"><h1>Nothing is listed: the filter is not understood</h1></div>
<div class="alarm" role="alert">
<p>Correct the marked fields below, or <a href="${listPath({}, links)}">show all</a>.</p>
${others.length > 0 && html`<ul>${others.map(({ parameter, detail }) => html`<li><code><bdi>${parameter}</bdi></code>: ${detail}</li>`)}</ul>`}
</div>
<section class="card" aria-labelledby="list">
<h2 id="list" tabindex="-1">All targets</h2>
${filterForm(request, words, links)}</section>
`;
  return framed(400, {
    title: 'The filter is not understood',
    main,
    links,
    up: '',
    here: 'dashboard',
    lasting: false,
  });
}

function freshness({ asOf, countsAsOf }: Report): Html {
  const swept =
    countsAsOf === undefined
      ? html`No sweep has finished yet.`
      : html`The oldest finished sweep ended ${timeAndDistance(countsAsOf, asOf)}.`;
  return html`<p class="fresh">As of ${time(asOf)}. ${swept}</p>`;
}

const MEANINGS: Readonly<Record<Standing, string>> = {
  expired: 'by the last read',
  expiring: 'past the first threshold',
  unknown: 'no expiry is known',
  healthy: 'nothing to do yet',
};

function tiles({ counts, countsAsOf }: Report, links: Links): Html {
  return html`<section aria-labelledby="glance">
<h2 class="unseen" id="glance">At a glance</h2>
<ul class="tiles">${WORST_FIRST.map(standing => tile(standing, counts[standing], links))}</ul>
${countsAsOf === undefined && html`<p class="hint">Targets are counted as each scope’s sweep finishes.</p>`}</section>
`;
}

function tile(standing: Standing, count: number, links: Links): Html {
  const { label, tone } = STANDING_WORDS[standing];
  return html`<li><a class="tile ${tone}${count === 0 && html` zero`}" href="${listPath({ standing }, links)}#list"><b>${count}</b> <span class="word">${sign(standing)}${label}</span> <small>${MEANINGS[standing]}</small></a></li>`;
}

/** What comes after all that must be acted on now. */
function nextCard({ coming, report: { asOf } }: Overview, words: KindWords, links: Links): Html {
  const next = coming.items.filter(({ standing }) => standing === 'healthy').slice(0, MOST_NEXT);
  const list = html`<ol class="next">${next.map(
    item =>
      html`<li>${nameLink(item, words, links)}${placeLine(item, words)}<span class="when">${expiryOf(item, asOf)}</span></li>`,
  )}</ol>`;
  return html`<section class="card" aria-labelledby="next">
<h2 id="next">Comes after that</h2>
${next.length > 0 ? list : html`<p class="hint">Nothing else in the coming ${coming.days} days.</p>`}
</section>
`;
}

function listCard(report: Report, request: ListRequest, words: KindWords, links: Links): Html {
  return html`<section class="card listing" aria-labelledby="list">
<h2 id="list" tabindex="-1">All targets</h2>
${quickFilters(report, links)}${filterForm(request, words, links)}${chips(request, words, links)}${list(report, request, words, links)}</section>
`;
}

function quickFilters({ counts }: Report, links: Links): Html {
  const { failing, invalid, pending, minted } = counts;
  const quick = (count: number, check: string, words: string) =>
    count > 0 && html`<li><a href="${listPath({ check }, links)}#list">${count} ${words}</a></li>`;
  return html`<ul class="chips">${quick(failing, 'failing', 'failing')}${quick(invalid, 'invalid', invalid === 1 ? 'with an invalid row' : 'with invalid rows')}${quick(pending, 'pending', 'not read yet')}${minted > 0 && html`<li>${minted} minted at each read</li>`}</ul>
`;
}
