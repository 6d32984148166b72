/** The frame of the dashboard's pages: skip link, header, main part and footer; and the short pages that say why nothing was done. */
import { type Html, html } from '../../formats/html';
import { document, PRIVATE, page, pageStyleOf } from '../page';
import type { Response } from '../problem';
import type { Done } from './done';
import { backLink, type Links, listPath, query } from './links';
import { SCRIPT_VERSION } from './script';
import { DASHBOARD_STYLE } from './style';

const DASHBOARD_PAGE = pageStyleOf(DASHBOARD_STYLE, ["script-src 'self'", "connect-src 'self'"]);

interface Frame {
  readonly title: string;
  readonly main: Html;
  /** Only for pages below the dashboard: they have a link back to it. */
  readonly links?: Links;
  /** From such a page to the folder of the dashboard; absent on a target's page, which is two folders down. */
  readonly up?: string | undefined;
  /** Whether its address shows the same page later. The address of an answer to a form does not. */
  readonly lasting: boolean;
  readonly headers?: Readonly<Record<string, string>>;
}

export function framed(
  status: number,
  { title, main, links, up = '../../', lasting, headers = {} }: Frame,
): Response {
  // Addresses are relative: a target's page is two folders below the dashboard.
  const script = html`<script src="${links ? up : ''}dashboard.js?v=${SCRIPT_VERSION}" defer></script>
`;
  const content = html`<a class="skip" href="#main">Skip to the content</a>
<header class="top">
<p class="brand">Expiry watcher</p>
${links && html`<nav aria-label="Pages">${backLink(links, up)}</nav>`}
</header>
<main id="main" tabindex="-1"${lasting && html` data-lasting`}>
${main}
</main>
<footer class="end">All times are UTC. This page shows what was recorded; opening it reads nothing anew.${lasting && html` <span id="pace">Reload it to see what is new.</span>`} <span id="live" role="status"></span></footer>`;
  const response = document(status, title, content, DASHBOARD_PAGE, script);
  return { ...response, headers: { ...response.headers, ...headers } };
}

/** For a form that another site made the browser send. */
export function crossSitePage(links: Links, up?: string): Response {
  const words =
    'Another site made your browser send it, or your browser is too old to say which site did. Use a current browser.';
  return refusal(403, 'That came from another site', words, links, up);
}

/** @param status 413: too large; 415: of another type; else it could not be parsed */
export function unreadablePage(
  status: number,
  links: Links,
  up?: string,
  tooLarge = 'A form has 64 KiB at most.',
): Response {
  if (status === 413) return refusal(status, 'The form is too large', tooLarge, links, up);
  const words = 'It was not a form of this page, or a field was missing, unknown or there twice.';
  return refusal(status, 'The form is not understood', words, links, up);
}

/** It may be loaded again: to confirm the same twice changes nothing. */
export function confirmedPage(links: Links): Response {
  const main = html`<section class="card" role="status"><h1>The removal is confirmed</h1>
<p>The targets leave the reports at the next sweep. A row that is back by then stays watched. <a href="../dashboard${query(links)}">Back to the dashboard</a></p></section>`;
  return page(200, 'The removal is confirmed', main);
}

/** For a form of the dashboard's banner that was not taken: a bad one, or one of another site. */
export function unconfirmedPage(status: number): Response {
  const main = html`<section class="card" role="alert"><h1>Nothing was confirmed</h1>
<p>It was not the form of the dashboard, or another site made your browser send it. Go back to the dashboard, reload it and press the button again.</p></section>`;
  return page(status, 'Nothing was confirmed', main);
}

/** For a fault of the app. It has no links, since other pages may fail too. */
export function faultPage(): Response {
  const main = html`<section class="card" role="alert"><h1>An error occurred in the watcher</h1>
<p>You did nothing wrong. The watcher’s log has the cause; try again later.</p></section>`;
  return page(500, 'An error occurred in the watcher', main);
}

/** Redirects to the page as it is now, so that a reload does not send the form again. */
export function donePage(done: Done, links: Links): Response {
  return { status: 303, headers: { ...PRIVATE, location: listPath({ done }, links) }, body: '' };
}

function refusal(status: number, title: string, why: string, links: Links, up?: string): Response {
  const main = html`<section class="card" role="alert"><h1>${title}</h1>
<p><b>Nothing was changed.</b> ${why} <a href="${listPath({}, links)}">${up === undefined ? 'Back to the target' : 'Back to the form'}</a></p></section>`;
  return framed(status, { title, main, links, up, lasting: false });
}
