/** A page as it is answered: one document without scripts, whose headers let nothing in but its own style. */
import { createHash } from 'node:crypto';
import { type Html, html } from './html';
import { PAGE_STYLE } from './page-style';
import type { Answer } from './problem';

const STYLE_HASH = createHash('sha256').update(PAGE_STYLE.text).digest('base64');

const HEADERS = {
  'content-type': 'text/html; charset=utf-8',
  'content-security-policy': [
    "default-src 'none'",
    `style-src 'sha256-${STYLE_HASH}'`,
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join('; '),
  // The address of the page may itself be a key to it.
  'referrer-policy': 'no-referrer',
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
  'x-robots-tag': 'noindex, nofollow',
};

export function page(status: number, title: string, main: Html): Answer {
  const body = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex, nofollow">
<meta name="color-scheme" content="light dark">
<title>${title} · Expiry watcher</title>
<style>${PAGE_STYLE}</style>
</head>
<body>
<main>
<p class="brand">Expiry watcher</p>
${main}
</main>
</body>
</html>
`;
  return { status, headers: HEADERS, body: body.text };
}
