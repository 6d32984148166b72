/** The pages for what is not even looked at, what can't be read, and what failed through no fault of the person. */
import { html } from '../../formats/html';
import { PRIVATE, page } from '../page';
import type { Answer } from '../problem';
import { framed } from './frame';
import { type Links, listPath } from './links';
import { backLink } from './target';

/** A form that another site made the browser send. */
export function elsewherePage(links: Links): Answer {
  return refusal(403, 'That came from another site', 'Another site made your browser send it.', links);
}

/** @param status as `readContent` has it: 413 too large, 415 of another type, else not understood */
export function unreadPage(status: number, links: Links): Answer {
  if (status === 413) return refusal(status, 'That was too much', 'A form has 64 KiB at most.', links);
  const words = 'It was no form of this page, or had fields twice, too few or too many.';
  return refusal(status, 'That is not understood', words, links);
}

/** A fault of ours, in one page for every address: it leads nowhere, since nothing is sure to work. */
export function faultPage(): Answer {
  const main = html`<section class="card" role="alert"><h1>The watcher met a fault</h1>
<p>It is none of yours. The watcher’s log has the cause; try again in a while.</p></section>`;
  return page(500, 'The watcher met a fault', main);
}

/** Leads a browser from what was done to the page as it is now: reloading that does nothing twice. */
export function donePage(done: 'checked' | 'saved', links: Links): Answer {
  return { status: 303, headers: { ...PRIVATE, location: listPath({ done }, links) }, body: '' };
}

function refusal(status: number, title: string, why: string, links: Links): Answer {
  const main = html`<section class="card" role="alert"><h1>${title}</h1>
<p><b>Nothing was changed.</b> ${why} <a href="${listPath({}, links)}">Back to the target</a></p></section>`;
  return framed(status, { title, nav: backLink(links), main, up: '../../', lasting: false });
}
