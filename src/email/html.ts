/** The HTML part: one column that also fits a phone, in light and dark colours. It loads nothing. */
import type { RenewalStep } from '../core/target';
import { type Html, html } from '../formats/html';
import type { Fact } from '../wording/fact';
import type { LineWords } from '../wording/line';
import type { Action } from '../wording/renewal';
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
<div style="${STYLES.preview}">${words.preview}</div>
<div class="page" role="article" style="${STYLES.page}">
<h1 style="${STYLES.heading}">${words.heading}</h1>
<p class="muted" style="${STYLES.intro}">${words.intro}</p>
${words.overview && overview}
${words.lines.map(lineCard)}
${words.more && html`<p style="${STYLES.more}">${words.more}</p>`}
${words.list && html`<p style="${STYLES.more}"><a class="link" href="${words.list.href}">${words.list.label}</a></p>`}
<p class="muted" style="${STYLES.footer}">${words.footer.map(sentence => html`${sentence}<br>\n`)}</p>
</div>
</body>
</html>
`.text;
}

function lineCard(line: LineWords): Html {
  const fill = COLOURS[line.tone].light;
  return html`<${TABLE} class="card" style="${STYLES.card}"><tr>
<td class="fill-${line.tone}" width="6" style="${STYLES.edge};background:${fill}">&nbsp;</td>
<td class="inside" style="${STYLES.inside}">
<span class="fill-${line.tone}" style="${STYLES.badge};background:${fill}">${line.badge}</span>
<span class="muted">${line.label}</span>
<h2 style="${STYLES.name}"><bdi>${line.name}</bdi></h2>
<p class="when">${countdown(line, line.phrase)}<br>${dateOf(line)}</p>
${line.warning && html`<p class="warning" style="${STYLES.warning}">${line.warning}</p>`}
${line.actions.length > 0 && html`<p class="actions">${line.actions.map(actionLink)}</p>`}
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

function countdown({ tone }: LineWords, phrase: string): Html {
  return html`<b class="ink-${tone}" style="color:${COLOURS[tone].light}">${phrase}</b>`;
}

function dateOf({ dateIs, date }: LineWords): string {
  return dateIs === 'Expiry' ? date : `${dateIs.toLowerCase()} ${date}`;
}

/** Separated by a space, for clients that drop the style sheet. */
function actionLink({ label, href }: Action, index: number): Html {
  return html`<a class="act${index === 0 && ' first'}" href="${href}">${label}</a>${' '}`;
}

function htmlFact({ term, paragraphs, steps = [], link }: Fact): Html {
  const said = paragraphs.map(text => html`<div class="para">${text}</div>`);
  const anchor = link ? html`<a class="link" href="${link.href}">${link.shown}</a>` : '';
  const list =
    steps.length > 0 && html`<ol class="steps" style="${STYLES.steps}">${steps.map(htmlStep)}</ol>`;
  return html`<tr><th class="term" scope="row" align="left" valign="top" width="100">${term}</th>
<td class="said" valign="top" dir="auto">${said}${list}${anchor}</td></tr>
`;
}

function htmlStep({ say, command }: RenewalStep): Html {
  const copied = command !== undefined && html`<br><code class="command">${command}</code>`;
  return html`<li>${say}${copied}</li>`;
}
