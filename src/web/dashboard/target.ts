/** A target's page: its state, what comes next, every decision explained, and its history, newest first. */
import type { Explanation } from '../../core/explanation';
import { type Html, html } from '../html';
import type { Answer } from '../problem';
import type { WholeTarget } from '../target/explanation';
import { framed } from './frame';
import { historyCard } from './history';
import { homePath, type Links } from './links';
import { nextCard, thresholdsCard } from './plan';
import { recipientsCard } from './recipients';
import { stateCard } from './state';

/**
 * @param actions what a person can do about it ("check now", "edit owners and thresholds"), as finished forms; their place
 * is right below the state, and stays empty where there are none.
 */
export function targetPage(whole: WholeTarget, links: Links, actions?: Html): Answer {
  const { key, explanation, history } = whole;
  const main = html`${offWords(explanation)}${stateCard(whole)}
${actions && html`<section class="card" id="actions" aria-labelledby="actionsTitle"><h2 id="actionsTitle">Do something</h2>${actions}</section>`}
<div class="columns even">${nextCard(explanation)}${thresholdsCard(explanation)}</div>
${recipientsCard(explanation)}${historyCard(history)}`;
  const title = explanation.row?.columns.displayName ?? key.name;
  return framed(200, { title, nav: back(links), main });
}

export function noTargetPage(links: Links): Answer {
  const main = html`<section class="card"><h1>There is no such target</h1>
<p>It is neither registered nor remembered. Its registry row may have been removed more than a week ago, or the address was cut short.</p>
</section>`;
  return framed(404, { title: 'There is no such target', nav: back(links), main });
}

function back(links: Links): Html {
  return html`<a href="${homePath(links)}"><span aria-hidden="true">‹ </span>What expires next</a>`;
}

/** Whatever takes it off the reports is said first. */
function offWords({ row, state }: Explanation): Html | undefined {
  const words =
    whyOff(row) ?? (state ? undefined : html`No sweep has met it yet: below is what its registry row says.`);
  return words && html`<div class="note"><p>${words}</p></div>`;
}

function whyOff(row: Explanation['row']): Html | undefined {
  if (!row)
    return html`<b>It is no longer registered.</b> What is remembered of it is deleted a week after that was noticed.`;
  if (row.columns.replacedBy !== undefined)
    return html`<b>It was replaced</b> by <bdi>${row.columns.replacedBy}</bdi>, and is watched no more.`;
  return row.columns.enabled
    ? undefined
    : html`<b>It is switched off</b> in the registry: neither read nor told about.`;
}
