/** The forms of the snooze page: snooze and undo. Each works without a script. */
import { LONGEST_REASON, MOST_SNOOZE_DAYS, type Snooze } from '../../core/snooze';
import { type Html, html } from '../../formats/html';
import { DAY, formatInstant, type Instant } from '../../formats/instant';
import { counted, moment } from '../../formats/when';
import type { LinkView } from '../../watch/snooze/link-answers';
import { marks } from '../page';
import type { Field, FieldFault } from './form';

/** The fields that the person sent, which the page shows again with their faults; empty where nothing was sent. */
export interface Filled {
  readonly given: Readonly<Record<string, string>>;
  readonly faults: readonly FieldFault[];
}

const USUAL_CHOICES = [1, 7, 30];
const USUAL = 7;

/** This form is closed at first while a snooze is in force, since most people then want to undo it. */
export function snoozeForm(view: LinkView, filled: Filled, open: boolean): Html {
  if (view.mute?.daysLeft === 0) return usedUp(view.mute.since);
  if (!view.snooze) return html`<section class="card"><h2>Snooze it</h2>${fields(view, filled)}</section>`;
  return html`<details class="card"${open && html` open`}>
<summary>Change the snooze</summary>
${fields(view, filled)}</details>
`;
}

function usedUp(since: Instant): Html {
  return html`<section class="card"><h2>It can be snoozed no longer</h2><p>You first snoozed it on ${moment(since)}, and one expiry is snoozed for ${MOST_SNOOZE_DAYS} days in sum. When its expiry changes, you can snooze it again.</p></section>`;
}

export function undoForm({ until, reason }: Snooze, { asOf, expiresOn }: LinkView): Html {
  return html`<form class="card undo" method="post">
<h2>Snoozed for you</h2>
<p>Until <b>${moment(until)}</b>, because: <bdi>${reason}</bdi></p>
${isPast(until, asOf, expiresOn) && html`<p class="past">It expires before that, and you will not be told.</p>`}
<p class="hint">Undo it, and you get the reminder that is then due, if any.</p>
<input type="hidden" name="act" value="undo">
<button class="quiet">Undo the snooze</button>
</form>
`;
}

function fields(view: LinkView, filled: Filled): Html {
  const { snooze, owner } = view;
  return html`<form method="post">
<p class="hint">No reminders about it go to <bdi>${owner}</bdi> in that time; others go on getting theirs. It ends by itself when the expiry changes.</p>
<input type="hidden" name="act" value="snooze">
<input type="hidden" name="seen" value="${snooze ? formatInstant(snooze.on) : ''}">
${daysField(view, filled)}${reasonField(filled.given.reason || snooze?.reason, filled)}<button>${snooze ? 'Change the snooze' : 'Snooze'}</button>
</form>
`;
}

function daysField(view: LinkView, filled: Filled): Html {
  const most = view.mute?.daysLeft ?? MOST_SNOOZE_DAYS;
  const choices = [...USUAL_CHOICES.filter(days => days < most), most];
  const { days = String(Math.min(USUAL, most)), otherDays } = filled.given;
  const isOther = !choices.some(choice => String(choice) === days);
  // The browser checks no limits: a fault in a hidden field would stop the form without any message.
  return html`<fieldset>
<legend>For how long</legend>
<div class="choices">
${choices.map(choice => choiceOf(choice, String(choice) === days, view, filled))}<label class="choice wide"><input type="radio" name="days" value="other" id="other"${checked(isOther)}><span>Another number of days</span></label>
</div>
${faultOf('days', filled)}
<div class="own">
<label class="label" for="otherDays">Days, 1 to ${most}</label>
<input type="text" class="number" id="otherDays" name="otherDays" maxlength="6" inputmode="numeric" autocomplete="off" value="${otherDays}"${marks('otherDays', faultyIn(filled))}>
${faultOf('otherDays', filled)}
</div>
</fieldset>
`;
}

function reasonField(reason: string | undefined, filled: Filled): Html {
  return html`<div class="field">
<label class="label" for="reason">Why</label>
<textarea id="reason" name="reason" rows="2" maxlength="${LONGEST_REASON}" required${marks('reason', faultyIn(filled))}>${reason}</textarea>
${faultOf('reason', filled)}
</div>
`;
}

function choiceOf(days: number, isChosen: boolean, { asOf, expiresOn }: LinkView, filled: Filled): Html {
  const until = asOf + days * DAY;
  const past = isPast(until, asOf, expiresOn) && html`<small class="past">past its expiry</small>`;
  return html`<label class="choice"><input type="radio" name="days" value="${days}"${checked(isChosen)}${marks('days', faultyIn(filled))}><span>${counted(days, 'day')}<small>until ${formatInstant(until).slice(0, 10)}</small>${past}</span></label>
`;
}

/** With such a snooze the person gets no mail at the coming expiry, so the page warns. */
function isPast(until: Instant, asOf: Instant, expiresOn: LinkView['expiresOn']): boolean {
  return typeof expiresOn === 'number' && expiresOn > asOf && until >= expiresOn;
}

function checked(isChosen: boolean): Html | false {
  return isChosen && html` checked`;
}

export function faultyIn({ faults }: Filled): (Field | undefined)[] {
  return faults.map(({ field }) => field);
}

export function faultOf(field: Field, { faults }: Filled): Html[] {
  return faults
    .filter(fault => fault.field === field)
    .map(({ detail }) => html`<p class="fault" id="${field}Fault">${detail}</p>`);
}
