/** The HTML part: one calm column that reads on a phone, in light and in dark, and loads nothing from anywhere. */

import { type Html, html } from '../formats/html';
import type { DigestWords } from '../wording/digest-words';
import { htmlLine, overviewRow, TABLE } from './html-line';
import { STYLE_SHEET, STYLES } from './html-style';

/** A whole document. Tables stand only where mail clients need them to draw boxes and columns. */
export function htmlOf(words: DigestWords): string {
  return html`<!doctype html>
<html lang="en" dir="ltr">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="supported-color-schemes" content="light dark">
<title>${words.subject}</title>
<style>${STYLE_SHEET}</style>
</head>
<body class="body" style="${STYLES.body}">
<div class="page" role="article" style="${STYLES.page}">
<h1 style="${STYLES.heading}">${words.heading}</h1>
<p class="muted" style="${STYLES.intro}">${words.intro}</p>
${words.overview ? overview(words) : ''}
${words.lines.map(htmlLine)}
${words.more === undefined ? '' : html`<p style="${STYLES.more}">${words.more}</p>`}
${footer(words)}
</div>
</body>
</html>
`.text;
}

function overview(words: DigestWords): Html {
  return html`<${TABLE} class="card" style="${STYLES.card}">
${words.lines.map(overviewRow)}</table>`;
}

function footer(words: DigestWords): Html {
  const sentences = words.footer.map(sentence => html`${sentence}<br>\n`);
  return html`<p class="muted" style="${STYLES.footer}">${sentences}</p>`;
}
