/** The HTML part: one column that also fits a phone, in light and dark colours. It loads nothing. */
import { type Html, html } from '../formats/html';
import type { LineWords } from '../wording/line';
import type { Fact } from '../wording/notice-wording';
import { COLOURS, STYLE_SHEET, STYLES } from './html-style';
import type { MailWords } from './words';

/** `presentation` tells a screen reader that a table only draws boxes. */
const TABLE = html`table role="presentation" cellspacing="0" cellpadding="0"`;

/** A whole document. It uses tables only where mail clients need them to draw boxes and columns. */
export function htmlOf(words: MailWords): string {
  const overview = html`<${TABLE} class="card" style="${STYLES.card}">
${words.lines.map(overviewRow)}</table>`;
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
${words.overview && overview}
${words.lines.map(lineCard)}
${words.more && html`<p style="${STYLES.more}">${words.more}</p>`}
<p class="muted" style="${STYLES.footer}">${words.footer.map(sentence => html`${sentence}<br>\n`)}</p>
</div>
</body>
</html>
`.text;
}

function lineCard(line: LineWords): Html {
  const fill = COLOURS[line.urgency];
  return html`<${TABLE} class="card" style="${STYLES.card}"><tr>
<td class="fill-${line.urgency}" width="6" style="${STYLES.edge};background:${fill}">&nbsp;</td>
<td class="inside" style="${STYLES.inside}">
<span class="fill-${line.urgency}" style="${STYLES.badge};background:${fill}">${line.badge}</span>
<span class="muted">${line.label}</span>
<h2 style="${STYLES.name}"><bdi>${line.name}</bdi></h2>
<p class="when">${countdown(line, line.phrase)}<br>${dateOf(line)}</p>
${line.warning && html`<p class="warning" style="${STYLES.warning}">${line.warning}</p>`}
<${TABLE} class="facts">
${line.facts.map(htmlFact)}</table>
</td></tr></table>
`;
}

/** Name, countdown and date: enough for a quick reader. */
function overviewRow(line: LineWords): Html {
  return html`<tr><td class="row" style="${STYLES.row}"><bdi>${line.name}</bdi><br>
${countdown(line, line.brief ?? line.phrase)} <span class="muted">${dateOf(line)}</span></td></tr>
`;
}

function countdown({ urgency }: LineWords, phrase: string): Html {
  return html`<b class="ink-${urgency}" style="color:${COLOURS[urgency]}">${phrase}</b>`;
}

function dateOf({ dateIs, date }: LineWords): string {
  return dateIs === 'Expiry' ? date : `${dateIs.toLowerCase()} ${date}`;
}

function htmlFact({ term, paragraphs, link }: Fact): Html {
  const said = paragraphs.map(text => html`<div class="para">${text}</div>`);
  const anchor = link ? html`<a class="link" href="${link.href}">${link.shown}</a>` : '';
  return html`<tr><th class="term" scope="row" style="${STYLES.term}">${term}</th>
<td class="said" dir="auto">${said}${anchor}</td></tr>
`;
}
