/** The dashboard as HTML: what expires next and whether all of it can be trusted, on one page that works without a script. */

import { type Html, html } from '../../formats/html';
import type { Overview } from '../../watch/report/status';
import type { Answer } from '../problem';
import { filterForm } from './filter';
import { framed } from './frame';
import { freshness, glance, type Reasons, staleBanner } from './glance';
import type { Links } from './links';
import { list } from './list';
import { nextCard, troublesCard } from './next';
import type { Asked, Shown } from './query';
import { timeline } from './timeline';

export interface Dashboard {
  readonly overview: Overview;
  readonly reasons: Reasons;
  readonly kinds: readonly string[];
}

const FIELDS: readonly Shown[] = ['q', 'owner', 'within', 'standing', 'check', 'kind', 'scope', 'order'];

export function dashboardPage({ overview, reasons, kinds }: Dashboard, asked: Asked, links: Links): Answer {
  const { report } = overview;
  const main = html`${staleBanner(reasons)}<div class="title"><h1>What expires next</h1>
${freshness(report)}</div>
${glance(report, links)}
<div class="columns">${timeline(overview, links)}${nextCard(overview, links)}</div>
${troublesCard(overview, links)}${listCard(filterForm(asked, kinds, links), list(report, asked, links))}`;
  return framed(200, { title: 'What expires next', main, up: '', lasting: true });
}

/** A query that is not understood shows its faults, and costs no look at the tables. */
export function faultyPage(asked: Asked, kinds: readonly string[], links: Links): Answer {
  const others = asked.faults.filter(({ parameter }) => !FIELDS.some(field => field === parameter));
  const main = html`<div class="title"><h1>What expires next</h1></div>
<div class="alarm" role="alert">
<p><b>Nothing is listed: the filter is not understood.</b> Mend what is marked below, or clear it.</p>
${others.length > 0 && html`<ul>${others.map(({ parameter, detail }) => html`<li><code><bdi>${parameter}</bdi></code>: ${detail}</li>`)}</ul>`}
</div>
${listCard(filterForm(asked, kinds, links), html``)}`;
  return framed(400, { title: 'The filter is not understood', main, up: '', lasting: false });
}

function listCard(form: Html, rows: Html): Html {
  return html`<section class="card" aria-labelledby="list">
<h2 id="list" tabindex="-1">All targets</h2>
${form}${rows}</section>
`;
}
