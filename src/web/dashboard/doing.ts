/** What a person can do with a target, on its page: check, pause, edit, replace, snooze for somebody, remove, and undo. */
import { LONGEST_REASON, MOST_SNOOZE_DAYS } from '../../core/snooze';
import { isWatched } from '../../core/watched';
import { type Html, html } from '../../formats/html';
import type { TaggedRow } from '../../watch/registry/row';
import type { ExplainedRecipient, Explanation } from '../../watch/report/explain';
import { marks } from '../page';
import type { Faulty, FormOutcome } from './banner';
import { editForm } from './edit';
import { type Links, listPath } from './links';
import { time } from './words';

/** The button that starts or stops its watch. */
const SWITCHES = {
  pause: {
    label: 'Pause',
    meaning:
      'neither read nor told about, for everyone, until somebody resumes it. What is known of it stays.',
  },
  resume: { label: 'Resume', meaning: 'read and told about again.' },
  watchAgain: {
    label: 'Watch it again',
    meaning:
      'its row names no successor any more, and what is due is told again. The successor stays registered.',
  },
} as const;
type Switch = keyof typeof SWITCHES;

/** @param undo the form that takes back the last change, unless the banner has it */
export function actionsCard(
  { row: watched, recipients }: Explanation,
  row: TaggedRow | undefined,
  outcome: FormOutcome | undefined,
  links: Links,
  undo: Html | undefined,
): Html | undefined {
  if (!watched || !row) return undefined;
  const { columns, replacement, faults } = watched;
  // No column can correct a key: every edit would be refused.
  const badKey = faults.some(fault => /^(key|PartitionKey):/.test(fault));
  const returned = outcome && 'returned' in outcome ? outcome.returned : undefined;
  const faulty = outcome?.is === 'faulty' ? outcome : undefined;
  const isReplaced = replacement.is === 'replaced' || replacement.is === 'notVerified';
  const toggle = isReplaced ? 'watchAgain' : columns.enabled ? 'pause' : 'resume';
  const canCheck = isWatched(watched) && faults.length === 0;
  const present = recipients.filter(({ role }) => role !== 'former');
  const heard = present.filter(({ snooze }) => !snooze?.holds);
  const silent = present.filter(({ snooze }) => snooze?.holds);
  const forms = html`${switchForm(toggle, row, links)}${toggle === 'pause' && replaceForm(row, faulty, links)}`;
  return html`<section class="card doing" aria-labelledby="actions"><h2 id="actions">What you can do</h2>
${lookalikeNote(row)}<div class="row">${canCheck && checkForm(links)}${!badKey && forms}${heard.length > 0 && snoozeForm(heard, faulty, links)}${!badKey && editForm(row, returned, links)}<a class="button danger" href="${listPath({ ask: 'remove' }, links)}">Remove…</a></div>
${meanings(canCheck, badKey ? undefined : toggle)}${silent.flatMap(one => endForm(one, links) ?? [])}${undo}</section>
`;
}

/** What the buttons do that ask nothing. */
function meanings(canCheck: boolean, toggle: Switch | undefined): Html {
  const check =
    canCheck && html`<b>Check now</b>: one read, recorded as a sweep would. It may take some seconds. `;
  const words = toggle
    ? html`<b>${SWITCHES[toggle].label}</b>: ${SWITCHES[toggle].meaning}`
    : html`Its key can’t be understood, and a key can’t be edited: register the target again under the right key, and remove this row.`;
  return html`<p class="hint">${check}${words}</p>
`;
}

function lookalikeNote({ lookalikes }: TaggedRow): Html | undefined {
  if (lookalikes.length === 0) return undefined;
  return html`<div class="note"><p><b>Look at the columns of its registry row:</b></p><ul>${lookalikes.map(hint => html`<li><bdi>${hint}</bdi></li>`)}</ul></div>
`;
}

function checkForm(links: Links): Html {
  return html`<form method="post" action="${listPath({}, links)}"><input type="hidden" name="act" value="check"><button data-busy="Reading…">Check now</button></form>
`;
}

/** For the row that the person looks at. */
function switchForm(act: Switch, { tag }: TaggedRow, links: Links): Html {
  return html`<form method="post" action="${listPath({}, links)}"><input type="hidden" name="act" value="${act}"><input type="hidden" name="tag" value="${tag}"><button class="quiet" data-busy="Saving…">${SWITCHES[act].label}</button></form>
`;
}

function replaceForm({ tag }: TaggedRow, faulty: Faulty | undefined, links: Links): Html {
  const { given, fault, mark } = fieldsIn('replace', faulty);
  return html`<details class="edit" id="replace"${faulty?.act === 'replace' && html` open`}>
<summary>Replace…</summary>
<form method="post" action="${listPath({}, links)}" aria-label="Name what replaced it">
<input type="hidden" name="act" value="replace"><input type="hidden" name="tag" value="${tag}">
<div class="field"><label class="label" for="newId">Id or address of the new one</label>
<input type="text" id="newId" name="newId" value="${given.newId}" maxlength="1024" autocomplete="off" autocapitalize="none" spellcheck="false"${mark('newId', ['Hint'])}>
${fault('newId')}<p class="hint" id="newIdHint">As the old one is written, or a whole resource id or address. It is read first, and nothing stops before you have seen its expiry. Never the token itself.</p></div>
<p class="send"><button data-busy="Reading…">Read the new one</button></p>
</form>
</details>
`;
}

function endForm({ address, snooze }: ExplainedRecipient, links: Links): Html | undefined {
  if (!snooze) return undefined;
  return html`<form class="check" method="post" action="${listPath({}, links)}" aria-label="End the snooze of ${address}">
<input type="hidden" name="act" value="unsnooze"><input type="hidden" name="owner" value="${address}"><button class="quiet" data-busy="Saving…">End the snooze</button>
<p class="hint">Of <bdi>${address}</bdi>: until ${time(snooze.until)}, because: <bdi>${snooze.reason}</bdi></p>
</form>
`;
}

function snoozeForm(people: readonly ExplainedRecipient[], faulty: Faulty | undefined, links: Links): Html {
  const { given, fault, mark } = fieldsIn('snooze', faulty);
  return html`<details class="edit" id="snooze"${faulty?.act === 'snooze' && html` open`}>
<summary>Snooze…</summary>
<form method="post" action="${listPath({}, links)}" aria-label="Snooze it for somebody">
<input type="hidden" name="act" value="snooze">
<p class="hint">No reminders about it go to this person in that time; others go on getting theirs. It ends by itself when the expiry changes.</p>
<div class="fields">
<div class="field"><label class="label" for="owner">For whom</label>
<select id="owner" name="owner"${mark('owner')}>${people.map(({ address }) => html`<option${address === given.owner && html` selected`}>${address}</option>`)}</select>
${fault('owner')}</div>
<div class="field"><label class="label" for="days">Days, 1 to ${MOST_SNOOZE_DAYS}</label>
<input type="text" class="number" id="days" name="days" value="${given.days ?? '7'}" maxlength="6" inputmode="numeric" autocomplete="off"${mark('days')}>
${fault('days')}</div>
<div class="field"><label class="label" for="reason">Why</label>
<input type="text" id="reason" name="reason" value="${given.reason}" maxlength="${LONGEST_REASON}" autocomplete="off"${mark('reason')}>
${fault('reason')}</div>
</div>
<p class="send"><button data-busy="Saving…">Snooze</button></p>
</form>
</details>
`;
}

/** What was typed into a small form, and its faults. */
function fieldsIn(act: Faulty['act'], faulty: Faulty | undefined) {
  const { given = {}, faults = [] } = faulty?.act === act ? faulty : {};
  const names = faults.map(({ parameter }) => parameter);
  return {
    given,
    fault: (field: string) =>
      faults
        .filter(({ parameter }) => parameter === field)
        .map(({ detail }) => html`<p class="fault" id="${field}Fault">Not done: ${detail}.</p>`),
    mark: (field: string, notes?: readonly string[]) => marks(field, names, notes),
  };
}
