/** The recipients of a target: what each was told, and why each reminder is or isn't due. */
import { NOTICES } from '../../core/notices';
import type { Told } from '../../core/told';
import { type Html, html } from '../../formats/html';
import type { ExplainedDecision, ExplainedRecipient, Explanation, Role } from '../../watch/report/explain';
import { time } from './words';

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
};

export function recipientsCard({ recipients }: Explanation): Html {
  const nobody = html`<p class="hint">Nobody is told about it.</p>`;
  return html`<section class="card" aria-labelledby="recipients">
<h2 id="recipients">Who is told, and why or why not</h2>
${recipients.length > 0 ? recipients.map((one, index) => recipient(one, index)) : nobody}
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
  return html`<div><dt>${NOTICES[topic].title}</dt><dd>${due ? html`<b class="badge plain due">due</b> ` : html`<span class="badge plain">not due</span> `}<bdi>${why}</bdi></dd></div>
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

function toldRow({ reason, about, on, outcome, operationId }: Told): Html {
  return html`<tr><th scope="row"><bdi>${reason}</bdi></th><td>${time(on)}</td><td>${time(about)}</td><td>${OUTCOMES[outcome]}</td><td><code><bdi>${operationId}</bdi></code></td></tr>
`;
}
