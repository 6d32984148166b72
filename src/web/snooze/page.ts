/** The snooze page: which target, what will happen and for whom; then what was done, or why the link does nothing. */

import { type Html, html } from '../../formats/html';
import { DAY } from '../../formats/instant';
import { expiryPhrase, moment } from '../../formats/when';
import type { LinkAnswer, LinkView, Replaced, Shown } from '../../watch/snooze/link';
import { page } from '../page';
import type { Answer } from '../problem';
import { type Filled, replaceForm, snoozeForm, undoForm } from './fields';
import type { SnoozeForm } from './form';
import { refusalPage } from './refusal';

const SOON = 7 * DAY;

/**
 * A form is answered with the page itself, not with a redirect: the answer says what was done even where a mail app's own
 * browser loses its way in redirects, and sending it again is harmless.
 */
export function snoozePage(answer: LinkAnswer, form?: SnoozeForm): Answer {
  if ('refused' in answer) return refusalPage(answer);
  if ('replaced' in answer) return replacedPage(answer);
  const faults = [...(form?.faults ?? []), ...newIdFault(answer)];
  const filled: Filled = { given: faults.length > 0 && form ? form.given : {}, faults };
  const { view } = answer;
  const open = filled.given.act === 'snooze' || answer.changedMeanwhile === true;
  const main = html`${noticeOf(answer, filled)}${targetCard(view)}${view.snooze && undoForm(view.snooze, view)}${snoozeForm(view, filled, open)}${replaceForm(view, filled)}<footer>Only the buttons change anything; opening this page does not. All times are UTC.</footer>`;
  return page(statusOf(answer, faults.length > 0, form), titleOf(answer), main);
}

function statusOf({ changedMeanwhile }: Shown, hasFault: boolean, form: SnoozeForm | undefined): number {
  if (hasFault) return form?.status ?? 400;
  return changedMeanwhile ? 409 : 200;
}

function titleOf({ view, done }: Shown): string {
  const { displayName } = view;
  if (done === undefined) return `Snooze ${displayName}`;
  return done === 'snoozed' ? `Snoozed: ${displayName}` : `No longer snoozed: ${displayName}`;
}

function newIdFault({ badNewId }: Shown): Filled['faults'] {
  return badNewId === undefined ? [] : [{ field: 'newId', detail: `Not taken: ${badNewId}.` }];
}

function noticeOf({ view, done, changedMeanwhile }: Shown, { faults }: Filled): Html | false {
  if (faults.length > 0) {
    const whole = faults.filter(({ field }) => field === undefined).map(({ detail }) => html` ${detail}`);
    return html`<div class="card notice bad" role="alert"><p><b>Nothing was changed.</b>${whole.length > 0 ? whole : ' Mend what is marked below, and send it again.'}</p></div>`;
  }
  if (changedMeanwhile)
    return html`<div class="card notice bad" role="alert"><p><b>Nothing was changed.</b> The snooze was changed in the meantime, as it stands below. Change it once more if you still want to.</p></div>`;
  if (done === 'snoozed' && view.snooze)
    return html`<div class="card notice" role="status"><p><b>Snoozed.</b> No reminders about it go to <bdi>${view.owner}</bdi> until ${moment(view.snooze.until)}.</p></div>`;
  return (
    done === 'unsnoozed' &&
    html`<div class="card notice" role="status"><p><b>Not snoozed any more.</b> Reminders go to <bdi>${view.owner}</bdi> again.</p></div>`
  );
}

function targetCard(view: LinkView): Html {
  const { expiresOn, readOn, failure, asOf } = view;
  return html`<section class="card target ${toneOf(view)}">
<p class="kind">${view.label}</p>
<h1><bdi>${view.displayName}</bdi></h1>
${whenOf(expiresOn, asOf)}
<dl>
<dt>Where</dt><dd><bdi>${view.where}</bdi></dd>
${readOn !== undefined && html`<dt>Last read</dt><dd>${moment(readOn)}</dd>`}
${failure && html`<dt>Unreadable</dt><dd>since ${moment(failure.since)}: ${failure.message}</dd>`}
<dt>You are</dt><dd><bdi>${view.owner}</bdi></dd>
</dl>
</section>
`;
}

function whenOf(expiresOn: LinkView['expiresOn'], asOf: number): Html {
  if (typeof expiresOn === 'number')
    return html`<p class="when"><b>${expiryPhrase(expiresOn, asOf)}</b><br>${moment(expiresOn)}</p>`;
  return html`<p class="when"><b>${expiresOn === 'never' ? 'never expires' : 'no expiry is known'}</b></p>`;
}

function toneOf({ expiresOn, asOf }: LinkView): string {
  if (typeof expiresOn !== 'number') return 'none';
  if (expiresOn <= asOf) return 'expired';
  return expiresOn - asOf <= SOON ? 'soon' : 'later';
}

function replacedPage({ replaced, by, registered }: Replaced): Answer {
  const next =
    by === undefined
      ? html`<p>You did not say what took its place. If something did, register it, or nobody is told when it expires.</p>`
      : html`<p><bdi>${by}</bdi> is watched in its place${registered ? ', with the same owners and thresholds' : '; it was registered already'}.</p>`;
  return page(
    200,
    `No longer watched: ${replaced}`,
    html`<section class="card" role="status">
<h1><bdi>${replaced}</bdi> is no longer watched</h1>
${next}
<p class="hint">To watch it again, clear <code>replacedBy</code> in its registry row.</p>
</section>`,
  );
}
