/** A page as it is answered: one document whose headers let nothing in but its own style, and what its look allows besides. */
import { createHash } from 'node:crypto';
import { type Html, html } from '../formats/html';
import { PAGE_STYLE } from './page-style';
import type { Answer } from './problem';

/** Of every answer that a person's browser is led through: kept nowhere, and its address told to nobody. */
export const PRIVATE = {
  // The address of the page may itself be a key to it.
  'referrer-policy': 'no-referrer',
  'cache-control': 'no-store',
  'x-robots-tag': 'noindex, nofollow',
};

const HEADERS = {
  'content-type': 'text/html; charset=utf-8',
  ...PRIVATE,
};

export function page(status: number, title: string, main: Html): Answer {
  return document(
    status,
    title,
    html`<main>
<p class="brand">Expiry watcher</p>
${main}
</main>`,
    PAGE,
  );
}

/** A clock face; browsers that find no icon ask the origin for one. */
const ICON = `data:image/svg+xml,${encodeURIComponent(
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><circle cx="8" cy="8" r="7" fill="#1a5fb4"/><path d="M8 4v4l3 2" stroke="#fff" stroke-width="1.6" fill="none"/></svg>',
)}`;

/** A style and the policy that lets in nothing but it. */
export interface Look {
  readonly style: Html;
  readonly policy: string;
}

/**
 * Made once for each style: its hash costs more than the rest of a page.
 * @param more what the pages may do besides, as rules of a content security policy
 */
export function lookOf(style: Html, more: readonly string[] = []): Look {
  const hash = createHash('sha256').update(style.text).digest('base64');
  const rules = [
    "default-src 'none'",
    `style-src 'sha256-${hash}'`,
    // Of the icon alone.
    'img-src data:',
    ...more,
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ];
  return { style, policy: rules.join('; ') };
}

const PAGE = lookOf(PAGE_STYLE);

/** A whole document around what its body holds. */
export function document(
  status: number,
  title: string,
  content: Html,
  { style, policy }: Look,
  script?: Html,
): Answer {
  const body = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex, nofollow">
<meta name="color-scheme" content="light dark">
<title>${title} · Expiry watcher</title>
<link rel="icon" href="${ICON}">
<style>${style}</style>
${script}</head>
<body>
${content}
</body>
</html>
`;
  return { status, headers: { ...HEADERS, 'content-security-policy': policy }, body: body.text };
}
