/** One line of the digest as a card with a coloured edge, and as a row of the overview. */

import { type Html, html } from '../formats/html';
import type { Fact } from '../wording/facts';
import type { LineWords } from '../wording/line-words';
import { COLOURS, STYLES } from './html-style';

/** `presentation` tells a screen reader that a table only draws boxes. */
export const TABLE = html`table role="presentation" cellspacing="0" cellpadding="0"`;

export function htmlLine(line: LineWords): Html {
  const fill = COLOURS[line.urgency];
  return html`<${TABLE} class="card" style="${STYLES.card}"><tr>
<td class="fill-${line.urgency}" width="6" style="${STYLES.edge};background:${fill}">&nbsp;</td>
<td class="inside" style="${STYLES.inside}">
<span class="fill-${line.urgency}" style="${STYLES.badge};background:${fill}">${line.badge}</span>
<span class="muted">${line.label}</span>
<h2 style="${STYLES.name}"><bdi>${line.name}</bdi></h2>
<p class="when">${countdown(line, line.phrase)}<br>${dateOf(line)}</p>
${line.warning === undefined ? '' : html`<p class="warning" style="${STYLES.warning}">${line.warning}</p>`}
<${TABLE} class="facts">
${line.facts.map(htmlFact)}</table>
</td></tr></table>
`;
}

/** Name, countdown and date: enough for who reads no further. */
export function overviewRow(line: LineWords): Html {
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
