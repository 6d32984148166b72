/** The coming days as a chart with one bar for each day, and the same as a table. */
import type { StatusItem } from '../../core/listing';
import { STANDING_WORDS } from '../../core/state-words';
import { type Html, html } from '../../formats/html';
import { DAY, type Instant } from '../../formats/instant';
import { counted, day } from '../../formats/when';
import type { KindWords } from '../../watch/report/kind-words';
import type { Overview } from '../../watch/report/overview';
import type { Links } from './links';
import { nameLink, sign } from './words';

interface Day {
  readonly on: Instant;
  readonly items: readonly StatusItem[];
}

/** Widths and heights in units of the chart; the page scales it. */
const STEP = 10;
const HEIGHT = 100;
const LEAST = 4;
/** A single expiry must not be a bar of full height. */
const LEAST_SCALE = 4;
const SOON_DAYS = 7;
const MOST_NAMES = 5;
/** From the bottom of a bar to its top. */
const DRAWN = ['expiring', 'healthy'] as const;

export function timeline({ coming, report: { asOf } }: Overview, words: KindWords, links: Links): Html {
  const { items, days, isCut } = coming;
  const dates = daysOf(items, asOf, days);
  return html`<section class="card" aria-labelledby="timeline">
<h2 id="timeline">The coming ${days} days</h2>
<p class="hint" id="timelineSays">${summary(items, dates)}${isCut && cutWords(items)}</p>
${chart(dates, days)}
${items.length > 0 && legend()}${items.length > 0 && table(dates, words, links)}</section>
`;
}

/** Every day of the window from today on, also those without an expiry. */
function daysOf(items: readonly StatusItem[], asOf: Instant, days: number): Day[] {
  const today = Math.floor(asOf / DAY);
  const itemsOn = new Map<number, StatusItem[]>();
  for (const item of items) {
    if (typeof item.expiresOn !== 'number') continue;
    const on = Math.floor(item.expiresOn / DAY);
    const others = itemsOn.get(on);
    if (others) others.push(item);
    else itemsOn.set(on, [item]);
  }
  return Array.from({ length: days + 1 }, (_, index) => {
    return { on: (today + index) * DAY, items: itemsOn.get(today + index) ?? [] };
  });
}

function summary(items: readonly StatusItem[], dates: readonly Day[]): string {
  if (items.length === 0) return 'Nothing expires in that time.';
  const soon = dates.slice(0, SOON_DAYS).reduce((sum, { items }) => sum + items.length, 0);
  const busiest = dates.reduce((most, date) => (date.items.length > most.items.length ? date : most));
  const all = items.length === 1 ? '1 expiry' : `${items.length} expiries`;
  return `${all}, ${soon} of them in the first ${SOON_DAYS} days; most on ${day(busiest.on)}: ${busiest.items.length}.`;
}

function cutWords(items: readonly StatusItem[]): Html {
  const last = items.at(-1)?.expiresOn;
  return html` <b>Only the ${items.length} soonest are drawn${typeof last === 'number' && `, up to ${day(last)}`}; more follow.</b>`;
}

function chart(dates: readonly Day[], days: number): Html {
  const most = Math.max(LEAST_SCALE, ...dates.map(({ items }) => items.length));
  const width = dates.length * STEP;
  const marks = [SOON_DAYS, 30, 60].filter(mark => mark < days);
  return html`<div class="chart">
<p class="most" aria-hidden="true">${most}</p>
<svg viewBox="0 0 ${width} ${HEIGHT}" preserveAspectRatio="none" role="img" aria-label="Bar chart: expiries on each of the coming ${days} days" aria-describedby="timelineSays">
${marks.map(mark => html`<rect class="grid" x="${mark * STEP}" y="0" width="1" height="${HEIGHT}"/>`)}
${dates.map((date, index) => bar(date, index, most))}
</svg>
<ol class="axis" aria-hidden="true">${axis(dates, days)}</ol>
</div>`;
}

function bar({ on, items }: Day, index: number, most: number): Html {
  const x = index * STEP + 1;
  if (items.length === 0)
    return html`<rect class="none" x="${x}" y="${HEIGHT - 1}" width="${STEP - 2}" height="1"/>`;
  const height = Math.max(LEAST, Math.round((items.length / most) * (HEIGHT - 2)));
  const expiring = items.filter(({ standing }) => standing === 'expiring').length;
  const split = Math.round((height * expiring) / items.length);
  const part = (standing: (typeof DRAWN)[number], bottom: number, part: number) =>
    part > 0 &&
    html`<rect class="${STANDING_WORDS[standing].tone}" x="${x}" y="${HEIGHT - bottom - part}" width="${STEP - 2}" height="${part}"/>`;
  return html`<g><title>${day(on)}: ${items.length}</title>${part('expiring', 0, split)}${part('healthy', split, height - split)}</g>`;
}

function legend(): Html {
  const words = DRAWN.map(standing => {
    const { label, tone } = STANDING_WORDS[standing];
    return html`<li class="${tone}">${sign(standing)}${label}</li>`;
  });
  return html`<ul class="legend" aria-hidden="true">${words}</ul>
`;
}

function axis(dates: readonly Day[], days: number): Html[] {
  const ticks = [0, 1, 2, 3].map(third => Math.round((third * days) / 3));
  return ticks.flatMap(tick => {
    const date = dates[tick];
    if (!date) return [];
    return html`<li>${tick === 0 ? 'today' : counted(tick, 'day')}<br>${day(date.on).slice(4)}</li>`;
  });
}

function table(dates: readonly Day[], words: KindWords, links: Links): Html {
  const busy = dates.filter(({ items }) => items.length > 0);
  return html`<details class="plainly" id="timelineTable">
<summary>The same as a table</summary>
<div class="scroll" tabindex="0" role="group" aria-label="Table of the coming days">
<table>
<caption class="unseen">Expiries by day; days without one are left out</caption>
<thead><tr><th scope="col">Day</th><th scope="col" class="number">Expiries</th><th scope="col">Targets</th></tr></thead>
<tbody>${busy.map(date => tableRow(date, words, links))}</tbody>
</table>
</div>
</details>
`;
}

function tableRow({ on, items }: Day, words: KindWords, links: Links): Html {
  const names = items.slice(0, MOST_NAMES).map((item, index) => {
    return html`${index > 0 && ', '}${nameLink(item, words, links)}`;
  });
  const more = items.length - names.length;
  return html`<tr><th scope="row">${day(on)}</th><td class="number">${items.length}</td><td>${names}${more > 0 && ` and ${more} more`}</td></tr>
`;
}
