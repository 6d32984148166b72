/** A target's page: its state, what a person can do, what comes next, every decision explained, and its history. */
import type { TargetEvent } from '../../core/history';
import { type Html, html } from '../../formats/html';
import type { TaggedRow } from '../../watch/registry/row';
import type { Explained } from '../../watch/report/explain';
import type { KindWords } from '../../watch/report/kind-words';
import type { Response } from '../problem';
import {
  alarm,
  bannerOf,
  doneBanner,
  type FormOutcome,
  headersOf,
  notPutBack,
  OVERTAKEN,
  removedBanner,
  statusOf,
} from './banner';
import { actionsCard } from './doing';
import { changesRow, isDone } from './done';
import { nextCard, recipientsCard } from './explanation';
import { framed } from './frame';
import { historyCard } from './history';
import { type Links, linkTo, siblingPath } from './links';
import { stateCard } from './state';
import { undoForm } from './undo';
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
  const undo = undoForm(history, row, links);
  // What was just done is undone where that is said.
  const isFresh = outcome !== undefined && isDone(outcome.is) && changesRow(outcome.is);
  const main = html`${bannerOf(outcome, explained, isFresh ? undo : undefined)}${!isFresh && !row && undo && html`<section class="card">${undo}</section>`}${off && html`<div class="note"><p>${off}</p></div>`}${stateCard(explained, words)}
${actionsCard(explanation, row, outcome, links, isFresh ? undefined : undo)}
<div class="columns even">${nextCard(explanation)}${recipientsCard(explanation)}</div>
${historyCard(history)}`;
  const name = explanation.row?.columns.displayName ?? key.name;
  const lasting = !outcome || isDone(outcome.is);
  return framed(statusOf(outcome), {
    title: returned ? `Not saved: ${name}` : name,
    main,
    links,
    lasting,
    headers: headersOf(outcome),
  });
}

/** @param history of a target of which nothing else is left */
export function noTargetPage(
  links: Links,
  history: readonly TargetEvent[],
  outcome: FormOutcome | undefined,
): Response {
  const undo = undoForm(history, undefined, links);
  const main = html`${goneBanner(outcome, undo)}<section class="card"><h1>There is no such target</h1>
<p>It is not registered, and nothing is recorded of it. Its registry row may have been removed more than a week ago, or the address is incomplete.</p>
${outcome?.is !== 'removed' && undo}</section>`;
  const title = 'There is no such target';
  return framed(404, { title, main, links, lasting: false });
}

function goneBanner(outcome: FormOutcome | undefined, undo: Html | undefined): Html | undefined {
  switch (outcome?.is) {
    case 'removed':
      return doneBanner('removed', undo);
    case 'changed':
      return removedBanner(outcome.returned);
    case 'refused':
      return notPutBack(outcome.returned);
    case 'overtaken':
      return alarm(OVERTAKEN);
    default:
      return undefined;
  }
}

/** Why it is on no report, or not for long. */
function whyNotReported({ key, explanation: { row, state } }: Explained, links: Links): Html | undefined {
  if (!row)
    return html`<b>It is no longer registered.</b> A week after that was noticed, its records are deleted.`;
  if (row.lost)
    return html`<b>Its registry row is lost</b> since ${time(row.lost.since)}: it vanished with many others. Below is what is remembered of it. Restore the row; the target goes a day after that time, or when an operator confirms.`;
  if (!row.columns.enabled)
    return html`<b>It is paused</b>: neither read nor told about, until somebody presses “Resume”.`;
  if (row.replacement.is === 'replaced')
    return html`<b>It was replaced</b> by ${linkTo(siblingPath(key.scope, row.replacement.by, links), row.replacement.by)}, and is not watched any more. Below is what it was.`;
  if (row.replacement.is === 'notVerified')
    return html`<b>Replaced, not verified:</b> it is not watched any more, and its registry row names no successor. Name the new one under “Edit”, or press “Watch it again”.`;
  return state ? undefined : html`No sweep has found it yet: below is what its registry row says.`;
}
