/** The frame of the dashboard's pages: skip link, header, main part and footer, with one style and its policy. */

import { type Html, html } from '../html';
import { document, lookOf } from '../page';
import type { Answer } from '../problem';
import { DASHBOARD_STYLE } from './style';

const LOOK = lookOf(DASHBOARD_STYLE);

export interface Frame {
  readonly title: string;
  /** The way back, or nothing. */
  readonly nav?: Html;
  readonly main: Html;
}

export function framed(status: number, { title, nav, main }: Frame): Answer {
  const content = html`<a class="skip" href="#main">Skip to the content</a>
<header class="top">
<p class="brand">Expiry watcher</p>
${nav && html`<nav aria-label="Pages">${nav}</nav>`}
</header>
<main id="main" tabindex="-1">
${main}
</main>
<footer class="end">All times are UTC. This page shows what was recorded; it reads nothing anew. Reload it to see what is new.</footer>`;
  return document(status, title, content, LOOK);
}
