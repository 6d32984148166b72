/** A target's history as a line of time, newest first. */
import type { TargetEvent } from '../../core/history';
import { type Html, html } from '../../formats/html';
import { time } from './words';

const EVENTS: Readonly<Record<TargetEvent['type'], string>> = {
  firstSeen: 'First seen',
  renewed: 'Renewed',
  shortened: 'Expiry moved forward',
  failing: 'Reads fail',
  missing: 'Not found',
  recovered: 'Readable again',
  lifetimeChanged: 'Lifetime changed',
  invalid: 'Registry row invalid',
  told: 'Told',
  refused: 'Mail refused',
  undelivered: 'Mail not delivered',
  dropped: 'Reminder dropped',
  snoozed: 'Snoozed',
  unsnoozed: 'Snooze undone',
  replaced: 'Replaced',
  gone: 'Row removed',
  returned: 'Row back',
};

/** What calls for a look, and what is good news; the words say it, the colour repeats it. */
const TONES: Partial<Readonly<Record<TargetEvent['type'], string>>> = {
  failing: 'expired',
  missing: 'expired',
  invalid: 'expired',
  refused: 'expired',
  undelivered: 'expired',
  shortened: 'soon',
  renewed: 'healthy',
  recovered: 'healthy',
  told: 'later',
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
    'note' in event ? html`<bdi>${event.note}</bdi>` : html`from ${time(event.from)} to ${time(event.to)}`;
  return html`<li class="${TONES[event.type] ?? 'none'}"><b>${EVENTS[event.type]}</b> <span class="hint">${time(event.on)}</span><br>${words}</li>
`;
}
