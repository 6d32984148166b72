/** The explanation on a target's page: the reminders that will come, its thresholds, and its recipients with every decision about them. */
import { TOPICS } from '../../core/notices';
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
import { reasonWords } from './reasons';
import { time, timeAndDistance } from './words';

const FROM: Readonly<Record<ExplainedThreshold['from'], string>> = {
  row: 'registry row',
  setting: 'the kind’s setting',
  'built-in': 'built in',
  always: 'always in force',
};

export function nextCard({ next: { check, mails, silence }, thresholds, asOf }: Explanation): Html {
  const list = html`<ol class="mails">${mails.map(mail => mailItem(mail, asOf))}</ol>`;
  return html`<section class="card" aria-labelledby="next">
<h2 id="next">The reminders that will come</h2>
<p class="hint">If nothing changes until then. A renewal that is noticed ends them.</p>
${mails.length > 0 ? list : html`<p>None follows. ${silence?.why}</p>`}
<p class="hint">Next read: ${check ? html`${timeAndDistance(check.on, asOf)}. ${check.because.why}` : 'none.'}</p>
${thresholdsPart(thresholds, asOf)}</section>
`;
}

function mailItem({ at, lines }: Explanation['next']['mails'][number], asOf: number): Html {
  const owners = new Map<string, string[]>();
  for (const { owner, reason } of lines) owners.set(reason, [...(owners.get(reason) ?? []), owner]);
  const parts = [...owners].map(
    ([reason, to]) =>
      html`<p>${reasonWords(reason)} <span class="hint">to ${to.map((owner, index) => html`${index > 0 && ', '}<bdi>${owner}</bdi>`)}</span></p>`,
  );
  return html`<li>${timeAndDistance(at, asOf)}${parts}</li>
`;
}

function thresholdsPart(thresholds: Explanation['thresholds'], asOf: number): Html {
  if (thresholds.length === 0) return html`<p class="hint">No threshold is in force.</p>`;
  return html`<details class="plainly" id="thresholdsPart"><summary>Thresholds, and where they come from</summary>
<div class="scroll" tabindex="0" role="group" aria-label="When reminders fall">
<table>
<thead><tr><th scope="col">Before expiry</th><th scope="col">Falls on</th><th scope="col">From</th></tr></thead>
<tbody>${thresholds.map(threshold => thresholdRow(threshold, asOf))}</tbody>
</table>
</div></details>
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
<h2 id="recipients">Who is told</h2>
${recipients.length > 0 ? recipients.map((one, index) => recipient(one, index)) : noRecipients}
</section>
`;
}

/** What is due shows at once; why the rest is not due is folded. */
function recipient({ address, role, snooze, decisions, told }: ExplainedRecipient, index: number): Html {
  const due = decisions.filter(decision => decision.due);
  const others = decisions.filter(decision => !decision.due);
  return html`<article class="recipient">
<h3><bdi>${address}</bdi> <span class="hint">${ROLES[role]}${told.length === 0 && ', not told anything yet'}</span></h3>
${snooze && html`<p class="note">Snoozed until ${time(snooze.until)}, because: <bdi>${snooze.reason}</bdi>${!snooze.holds && html` <b>That is over.</b>`}</p>`}
${due.length > 0 && html`<dl class="decisions">${due.map(decision)}</dl>`}${told.length > 0 && toldTable(address, told, index)}${
  others.length > 0 &&
  html`<details class="plainly" id="why${index}"><summary>Why no mail is due now</summary>
<dl class="decisions">${others.map(decision)}</dl></details>
`
}</article>
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
  return html`<tr><th scope="row"><bdi>${reasonWords(reason)}</bdi>${inPlace}</th><td>${time(on)}</td><td>${time(about)}</td><td>${OUTCOMES[outcome]}${why !== undefined && html`: <bdi>${why}</bdi>`}</td><td><code><bdi>${operationId}</bdi></code></td></tr>
`;
}
