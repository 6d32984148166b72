/** The parts of the snooze page for "I replaced it": its form, the new one as it was read, and what is no longer watched, with its undo. */
import { LONGEST_REASON } from '../../core/snooze';
import { type Html, html } from '../../formats/html';
import { distance, moment } from '../../formats/when';
import type { LinkView, Proposed, Stopped } from '../../watch/snooze/link-answers';
import { marks, page } from '../page';
import type { Response } from '../problem';
import { type Filled, faultOf, faultyIn } from './fields';

const NOTHING_FILLED: Filled = { given: {}, faults: [] };

export function replaceForm({ id, label }: LinkView, filled: Filled, isAsked = false): Html {
  const { given } = filled;
  const open = isAsked || given.act === 'replace' || given.act === 'confirm';
  const faulty = faultyIn(filled);
  return html`<details class="card"${open && html` open`}>
<summary>I replaced it: stop watching</summary>
<form method="post">
<p class="hint">For everyone; its other owners and the operators are told, and you can undo it. Give the new token’s id: it is read first, and nothing stops before you have seen its expiry.</p>
<input type="hidden" name="act" value="replace">
<div class="field">
<label class="label" for="newId">Id of the new ${label}</label>
<input type="text" id="newId" name="newId" maxlength="1024" autocomplete="off" autocapitalize="none" spellcheck="false" value="${given.newId}"${marks('newId', faulty, ['Hint'])}>
${faultOf('newId', filled)}
<p class="hint" id="newIdHint">Written like the old one: <bdi>${id}</bdi>. Never the token itself.</p>
</div>
<fieldset>
<legend>Without its id: one of these</legend>
<div class="field">
<label class="label" for="newExpiry">When the new one expires</label>
<input type="text" class="number" id="newExpiry" name="newExpiry" maxlength="10" placeholder="2027-01-31" autocomplete="off" value="${given.newExpiry}"${marks('newExpiry', faulty)}>
${faultOf('newExpiry', filled)}
</div>
<div class="field">
<label class="label" for="why">Or the reason, such as who watches it</label>
<textarea id="why" name="why" rows="2" maxlength="${LONGEST_REASON}"${marks('why', faulty, ['Hint'])}>${given.why}</textarea>
${faultOf('why', filled)}
<p class="hint" id="whyHint">It is then no longer watched, and operators go on seeing it as replaced, not verified.</p>
</div>
</fieldset>
<button class="quiet">Stop watching the old one</button>
</form>
</details>
`;
}

/** @param old the card of the target that is still watched */
export function proposalPage({ view, proposed }: Proposed, old: Html): Response {
  const { id, name, expiresOn, isRegistered, proof } = proposed;
  const isEarlier =
    typeof expiresOn === 'number' && typeof view.expiresOn === 'number' && expiresOn < view.expiresOn;
  const main = html`<section class="card notice" role="status"><p><b>The new one was read.</b> Nothing is stopped yet.</p></section>
<form class="card" method="post">
<h2>Is this the new one?</h2>
<dl>
<dt>New id</dt><dd><bdi>${id}</bdi></dd>
<dt>Expires</dt><dd><b>${typeof expiresOn === 'number' ? distance(expiresOn, view.asOf) : 'never'}</b>${typeof expiresOn === 'number' && html`<br>${moment(expiresOn)}`}</dd>
</dl>
${isEarlier && html`<p class="past">It expires before the old one.</p>`}
<p class="hint">${isRegistered ? 'It is registered already, and stays as it is there.' : 'It is then watched with the same owners and thresholds.'} The old one is no longer watched, for anyone; its other owners and the operators are told. You can undo it.</p>
<input type="hidden" name="act" value="confirm">
<input type="hidden" name="name" value="${name}">
<input type="hidden" name="proof" value="${proof}">
<button>Stop watching the old one</button>
</form>
${old}${replaceForm(view, NOTHING_FILLED)}`;
  return page(200, `Is this the new one? ${view.displayName}`, main);
}

/** Also where it was done before: by this link, another one, or people who edit the registry. */
export function stoppedPage({ stopped, by, said, done }: Stopped): Response {
  const main = html`${done === 'already' && html`<div class="card notice" role="status"><p><b>That was done already.</b> Nothing more was changed.</p></div>`}<section class="card"${done === 'now' && html` role="status"`}>
<h1><bdi>${stopped}</bdi> is no longer watched</h1>
${by === undefined ? html`<p><b>Replaced, not verified:</b> no successor is named. Register the new one: without a registry row no mails are sent about it.</p>` : html`<p><bdi>${by}</bdi> is watched in its place.</p>`}
${said && html`<dl><dt>Said by</dt><dd><bdi>${said.by}</bdi>, ${moment(said.on)}</dd>${said.note !== undefined && html`<dt>Because</dt><dd><bdi>${said.note}</bdi></dd>`}</dl>`}
</section>
<form class="card undo" method="post">
<h2>Not right?</h2>
<p class="hint">Undo it, and the old one is watched again for everyone, with the reminders that are then due.${by !== undefined && ' The new one stays registered.'}</p>
<input type="hidden" name="act" value="unreplace">
<button class="quiet">Watch the old one again</button>
</form>`;
  return page(200, `No longer watched: ${stopped}`, main);
}
