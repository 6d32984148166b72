/** A target's page: its state, what a person can do, what comes next, every decision explained, and its history, newest first. */

import { type Html, html } from '../../formats/html';
import type { Explanation } from '../../watch/report/explain';
import type { Answer } from '../problem';
import type { TaggedRow } from '../registry/answers';
import type { WholeTarget } from '../target/explanation';
import { actionsCard } from './actions';
import { framed } from './frame';
import { historyCard } from './history';
import { homePath, type Links } from './links';
import { nextCard, thresholdsCard } from './plan';
import { recipientsCard } from './recipients';
import { goneNotice, headersOf, noticeOf, type Said, statusOf } from './said';
import { stateCard } from './state';

/**
 * @param row as people wrote it, to be edited; undefined where it is gone
 * @param said what was just asked, and what came of it
 */
export function targetPage(
  whole: WholeTarget,
  row: TaggedRow | undefined,
  links: Links,
  said: Said | undefined,
): Answer {
  const { key, explanation, history } = whole;
  const returned = said && 'returned' in said ? said.returned : undefined;
  const main = html`${noticeOf(said, whole)}${offWords(explanation)}${stateCard(whole)}
${actionsCard(explanation, row, returned, links)}
<div class="columns even">${nextCard(explanation)}${thresholdsCard(explanation)}</div>
${recipientsCard(explanation)}${historyCard(history)}`;
  const name = explanation.row?.columns.displayName ?? key.name;
  const lasting = !said || said.said === 'checked' || said.said === 'saved';
  return framed(statusOf(said), {
    title: returned ? `Not saved: ${name}` : name,
    nav: backLink(links),
    main,
    up: '../../',
    lasting,
    headers: headersOf(said),
  });
}

export function noTargetPage(links: Links, said?: Said): Answer {
  const main = html`${said && 'returned' in said && goneNotice(said.returned)}<section class="card"><h1>There is no such target</h1>
<p>It is neither registered nor remembered. Its registry row may have been removed more than a week ago, or the address was cut short.</p>
</section>`;
  const title = 'There is no such target';
  return framed(404, { title, nav: backLink(links), main, up: '../../', lasting: false });
}

export function backLink(links: Links): Html {
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
