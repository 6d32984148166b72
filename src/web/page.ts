/** A page as it is answered: one document without scripts, whose headers let nothing in but its own style. */
import { createHash } from 'node:crypto';
import { type Html, html } from './html';
import { PAGE_STYLE } from './page-style';
import type { Answer } from './problem';

const HEADERS = {
  'content-type': 'text/html; charset=utf-8',
  // The address of the page may itself be a key to it.
  'referrer-policy': 'no-referrer',
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
  'x-robots-tag': 'noindex, nofollow',
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

/** A style and the policy that lets in nothing but it. */
export interface Look {
  readonly style: Html;
  readonly policy: string;
}

/** Made once for each style: its hash costs more than the rest of a page. */
export function lookOf(style: Html): Look {
  const hash = createHash('sha256').update(style.text).digest('base64');
  const rules = [
    "default-src 'none'",
    `style-src 'sha256-${hash}'`,
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ];
  return { style, policy: rules.join('; ') };
}

const PAGE = lookOf(PAGE_STYLE);

/** A whole document around what its body holds. */
export function document(status: number, title: string, content: Html, { style, policy }: Look): Answer {
  const body = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex, nofollow">
<meta name="color-scheme" content="light dark">
<title>${title} · Expiry watcher</title>
<style>${style}</style>
</head>
<body>
${content}
</body>
</html>
`;
  return { status, headers: { ...HEADERS, 'content-security-policy': policy }, body: body.text };
}
