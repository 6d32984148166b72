/** A target's state: its expiry, its last read, its faults and what people wrote about it; and its history. */
import type { TargetEvent } from '../../core/history';
import { formatDuration } from '../../formats/duration';
import { type Html, html } from '../../formats/html';
import { formatInstant, type Instant } from '../../formats/instant';
import { counted, span, utc } from '../../formats/when';
import type { Explained } from '../../watch/report/explain';
import { checkBadge, expiryOf, standingBadge, time, timeAndDistance } from './words';

export function stateCard({ key, explanation: { row, state, asOf }, report }: Explained): Html {
  const [item] = report.items;
  const name = row?.columns.displayName ?? key.name;
  const where = row?.kind ?? key.scope.split(':', 1)[0];
  return html`<section class="card target ${item?.standing ?? 'unknown'}" aria-labelledby="name">
<p class="kind"><bdi>${where}</bdi></p>
<h1 id="name"><bdi>${name}</bdi></h1>
${
  item &&
  html`<p class="badges">${standingBadge(item.standing)}${checkBadge(item.check)}</p>
<p class="expiry">Expires: ${expiryOf(item, asOf)}</p>`
}
${failureWords(state)}
<dl>
${fact('Scope', html`<bdi>${key.scope}</bdi>`)}${fact('Name', html`<bdi>${key.name}</bdi>`)}${people(row)}${instantFact('Last successful read', state?.readOn, asOf)}${instantFact('Last tried', state?.checkedOn, asOf)}${instantFact('First seen', state?.firstSeenOn, asOf)}${state?.lifetimeMs !== undefined && fact('Lifetime', html`${span(state.lifetimeMs)}`)}${written(row)}
</dl>
</section>
`;
}

type Row = Explained['explanation']['row'];

function people(row: Row): Html | undefined {
  if (!row) return undefined;
  const { owners } = row.columns;
  const words =
    owners.length > 0 ? owners.map(owner => html`<bdi>${owner}</bdi><br>`) : html`none: operators stand in`;
  return html`${fact('Owners', html`${words}`)}${fact('Read every', html`${formatDuration(row.checkEveryMs)}`)}`;
}

function written(row: Row): Html | undefined {
  if (!row) return undefined;
  const { runbook, notes } = row.columns;
  return html`${runbook !== undefined && fact('Runbook', html`<a href="${runbook}" rel="noreferrer noopener external"><bdi>${runbook}</bdi></a>`)}${notes !== undefined && fact('Notes', html`<span class="notes"><bdi>${notes}</bdi></span>`)}`;
}

function failureWords(state: Explained['explanation']['state']): Html | false {
  const { failure, invalid } = state ?? {};
  const faults =
    invalid &&
    html`<p><b>Its registry row can’t be understood</b>, since <time datetime="${formatInstant(invalid.since)}">${utc(invalid.since)}</time>:</p><ul>${invalid.faults.map(fault => html`<li><bdi>${fault}</bdi></li>`)}</ul>`;
  const reads =
    failure &&
    html`<p><b>Reads fail</b>, ${counted(failure.count, 'time')} in a row since <time datetime="${formatInstant(failure.since)}">${utc(failure.since)}</time>: <code>${failure.code}</code> <bdi>${failure.message}</bdi></p>`;
  return (faults ?? reads) !== undefined && html`<div class="note bad">${faults}${reads}</div>`;
}

function instantFact(label: string, instant: Instant | undefined, asOf: Instant): Html | false {
  return instant !== undefined && fact(label, timeAndDistance(instant, asOf));
}

function fact(label: string, value: Html): Html {
  return html`<div><dt>${label}</dt><dd>${value}</dd></div>
`;
}

const EVENTS: Readonly<Record<TargetEvent['type'], string>> = {
  firstSeen: 'First seen',
  renewed: 'Renewed',
  shortened: 'Expiry is now earlier',
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

/** Colours; the words say the same. */
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
