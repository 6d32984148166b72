/** What comes next for a target, and its thresholds with their origins. */
import { noticeKindOf } from '../../core/notices';
import { formatThreshold } from '../../core/thresholds';
import { type Html, html } from '../../formats/html';
import type { ExplainedThreshold, Explanation } from '../../watch/report/explain';
import { timeAndDistance } from './words';

const FROM: Readonly<Record<ExplainedThreshold['from'], string>> = {
  row: 'registry row',
  setting: 'the kind’s setting',
  'built-in': 'built in',
};

export function nextCard({ next: { check, crossing, mail, silence }, asOf }: Explanation): Html {
  return html`<section class="card" aria-labelledby="next">
<h2 id="next">What comes next</h2>
<dl>
<div><dt>Next read</dt><dd>${check ? html`${timeAndDistance(check.on, asOf)}<br><small>${check.because.why}</small>` : 'none'}</dd></div>
<div><dt>Next threshold</dt><dd>${crossing ? html`<b>${formatThreshold(crossing.threshold)}</b> on ${timeAndDistance(crossing.at, asOf)}` : 'none'}</dd></div>
<div><dt>Next mail</dt><dd>${mail ? mailWords(mail, asOf) : html`none follows. <small>${silence?.why}</small>`}</dd></div>
</dl>
</section>
`;
}

function mailWords({ at, lines }: NonNullable<Explanation['next']['mail']>, asOf: number): Html {
  return html`${timeAndDistance(at, asOf)}<ul>${lines.map(({ owner, reason }) => html`<li><bdi>${owner}</bdi>: ${reasonWords(reason)}</li>`)}</ul>`;
}

function reasonWords(reason: string): Html {
  return noticeKindOf({ reason }) === 'threshold' ? html`threshold <b>${reason}</b>` : html`<b>${reason}</b>`;
}

export function thresholdsCard({ thresholds, asOf }: Explanation): Html {
  const table = html`<div class="scroll" tabindex="0" role="group" aria-labelledby="thresholds">
<table>
<thead><tr><th scope="col">Before expiry</th><th scope="col">Falls on</th><th scope="col">From</th></tr></thead>
<tbody>${thresholds.map(threshold => thresholdRow(threshold, asOf))}</tbody>
</table>
</div>`;
  return html`<section class="card" aria-labelledby="thresholds">
<h2 id="thresholds">Thresholds</h2>
${thresholds.length > 0 ? table : html`<p class="hint">None are in force.</p>`}
</section>
`;
}

function thresholdRow({ threshold, from, at, crossed, skipped }: ExplainedThreshold, asOf: number): Html {
  const falls =
    at === undefined ? html`<span class="hint">${skipped?.why}</span>` : timeAndDistance(at, asOf);
  return html`<tr><th scope="row">${formatThreshold(threshold)}</th><td>${falls}${crossed && html` <span class="badge plain">crossed</span>`}</td><td>${FROM[from]}</td></tr>
`;
}
