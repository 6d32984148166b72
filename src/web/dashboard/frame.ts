/** The frame of the dashboard's pages: skip link, header, main part and footer, with one style, one script and their policy. */

import { type Html, html } from '../../formats/html';
import { document, lookOf } from '../page';
import { type Answer, withHeaders } from '../problem';
import { SCRIPT_VERSION } from './script-answer';
import { DASHBOARD_STYLE } from './style';

const LOOK = lookOf(DASHBOARD_STYLE, ["script-src 'self'", "connect-src 'self'"]);

export interface Frame {
  readonly title: string;
  /** The way back, or nothing. */
  readonly nav?: Html;
  readonly main: Html;
  /** From this page to the folder that the dashboard is in: addresses are relative. */
  readonly up: '' | '../../';
  /** Whether asking for its address again brings the same page as of then; not so for what answers a form. */
  readonly lasting: boolean;
  readonly headers?: Readonly<Record<string, string>>;
}

export function framed(status: number, { title, nav, main, up, lasting, headers = {} }: Frame): Answer {
  const content = html`<a class="skip" href="#main">Skip to the content</a>
<header class="top">
<p class="brand">Expiry watcher</p>
${nav && html`<nav aria-label="Pages">${nav}</nav>`}
</header>
<main id="main" tabindex="-1"${lasting && html` data-lasting`}>
${main}
</main>
<footer class="end">All times are UTC. This page shows what was recorded; opening it reads nothing anew.${lasting && html` <span id="pace">Reload it to see what is new.</span>`} <span id="live" role="status"></span></footer>`;
  const script = html`<script src="${up}dashboard.js?v=${SCRIPT_VERSION}" defer></script>
`;
  return withHeaders(document(status, title, content, LOOK, script), headers);
}
