/** The two short lists beside the chart: what expires next, and which checks fail and why. */

import type { StatusItem } from '../../core/listing';
import { type Html, html } from '../../formats/html';
import { counted } from '../../formats/when';
import type { Overview } from '../../watch/report/status';
import { type Links, linkTo, listPath, targetPath } from './links';
import { CHECK_WORDS, expiryOf, placeOf, time } from './words';

const MOST_NEXT = 5;

export function nextCard({ coming, report: { asOf } }: Overview, links: Links): Html {
  const next = coming.items.slice(0, MOST_NEXT);
  const list = html`<ol class="next">${next.map(
    item =>
      html`<li>${linkTo(targetPath(item.scope, item.name, links), item.displayName)}<span class="when">${expiryOf(item, asOf)}</span></li>`,
  )}</ol>`;
  return html`<section class="card" aria-labelledby="next">
<h2 id="next">Expires next</h2>
${next.length > 0 ? list : html`<p class="hint">Nothing in the coming ${coming.days} days.</p>`}
</section>
`;
}

/** Left out while every check goes well: then there is nothing to look at. */
export function troublesCard({ troubled: { items, isCut }, report }: Overview, links: Links): Html | false {
  const { failing, invalid } = report.counts;
  if (items.length === 0 && failing + invalid === 0) return false;
  const more = html`<p class="more"><a href="${listPath({ check: 'failing,invalid' }, links)}#list">All failing and invalid targets</a></p>`;
  return html`<section class="card troubles" aria-labelledby="troubles">
<h2 id="troubles">Checks that fail</h2>
<p class="hint">The last known expiry counts until they are read again.</p>
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
