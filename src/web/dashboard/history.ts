/** A target's history, in words that a person uses: what happened, and to whom what was told. */
import { COLUMNS } from '../../core/columns';
import type { TargetEvent } from '../../core/history';
import { FAILURE_CODES } from '../../core/reading';
import { isColumn } from '../../core/row';
import type { Tone } from '../../core/state-words';
import { type Html, html } from '../../formats/html';
import { parseInstant } from '../../formats/instant';
import { day } from '../../formats/when';
import { reasonWords } from './reasons';
import { time } from './words';

const EVENTS: Readonly<Record<TargetEvent['type'], string>> = {
  firstSeen: 'First seen',
  renewed: 'Renewed',
  shortened: 'Expiry is now earlier',
  failing: 'A read failed',
  missing: 'Not found',
  recovered: 'Readable again',
  lifetimeChanged: 'Lifetime changed',
  invalid: 'Registry row invalid',
  told: 'Mail sent',
  refused: 'Mail refused',
  undelivered: 'Mail not delivered',
  dropped: 'Reminder dropped',
  snoozed: 'Snoozed',
  unsnoozed: 'Snooze undone',
  replaced: 'Replaced',
  replaces: 'Replaces another',
  watchedAgain: 'Watched again',
  rowLost: 'Row lost',
  gone: 'Row removed',
  returned: 'Row back',
  added: 'Added',
  edited: 'Edited',
  paused: 'Paused',
  resumed: 'Resumed',
  removed: 'Removed',
};

/** The words say the same. */
const TONES: Partial<Readonly<Record<TargetEvent['type'], Tone>>> = {
  failing: 'red',
  missing: 'red',
  invalid: 'red',
  refused: 'red',
  undelivered: 'red',
  shortened: 'amber',
  rowLost: 'amber',
  renewed: 'green',
  recovered: 'green',
};

export function historyCard(history: readonly TargetEvent[]): Html {
  const none = html`<p class="hint">Nothing has happened yet.</p>`;
  return html`<section class="card" aria-labelledby="history">
<h2 id="history">History</h2>
${history.length > 0 ? html`<ol class="history">${history.map(event)}</ol>` : none}
</section>
`;
}

function event(event: TargetEvent): Html {
  const words =
    'note' in event
      ? noteWords(event.type === 'edited' ? withLabels(event.note) : event.note)
      : html`from ${time(event.from)} to ${time(event.to)}`;
  return html`<li class="${TONES[event.type] ?? 'grey'}"><b>${EVENTS[event.type]}</b> <span class="hint">${time(event.on)}</span><br>${words}</li>
`;
}

/** As reminders are written there (`describeReminder`): what, about which instant, to whom; then the operation, or why it was dropped. */
const REMINDER =
  /^(\S+) of (\d{4}-\d\d-\d\dT\S+Z) to (\S+?)(?: in the place of (\S+?))?(?:, operation (\S+)|: (.+))?$/s;
const INSTANT = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z/g;

function noteWords(note: string): Html {
  const [, reason, about = '', owner, meantFor, operation, because] = REMINDER.exec(note) ?? [];
  const instant = parseInstant(about);
  if (reason === undefined || instant === undefined) return html`<bdi>${sentenceCase(withDays(note))}</bdi>`;
  const inPlace = meantFor !== undefined && html`, in the place of <bdi>${meantFor}</bdi>`;
  return html`To <bdi>${owner}</bdi>${inPlace}: ${reasonWords(reason)} (${day(instant)})${because !== undefined && html`. <bdi>${sentenceCase(withDays(because))}</bdi>`}${operation !== undefined && html` <small>Operation <code><bdi>${operation}</bdi></code></small>`}`;
}

/** The columns that a note ends with, as the fields of the form are called. */
function withLabels(note: string): string {
  const label = (name: string) => (isColumn(name) ? COLUMNS[name].field?.label : undefined) ?? name;
  return note.replace(/(?<=: )[A-Za-z, ]+$/, names => names.split(', ').map(label).join(', '));
}

function withDays(text: string): string {
  return text.replace(INSTANT, found => {
    const instant = parseInstant(found);
    return instant === undefined ? found : day(instant);
  });
}

/** What begins with the code of a failed read (`missing: …`) begins with the sentence behind it. */
function sentenceCase(text: string): string {
  const code = FAILURE_CODES.find(known => text.startsWith(`${known}: `));
  const words = code === undefined ? text : text.slice(code.length + 2);
  return words.charAt(0).toUpperCase() + words.slice(1);
}
