/** The pages that ask before something is done to a target: before it is removed, and before its successor takes its place. */
import { type Html, html } from '../../formats/html';
import { distance, moment } from '../../formats/when';
import type { TaggedRow } from '../../watch/registry/row';
import type { Explained } from '../../watch/report/explain';
import type { Response } from '../problem';
import type { FormOutcome } from './banner';
import { framed } from './frame';
import { type Links, listPath } from './links';

export function removePage(explained: Explained, { tag }: TaggedRow, links: Links): Response {
  const title = `Remove ${nameOf(explained)}?`;
  const main = html`<section class="card" aria-labelledby="ask"><h1 id="ask">Remove <bdi>${nameOf(explained)}</bdi> from the registry?</h1>
${keyWords(explained)}
<ul class="means"><li>It leaves all reports at the next sweep, and <b>nobody is told when it expires</b>.</li>
<li>What is recorded of it is deleted after a week; its history stays.</li>
<li>A target that names it as its successor is watched again.</li>
<li>You can undo it on the next page. Columns that your team added to the row are not put back.</li></ul>
<p>Was it replaced by a new one? Then <a href="${listPath({}, links)}#replace">name the new one</a> instead. Only for a while? Then <a href="${listPath({}, links)}#actions">pause or snooze it</a>.</p>
${question('Remove it', { act: 'remove', tag }, links)}</section>`;
  return framed(200, { title, main, links, lasting: false });
}

export function proposalPage(
  explained: Explained,
  { id, name, expiresOn, isRegistered, tag }: Extract<FormOutcome, { is: 'proposed' }>,
  links: Links,
): Response {
  const { asOf, state } = explained.explanation;
  const isEarlier =
    typeof expiresOn === 'number' && typeof state?.expiresOn === 'number' && expiresOn < state.expiresOn;
  const when =
    typeof expiresOn === 'number'
      ? html`<b>${distance(expiresOn, asOf)}</b><br>${moment(expiresOn)}`
      : html`<b>never</b>`;
  const main = html`<section class="card" aria-labelledby="ask"><h1 id="ask">Is this the new one?</h1>
<div role="status"><p>It was read just now. Nothing is stopped yet.</p></div>
<dl><div><dt>New id</dt><dd><bdi>${id}</bdi></dd></div><div><dt>Expires</dt><dd>${when}</dd></div></dl>
${isEarlier && html`<p class="past">It expires before the old one.</p>`}
<p>${isRegistered ? 'It is registered already, and stays as it is there.' : 'It is then watched with the same owners, thresholds and texts.'} <bdi>${nameOf(explained)}</bdi> is no longer watched, for anyone. You can undo it.</p>
${question('Stop watching the old one', { act: 'confirm', tag, name }, links)}</section>`;
  return framed(200, { title: `Is this the new one? ${nameOf(explained)}`, main, links, lasting: false });
}

function question(label: string, hidden: Readonly<Record<string, string>>, links: Links): Html {
  const fields = Object.entries(hidden).map(
    ([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`,
  );
  return html`<form class="check" method="post" action="${listPath({}, links)}">${fields}<button data-busy="Saving…">${label}</button> <a class="button" href="${listPath({}, links)}">No, go back</a></form>
`;
}

/** Which of several of that name is meant. */
function keyWords({ key, explanation }: Explained): Html {
  const owners = explanation.row?.columns.owners ?? [];
  return html`<p class="hint"><bdi>${key.scope}</bdi> · <bdi>${key.name}</bdi>${owners.length > 0 && html` · <bdi>${owners.join(', ')}</bdi>`}</p>`;
}

function nameOf({ key, explanation }: Explained): string {
  return explanation.row?.columns.displayName ?? key.name;
}
