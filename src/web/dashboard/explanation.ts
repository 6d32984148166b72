/** The explanation on a target's page: what comes next, its thresholds, and its recipients with every decision about them. */
import { noticeKindOf, TOPICS } from '../../core/notices';
import { formatThreshold } from '../../core/thresholds';
import type { Told } from '../../core/told';
import { type Html, html } from '../../formats/html';
import type {
  ExplainedDecision,
  ExplainedRecipient,
  ExplainedThreshold,
  Explanation,
  Role,
} from '../../watch/report/explain';
import { time, timeAndDistance } from './words';

const FROM: Readonly<Record<ExplainedThreshold['from'], string>> = {
  row: 'registry row',
  setting: 'the kind’s setting',
  'built-in': 'built in',
  always: 'always in force',
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

const ROLES: Readonly<Record<Role, string>> = {
  owner: 'owner',
  standIn: 'operator, in the owners’ place',
  copy: 'operator, gets copies from the expiry on',
  former: 'is not told any more',
};

const OUTCOMES: Readonly<Record<Told['outcome'], string>> = {
  accepted: 'taken by the mail service',
  refused: 'refused for good',
  undelivered: 'not delivered',
  forgotten: 'forgotten by the mail service, sent again',
};

export function recipientsCard({ recipients }: Explanation): Html {
  const noRecipients = html`<p class="hint">No one gets mails about it.</p>`;
  return html`<section class="card" aria-labelledby="recipients">
<h2 id="recipients">Who is told, and why or why not</h2>
${recipients.length > 0 ? recipients.map((one, index) => recipient(one, index)) : noRecipients}
</section>
`;
}

function recipient({ address, role, snooze, decisions, told }: ExplainedRecipient, index: number): Html {
  return html`<article class="recipient">
<h3><bdi>${address}</bdi> <span class="hint">${ROLES[role]}</span></h3>
${snooze && html`<p class="note">Snoozed until ${time(snooze.until)}, because: <bdi>${snooze.reason}</bdi>${!snooze.holds && html` <b>That is over.</b>`}</p>`}
${decisions.length > 0 && html`<dl class="decisions">${decisions.map(decision)}</dl>`}
${told.length > 0 && toldTable(address, told, index)}</article>
`;
}

function decision({ topic, due, why }: ExplainedDecision): Html {
  return html`<div><dt>${TOPICS[topic].title}</dt><dd>${due ? html`<b class="badge plain due">due</b> ` : html`<span class="badge plain">not due</span> `}<bdi>${why}</bdi></dd></div>
`;
}

function toldTable(address: string, told: readonly Told[], index: number): Html {
  return html`<details class="plainly" id="told${index}"><summary>Told ${told.length === 1 ? 'once' : `${told.length} times`}</summary>
<div class="scroll" tabindex="0" role="group" aria-label="What ${address} was told">
<table>
<thead><tr><th scope="col">What</th><th scope="col">On</th><th scope="col">About</th><th scope="col">Outcome</th><th scope="col">Operation</th></tr></thead>
<tbody>${told.map(toldRow)}</tbody>
</table>
</div></details>
`;
}

function toldRow({ reason, about, on, outcome, operationId, why, meantFor }: Told): Html {
  const inPlace = meantFor !== undefined && html` in the place of <bdi>${meantFor}</bdi>`;
  return html`<tr><th scope="row"><bdi>${reason}</bdi>${inPlace}</th><td>${time(on)}</td><td>${time(about)}</td><td>${OUTCOMES[outcome]}${why !== undefined && html`: <bdi>${why}</bdi>`}</td><td><code><bdi>${operationId}</bdi></code></td></tr>
`;
}
