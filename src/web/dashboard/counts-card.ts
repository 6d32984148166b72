/** The top of the dashboard: whether the watcher works, how fresh the page is, and how many targets have each standing. */
import type { Standing } from '../../core/standing';
import { type Html, html } from '../../formats/html';
import { counted } from '../../formats/when';
import type { HealthReason } from '../../watch/report/health';
import type { Report } from '../../watch/report/status';
import { type Links, listPath } from './links';
import { STANDING_WORDS, sign, time, timeAndDistance, WORST_FIRST } from './words';

const MEANINGS: Readonly<Record<Standing, string>> = {
  expired: 'past the expiry last read',
  expiring: 'past the first threshold',
  unknown: 'no expiry is known',
  healthy: 'nothing to do yet',
};

export function staleBanner(reasons: readonly Pick<HealthReason, 'message'>[]): Html | false {
  return (
    reasons.length > 0 &&
    html`<div class="alarm" role="alert">
<h2>The watcher itself needs help</h2>
<p>What this page shows may be out of date, and mails may be late.</p>
<ul>${reasons.map(({ message }) => html`<li>${message}</li>`)}</ul>
</div>
`
  );
}

export function freshness({ asOf, countsAsOf }: Report): Html {
  const swept =
    countsAsOf === undefined
      ? html`No sweep has finished yet.`
      : html`The sweep longest ago finished ${timeAndDistance(countsAsOf, asOf)}.`;
  return html`<p class="fresh">As of ${time(asOf)}. ${swept}</p>`;
}

export function countsCard({ counts, countsAsOf }: Report, links: Links): Html {
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
