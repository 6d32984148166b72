/** The frame of the dashboard's pages: skip link, header, main part and footer; and the short pages that say why nothing was done. */
import { type Html, html } from '../../formats/html';
import { UNKNOWN_CALLER } from '../access';
import { aboutPage, document, PRIVATE, page, pageStyleOf } from '../page';
import type { Response } from '../problem';
import type { AboutResponse } from '../route';
import type { Done } from './done';
import { type Links, listPath, type Place, places, query } from './links';
import { SCRIPT_VERSION } from './script';
import { DASHBOARD_STYLE } from './style';

const DASHBOARD_PAGE = pageStyleOf(DASHBOARD_STYLE, ["script-src 'self'", "connect-src 'self'"]);

interface Frame {
  readonly title: string;
  readonly main: Html;
  readonly links: Links;
  /** From the page to the folder of the dashboard; absent on a target's page, which is two folders down. */
  readonly up?: string | undefined;
  /** Absent on a target's page. */
  readonly here?: Place | undefined;
  /** Whether its address shows the same page later. The address of an answer to a form does not. */
  readonly lasting: boolean;
  readonly headers?: Readonly<Record<string, string>>;
}

export function framed(
  status: number,
  { title, main, links, up = '../../', here, lasting, headers = {} }: Frame,
): Response {
  const script = html`<script src="${up}dashboard.js?v=${SCRIPT_VERSION}" defer></script>
`;
  const content = html`<a class="skip" href="#main">Skip to the content</a>
<header class="top">
<p class="brand">Expiry watcher</p>
${places(links, up, here)}
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

/** Answers of every form, for the OpenAPI document. */
export const OF_FORMS: Readonly<Record<number, AboutResponse>> = {
  401: aboutPage(UNKNOWN_CALLER),
  500: aboutPage('An error occurred in the watcher; its log has the cause.'),
};
/** The same of every page. */
export const OF_PAGES: Readonly<Record<number, AboutResponse>> = {
  ...OF_FORMS,
  308: { is: 'The address ends in a slash.', headers: { Location: 'The address without it.' } },
};

/** Where the platform let somebody through who has not signed in. Its links are those of the platform. */
export function signedOutPage(): Response {
  const main = html`<section class="card" role="alert"><h1>You are not signed in</h1>
<p>This page is only for people who have signed in. <a href="/.auth/login/aad?post_login_redirect_uri=/api/dashboard">Sign in</a>. If you come back here after it, ask the people who run the watcher.</p></section>`;
  return page(401, 'You are not signed in', main);
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
