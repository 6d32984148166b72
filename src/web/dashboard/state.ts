/** The top of a target's page: its state, what to do about it, whose it is, and what people wrote about it. */
import { STANDING_WORDS } from '../../core/state-words';
import { type RenewalStep, renewalSteps } from '../../core/target';
import { formatDuration } from '../../formats/duration';
import { type Html, html } from '../../formats/html';
import { formatInstant, type Instant } from '../../formats/instant';
import { sentence } from '../../formats/text';
import { counted, expiryPhrase, span, utc } from '../../formats/when';
import type { Explained } from '../../watch/report/explain';
import type { KindWords } from '../../watch/report/kind-words';
import { reasonWords } from './reasons';
import {
  checkBadge,
  expiryOf,
  ownersOf,
  placeLine,
  shownName,
  standingBadge,
  time,
  timeAndDistance,
} from './words';

export function stateCard(explained: Explained, words: KindWords): Html {
  const { key, explanation, report } = explained;
  const { row, state, asOf } = explanation;
  const [item] = report.items;
  const named = { ...key, displayName: row?.columns.displayName ?? key.name };
  // Of what nobody can verify, too, the page says what it was.
  const isReported = item !== undefined && item.check !== 'notVerified';
  const tone = item ? STANDING_WORDS[item.standing].tone : 'grey';
  const badges = item && html`<p class="badges">${standingBadge(item.standing)}${checkBadge(item.check)}</p>`;
  return html`<section class="card target ${tone}" aria-labelledby="name">
<div class="head"><div><h1 id="name"><bdi>${shownName(named, words)}</bdi></h1>${placeLine(named, words)}</div>
<div class="now-is">${badges}<p class="expiry">${isReported ? expiryOf(item, asOf) : lastKnown(state?.expiresOn, asOf)}</p></div></div>
${whatToDo(explained)}
<dl>
${people(row)}${nextReminder(explanation)}${written(row)}${instantFact('Last successful read', state?.readOn, asOf)}
</dl>
<details class="plainly" id="details"><summary>Keys and dates</summary>
<dl>
${fact('Scope', html`<bdi>${key.scope}</bdi>`)}${fact('Name', html`<bdi>${key.name}</bdi>`)}${instantFact('First seen', state?.firstSeenOn, asOf)}${instantFact('Last tried', state?.checkedOn, asOf)}${row && fact('Read every', html`${formatDuration(row.checkEveryMs)}`)}${state?.lifetimeMs !== undefined && fact('Lifetime', html`${span(state.lifetimeMs)}`)}
</dl></details>
</section>
`;
}

type Row = Explained['explanation']['row'];

/** Of what is on no report any more: what it was. */
function lastKnown(expiresOn: Instant | 'never' | undefined, asOf: Instant): Html {
  if (expiresOn === undefined) return html`<b>No expiry is known</b>`;
  if (expiresOn === 'never') return html`<b>It never expired</b><small>as last read</small>`;
  return html`<b>${expiryPhrase(expiresOn, asOf)}</b><small>${time(expiresOn)}, as last read</small>`;
}

/** The steps for its state, with the places where they are done. */
function whatToDo({ about, explanation: { row, state }, report }: Explained): Html | false {
  const [item] = report.items;
  if (!about || !row || !item || item.check === 'notVerified') return false;
  const { standing } = item;
  const isDue = standing === 'expired' || standing === 'expiring';
  const faults = state?.invalid;
  const failure = state?.failure;
  const steps = [
    ...(isDue ? renewalSteps(about, TELL).map(renewalStep) : []),
    isDue &&
      about.renewalKeepsName &&
      html`<li>Nothing else: the next read notices the new expiry, and tells who was warned.</li>`,
    faults &&
      html`<li><b>Correct its registry row</b>, which can’t be understood since ${moment(faults.since)}: <ul>${faults.faults.map(fault => html`<li><bdi>${fault}</bdi></li>`)}</ul></li>`,
    failure &&
      html`<li><b>Reads fail</b>, ${counted(failure.count, 'time')} in a row since ${moment(failure.since)}: <bdi>${sentence(failure.message)}</bdi> <code>${failure.code}</code></li>`,
  ].filter(step => step !== false && step !== undefined);
  const { portalUrl, runbook } = about;
  const links = html`<p class="places">${portalUrl !== undefined && html`<a href="${portalUrl}" rel="noreferrer noopener external">Open it in Azure</a>`}${runbook !== undefined && html`<a href="${runbook}" rel="noreferrer noopener external">Open the runbook</a>`}</p>`;
  const tone = standing === 'expired' || failure || faults ? 'bad' : 'warn';
  if (steps.length === 0) return html`<div class="note"><p><b>Nothing to do now.</b></p>${links}</div>`;
  return html`<div class="note ${tone}"><h2>What to do</h2><ol class="steps">${steps}</ol>${links}</div>`;
}

const TELL =
  'Tell the watcher: name the new one under “Replace” below. That registers it with the same owners, unless it is registered already, and this one is watched no more.';

function renewalStep({ say, command }: RenewalStep): Html {
  return html`<li>${say}${command !== undefined && html`<br><code class="command">${command}</code>`}</li>`;
}

function moment(instant: Instant): Html {
  return html`<time datetime="${formatInstant(instant)}">${utc(instant)}</time>`;
}

function people(row: Row): Html | false {
  return row !== undefined && fact('Owners', ownersOf(row.columns.owners));
}

function nextReminder({ next: { mail }, asOf }: Explained['explanation']): Html | false {
  const reason = mail?.lines[0]?.reason;
  if (!mail || reason === undefined) return false;
  return fact('Next reminder', html`${timeAndDistance(mail.at, asOf)} <small>${reasonWords(reason)}</small>`);
}

function written(row: Row): Html | undefined {
  if (!row) return undefined;
  const { runbook, notes } = row.columns;
  return html`${runbook !== undefined && fact('Runbook', html`<a href="${runbook}" rel="noreferrer noopener external"><bdi>${runbook}</bdi></a>`)}${notes !== undefined && fact('Notes', html`<span class="notes"><bdi>${notes}</bdi></span>`)}`;
}

function instantFact(label: string, instant: Instant | undefined, asOf: Instant): Html | false {
  return instant !== undefined && fact(label, timeAndDistance(instant, asOf));
}

function fact(label: string, value: Html): Html {
  return html`<div><dt>${label}</dt><dd>${value}</dd></div>
`;
}
