/** How a target is: its expiry, its last read, what is wrong with it, and what people wrote about it. */
import { formatDuration } from '../../formats/duration';
import { type Html, html } from '../../formats/html';
import { formatInstant, type Instant } from '../../formats/instant';
import { counted, span, utc } from '../../formats/when';
import type { WholeTarget } from '../target/explanation';
import { checkBadge, expiryOf, standingBadge, timeAndDistance } from './words';

export function stateCard({ key, explanation: { row, state, asOf }, report }: WholeTarget): Html {
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
${fact('Scope', html`<bdi>${key.scope}</bdi>`)}${fact('Name', html`<bdi>${key.name}</bdi>`)}${people(row)}${instantFact('Last read well', state?.readOn, asOf)}${instantFact('Last tried', state?.checkedOn, asOf)}${instantFact('First seen', state?.firstSeenOn, asOf)}${state?.lifetimeMs !== undefined && fact('Lifetime', html`${span(state.lifetimeMs)}`)}${written(row)}
</dl>
</section>
`;
}

type Row = WholeTarget['explanation']['row'];

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
  // The registry takes http and https alone; nothing else may become a link, wherever it came from.
  const link = runbook !== undefined && /^https?:\/\//i.test(runbook);
  return html`${link && fact('Runbook', html`<a href="${runbook}" rel="noreferrer noopener external"><bdi>${runbook}</bdi></a>`)}${notes !== undefined && fact('Notes', html`<span class="notes"><bdi>${notes}</bdi></span>`)}`;
}

function failureWords(state: WholeTarget['explanation']['state']): Html | false {
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
