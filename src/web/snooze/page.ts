/** The snooze page: the target and its forms; after a form what was done; or why the link does nothing. */
import { type Html, html } from '../../formats/html';
import type { Instant } from '../../formats/instant';
import { expiryPhrase, moment } from '../../formats/when';
import type { LinkResult, LinkView, Refused, Shown } from '../../watch/snooze/link-answers';
import { page } from '../page';
import { type Response, secondsToWait } from '../problem';
import { type Filled, snoozeForm, undoForm } from './fields';
import type { SnoozeForm } from './form';
import { proposalPage, replaceForm, stoppedPage } from './replacement';

/**
 * The answer to a form is the page itself, not a redirect: browsers inside mail apps may fail at redirects. A form that is sent
 * twice does no harm.
 * @param saysReplaced the link was "I replaced it": that form comes first, and is open
 */
export function snoozePage(answer: LinkResult, form?: SnoozeForm, saysReplaced = false): Response {
  if ('refused' in answer) return refusalPage(answer);
  if ('stopped' in answer) return stoppedPage(answer);
  if ('proposed' in answer) return proposalPage(answer, targetCard(answer.view));
  const faults = [...(form?.faults ?? []), ...newIdFault(answer), ...daysFault(answer, form)];
  const filled: Filled = { given: faults.length > 0 && form ? form.given : {}, faults };
  const { view } = answer;
  const open = filled.given.act === 'snooze' || answer.changedMeanwhile === true;
  const main = html`${bannerOf(answer, filled)}${targetCard(view)}${view.snooze && undoForm(view.snooze, view)}${saysReplaced && replaceForm(view, filled, true)}${snoozeForm(view, filled, open)}${!saysReplaced && replaceForm(view, filled)}<footer>Only the buttons change anything; opening this page does not. All times are UTC.</footer>`;
  const { status, headers, body } = page(statusOf(answer, faults.length > 0, form), titleOf(answer), main);
  const wait = answer.retryAfterMs;
  return { status, headers: { ...headers, ...(wait !== undefined && retryAfter(wait)) }, body };
}

function retryAfter(ms: number): Record<string, string> {
  return { 'retry-after': String(secondsToWait(ms)) };
}

function statusOf(
  { changedMeanwhile, retryAfterMs }: Shown,
  hasFault: boolean,
  form: SnoozeForm | undefined,
): number {
  if (retryAfterMs !== undefined) return 429;
  if (hasFault) return form?.status ?? 400;
  return changedMeanwhile ? 409 : 200;
}

const DONE = {
  snoozed: 'Snoozed',
  unsnoozed: 'No longer snoozed',
  watchedAgain: 'Watched again',
} as const;

function titleOf({ view, done }: Shown): string {
  const { displayName } = view;
  if (done === undefined) return `Snooze ${displayName}`;
  return `${DONE[done]}: ${displayName}`;
}

function newIdFault({ badNewId }: Shown): Filled['faults'] {
  return badNewId === undefined ? [] : [{ field: 'newId', detail: `Not saved: ${badNewId}.` }];
}

function daysFault({ badDays }: Shown, form: SnoozeForm | undefined): Filled['faults'] {
  const field = form?.given.days === 'other' ? 'otherDays' : 'days';
  return badDays === undefined ? [] : [{ field, detail: `Not saved: ${badDays}.` }];
}

function bannerOf({ view, done, changedMeanwhile }: Shown, { faults }: Filled): Html | false {
  if (faults.length > 0) {
    const general = faults.filter(({ field }) => field === undefined).map(({ detail }) => html` ${detail}`);
    return html`<div class="card notice bad" role="alert"><p><b>Nothing was changed.</b>${general.length > 0 ? general : ' Correct the marked fields below, and send the form again.'}</p></div>`;
  }
  if (changedMeanwhile)
    return html`<div class="card notice bad" role="alert"><p><b>Nothing was changed.</b> The snooze was changed in the meantime. Below is the snooze as it is now; change it again if you still want to.</p></div>`;
  if (done === 'snoozed' && view.snooze)
    return html`<div class="card notice" role="status"><p><b>Snoozed.</b> No reminders about it go to <bdi>${view.owner}</bdi> until ${moment(view.snooze.until)}.</p></div>`;
  if (done === 'watchedAgain')
    return html`<div class="card notice" role="status"><p><b>Watched again.</b> Reminders about it go out when they are due, to everyone whom it is for. A new one that was registered stays registered.</p></div>`;
  return (
    done === 'unsnoozed' &&
    html`<div class="card notice" role="status"><p><b>Not snoozed any more.</b> Reminders go to <bdi>${view.owner}</bdi> again.</p></div>`
  );
}

function targetCard(view: LinkView): Html {
  const { expiresOn, readOn, failure, asOf } = view;
  return html`<section class="card target ${view.standing}">
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

const REFUSALS: Readonly<Record<Refused['refused'], readonly [status: number, heading: string]>> = {
  off: [404, 'Links are switched off'],
  unreadable: [400, 'This link can’t be read'],
  over: [410, 'This link has expired'],
  removed: [410, 'It is no longer registered'],
  rowLost: [409, 'Its registry row is lost'],
  notARecipient: [403, 'This link is no longer yours'],
  notWatched: [410, 'It is no longer watched'],
  expiryChanged: [410, 'Its expiry has changed'],
};

/** For a form that another site made the browser send. */
export function crossSitePage(): Response {
  const why = html`Another site made your browser send it, or your browser is too old to say which site did. Open the link of the mail in a current browser, and use the buttons there.`;
  return refusal(403, 'That came from another site', why);
}

export function refusalPage(refused: Refused): Response {
  const [status, heading] = REFUSALS[refused.refused];
  return refusal(status, heading, whyRefused(refused));
}

function refusal(status: number, heading: string, why: Html): Response {
  const main = html`<section class="card">
<h1>${heading}</h1>
<p>${why}</p>
<p class="hint">Nothing was changed.</p>
</section>`;
  return page(status, heading, main);
}

function whyRefused(refused: Refused): Html {
  switch (refused.refused) {
    case 'off':
      return html`This watcher has no secret to sign links with. An operator can set <code>LINK_SECRET</code>.`;
    case 'unreadable':
      return html`It was cut short or altered, or its secret was replaced. Open it again from the mail, by the link itself and not by a copy.`;
    case 'over':
      return html`It was good until ${moment(refused.until)}. A newer mail has a newer link.`;
    case 'removed':
      return html`The target of this link is no longer in the registry, so no mails are sent about it any more.`;
    case 'rowLost':
      return html`The row of this target vanished from the registry together with others, so what you say can’t be written there now. Reminders and snoozes go on as before. Ask an operator to restore the row; then this link works again.`;
    case 'notARecipient':
      return html`Its mail went to a person who is no longer an owner. Ask an owner, or an operator of the watcher.`;
    case 'notWatched':
      return html`<bdi>${refused.displayName}</bdi> is disabled in the registry, so no mails are sent about it.`;
    case 'expiryChanged':
      return html`The mail about <bdi>${refused.displayName}</bdi> gave ${expiryWords(refused.about)}. Now it has ${expiryWords(refused.expiresOn)}. There is nothing left to snooze; a mail about the new expiry brings a link of its own.`;
  }
}

function expiryWords(expiresOn: Instant | 'never' | undefined): string {
  if (typeof expiresOn === 'number') return `the expiry ${moment(expiresOn)}`;
  return expiresOn === 'never' ? 'no expiry at all' : 'no known expiry';
}
