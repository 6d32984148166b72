/** A target's page: its state, what a person can do, what comes next, every decision explained, and its history. */
import { isWatched } from '../../core/watched';
import { type Html, html } from '../../formats/html';
import type { TaggedRow } from '../../watch/registry/row';
import type { Explained, Explanation } from '../../watch/report/explain';
import type { KindWords } from '../../watch/report/kind-words';
import type { Response } from '../problem';
import { bannerOf, type FormOutcome, headersOf, removedBanner, statusOf } from './banner';
import { editForm, type Returned } from './edit';
import { nextCard, recipientsCard } from './explanation';
import { framed } from './frame';
import { historyCard } from './history';
import { type Links, linkTo, listPath, siblingPath } from './links';
import { stateCard } from './state';
import { time } from './words';

/**
 * @param row as people wrote it, for the edit form; undefined where it is gone
 * @param outcome of the form that was just sent, if any
 */
export function targetPage(
  explained: Explained,
  row: TaggedRow | undefined,
  words: KindWords,
  links: Links,
  outcome: FormOutcome | undefined,
): Response {
  const { key, explanation, history } = explained;
  const returned = outcome && 'returned' in outcome ? outcome.returned : undefined;
  const off = whyNotReported(explained, links);
  const main = html`${bannerOf(outcome, explained)}${off && html`<div class="note"><p>${off}</p></div>`}${stateCard(explained, words)}
${actionsCard(explanation, row, returned, links)}
<div class="columns even">${nextCard(explanation)}${recipientsCard(explanation)}</div>
${historyCard(history)}`;
  const name = explanation.row?.columns.displayName ?? key.name;
  const lasting = !outcome || outcome.is === 'checked' || outcome.is === 'saved';
  return framed(statusOf(outcome), {
    title: returned ? `Not saved: ${name}` : name,
    main,
    links,
    lasting,
    headers: headersOf(outcome),
  });
}

export function noTargetPage(links: Links, outcome?: FormOutcome): Response {
  const main = html`${outcome && 'returned' in outcome && removedBanner(outcome.returned)}<section class="card"><h1>There is no such target</h1>
<p>It is not registered, and nothing is recorded of it. Its registry row may have been removed more than a week ago, or the address is incomplete.</p>
</section>`;
  const title = 'There is no such target';
  return framed(404, { title, main, links, lasting: false });
}

/** Why it is on no report, or not for long. */
function whyNotReported({ key, explanation: { row, state } }: Explained, links: Links): Html | undefined {
  if (!row)
    return html`<b>It is no longer registered.</b> A week after that was noticed, its records are deleted.`;
  if (row.lost)
    return html`<b>Its registry row is lost</b> since ${time(row.lost.since)}: it vanished with many others. Below is what is remembered of it. Restore the row; the target goes a day after that time, or when an operator confirms.`;
  if (!row.columns.enabled)
    return html`<b>It is switched off</b> in the registry: neither read nor told about.`;
  if (row.replacement.is === 'replaced')
    return html`<b>It was replaced</b> by ${linkTo(siblingPath(key.scope, row.replacement.by, links), row.replacement.by)}, and is not watched any more. Below is what it was.`;
  if (row.replacement.is === 'notVerified')
    return html`<b>Replaced, not verified:</b> it is not watched any more, and its registry row names no successor. Write the name of the new target into <code>replacedBy</code>, or clear it to watch this one again.`;
  return state ? undefined : html`No sweep has found it yet: below is what its registry row says.`;
}

function actionsCard(
  { row: watched }: Explanation,
  row: TaggedRow | undefined,
  returned: Returned | undefined,
  links: Links,
): Html | undefined {
  if (!watched || !row) return undefined;
  const canCheck = isWatched(watched) && watched.faults.length === 0;
  // No column can correct a key: every edit would be refused.
  const badKey = watched.faults.some(fault => /^(key|PartitionKey):/.test(fault));
  return html`<section class="card doing" aria-labelledby="actions"><h2 id="actions">What you can do</h2>
${lookalikeNote(row)}${canCheck && checkForm(links)}${badKey ? KEY_WORDS : editForm(row, returned, links)}</section>
`;
}

function lookalikeNote({ lookalikes }: TaggedRow): Html | undefined {
  if (lookalikes.length === 0) return undefined;
  return html`<div class="note"><p><b>Look at the columns of its registry row:</b></p><ul>${lookalikes.map(hint => html`<li><bdi>${hint}</bdi></li>`)}</ul></div>
`;
}

const KEY_WORDS = html`<p class="hint">Its key can’t be understood, and a key can’t be edited: register the target again under the right key, and remove this row.</p>
`;

function checkForm(links: Links): Html {
  return html`<form class="check" method="post" action="${listPath({}, links)}">
<input type="hidden" name="act" value="check"><button data-busy="Reading…">Check now</button>
<p class="hint">Reads it once, now, and records what comes back, as a sweep would. That can take some seconds.</p>
</form>
`;
}
