/** The first card of the dashboard: what a person must act on now, each with its place, its owners, its date and what to do. */
import type { StatusItem } from '../../core/listing';
import type { Standing } from '../../core/standing';
import { type Html, html } from '../../formats/html';
import type { Instant } from '../../formats/instant';
import { sentence } from '../../formats/text';
import { counted } from '../../formats/when';
import type { KindWords } from '../../watch/report/kind-words';
import type { Overview, Urgent } from '../../watch/report/overview';
import { type Links, listPath } from './links';
import { checkBadge, expiryOf, nameLink, ownersOf, placeLine, standingBadge, time } from './words';

const GROUPS = ['expired', 'expiring', 'failing'] as const;

/** How many of each group there are, in one line: the heading and the title of the page. */
export function actWords({ report: { counts, items }, urgent }: Overview): string {
  // The sweeps count all that fail, also what has expired besides.
  const failing = urgent.failing.isCut ? counts.failing + counts.invalid : 0;
  const words = GROUPS.flatMap(group => {
    const all = Math.max({ ...counts, failing }[group], urgent[group].items.length);
    return all > 0 ? [`${all} ${group}`] : [];
  });
  if (words.length > 0) return words.join(', ');
  return counts.total + items.length > 0 ? 'Nothing needs you now' : 'Nothing is watched yet';
}

const MOST_OWNERS = 3;

export function actCard(overview: Overview, words: KindWords, links: Links): Html | false {
  const { urgent, report } = overview;
  const items = GROUPS.flatMap(group => urgent[group].items);
  if (items.length === 0) return report.counts.total > 0 && calm(overview, words, links);
  return html`<section class="card act" aria-labelledby="act">
<h2 id="act">Act on these now</h2>
<ol class="acts">${items.map(item => act(item, report.asOf, words, links))}</ol>
${moreLinks(overview, links)}</section>
`;
}

/** What comes first, where nothing is to be done now. */
function calm({ coming: { items, days }, report: { asOf } }: Overview, words: KindWords, links: Links): Html {
  const [first] = items;
  const next = first
    ? html`The first to expire is ${nameLink(first, words, links)}, <span class="inline">${expiryOf(first, asOf)}</span>.`
    : html`Nothing expires in the coming ${days} days.`;
  return html`<section class="card act calm" aria-labelledby="act">
<h2 id="act">All is well</h2>
<p>${next}</p></section>
`;
}

function act(item: StatusItem, asOf: Instant, words: KindWords, links: Links): Html {
  const { standing, check, owners } = item;
  const isDue = standing === 'expired' || standing === 'expiring';
  return html`<li>
<p class="state">${(isDue || check === 'ok') && standingBadge(standing)}${checkBadge(check)}</p>
<p class="what"><b>${nameLink(item, words, links)}</b>${placeLine(item, words)}</p>
<p class="when">${expiryOf(item, asOf)}</p>
<p class="owners"><span class="unseen">Owners: </span>${ownersOf(owners, MOST_OWNERS)}</p>
<div class="todo"><span class="unseen">What to do: </span>${todo(item, words)}</div></li>
`;
}

function todo(item: StatusItem, words: KindWords): Html {
  const { standing, check, failure, snoozedUntil } = item;
  const isDue = standing === 'expired' || standing === 'expiring';
  const renew = isDue && html`<p>${words.of(item).renewal ?? 'Renew it.'}</p>`;
  const snoozed =
    snoozedUntil !== undefined && html`<small>Snoozed by an owner until ${time(snoozedUntil)}.</small>`;
  return html`${renew}${check !== 'ok' && failure && trouble(failure, check)}${snoozed}`;
}

const BY_ITSELF = 'It is tried again by itself; look into it if this lasts.';
/** What to do beside what the message says. */
const REMEDIES: Readonly<Record<NonNullable<StatusItem['failure']>['code'], string>> = {
  missing: 'Correct its row, say what replaced it, or remove it.',
  notAllowed: '',
  throttled: BY_ITSELF,
  timeout: BY_ITSELF,
  unreachable: BY_ITSELF,
  unintelligible: BY_ITSELF,
  invalid: '',
  notVerified: '',
};

export function trouble(
  { code, message, since, count }: NonNullable<StatusItem['failure']>,
  check: StatusItem['check'],
): Html {
  const often = check === 'failing' && html`, ${counted(count, 'time')} in a row`;
  const lead = check === 'invalid' && html`Correct its row: `;
  return html`<p>${lead}<bdi>${sentence(message)}</bdi> ${REMEDIES[code]}<small>${check === 'failing' && html`<code>${code}</code> `}since ${time(since)}${often}</small></p>`;
}

const ALL_FAILING = 'failing,invalid,notVerified';

/** One link for each group of which not all are shown. */
function moreLinks({ urgent, report: { counts } }: Overview, links: Links): Html | false {
  const ofStanding = (standing: Extract<Standing, keyof Urgent>) => {
    const { items, isCut } = urgent[standing];
    const all = Math.max(counts[standing], items.length);
    if (!isCut && all === items.length) return [];
    return html`<li><a href="${listPath({ standing }, links)}#list">All ${all} that are ${standing}</a></li>`;
  };
  const failing = urgent.failing.isCut
    ? [html`<li><a href="${listPath({ check: ALL_FAILING }, links)}#list">All that fail</a></li>`]
    : [];
  const all = [ofStanding('expired'), ofStanding('expiring'), failing].flat();
  return all.length > 0 && html`<ul class="more">${all}</ul>`;
}
