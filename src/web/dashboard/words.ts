/** Parts that the dashboard's pages share: names and places, instants, expiries, and states with sign, word and colour. */
import type { StatusItem } from '../../core/listing';
import type { Check, Standing } from '../../core/standing';
import { CHECK_WORDS, STANDING_WORDS } from '../../core/state-words';
import { type Html, html } from '../../formats/html';
import { formatInstant, type Instant } from '../../formats/instant';
import { distance, expiryPhrase, moment, span } from '../../formats/when';
import type { KindWords } from '../../watch/report/kind-words';
import { wordsOf } from '../shape';
import { type Links, linkTo, targetPath } from './links';

export const WORST_FIRST = wordsOf(STANDING_WORDS);

/** Each sign has its own shape, for people who do not see the colours. */
const SIGNS: Readonly<Record<Standing, string>> = {
  expired:
    'M8 1a7 7 0 1 0 0 14A7 7 0 0 0 8 1ZM5.2 4 8 6.8 10.8 4 12 5.2 9.2 8l2.8 2.8-1.2 1.2L8 9.2 5.2 12 4 10.8 6.8 8 4 5.2Z',
  expiring: 'M8 1 15.5 15H.5ZM7.1 5.5v5h1.8v-5ZM7.1 11.6v1.8h1.8v-1.8Z',
  unknown:
    'M8 1a7 7 0 1 0 0 14A7 7 0 0 0 8 1ZM5.3 6.2C5.4 4.5 6.5 3.6 8.1 3.6c1.6 0 2.7.9 2.7 2.3 0 1.9-2 2-2 3.5H7.1c0-2.3 1.9-2.4 1.9-3.4 0-.5-.4-.8-.9-.8-.6 0-1 .4-1 1ZM7 10.7h1.9v1.8H7Z',
  healthy: 'M8 1a7 7 0 1 0 0 14A7 7 0 0 0 8 1ZM7 11.6 3.7 8.3l1.3-1.3L7 9l4-4 1.3 1.3Z',
};

export function sign(standing: Standing): Html {
  return html`<svg class="sign" viewBox="0 0 16 16" width="16" height="16" aria-hidden="true" focusable="false"><path fill-rule="evenodd" d="${SIGNS[standing]}"/></svg>`;
}

export function standingBadge(standing: Standing): Html {
  const { label, tone } = STANDING_WORDS[standing];
  return html`<span class="badge ${tone}">${sign(standing)}${label}</span>`;
}

/** Nothing for a check that is ok. */
export function checkBadge(check: Check): Html | false {
  const { label, tone } = CHECK_WORDS[check];
  return check !== 'ok' && html`<span class="badge plain ${tone}">${label}</span>`;
}

/** `Mon 8 Jun 2026, 07:30 UTC`, with the instant for programs. */
export function time(instant: Instant): Html {
  return html`<time datetime="${formatInstant(instant)}">${moment(instant)}</time>`;
}

export function timeAndDistance(instant: Instant, asOf: Instant): Html {
  return html`${time(instant)} <span class="hint">(${distance(instant, asOf)})</span>`;
}

/** When a target expires: as a distance from the page's instant, and absolute. */
export function expiryOf(item: StatusItem, asOf: Instant): Html {
  const { expiresOn, minted, undecided, lifetimeSeconds, check } = item;
  if (check === 'notVerified') return html`<b>not watched</b>`;
  if (minted) {
    const life =
      lifetimeSeconds !== undefined && html`<small>each good for ${span(lifetimeSeconds * 1_000)}</small>`;
    return html`<b>a new one with each read</b>${life}`;
  }
  if (undecided) return html`<b>not certain yet</b><small>one more read shows whether it is fixed</small>`;
  if (expiresOn === undefined) return html`<b>not known</b>`;
  if (expiresOn === 'never') return html`<b>never</b>`;
  const phrase = expiresOn > asOf ? distance(expiresOn, asOf) : expiryPhrase(expiresOn, asOf);
  return html`<b>${phrase}</b><small>${time(expiresOn)}</small>`;
}

type Named = Pick<StatusItem, 'scope' | 'name' | 'displayName'>;

/** A target's name as a link to its page. */
export function nameLink(item: Named, words: KindWords, links: Links): Html {
  return linkTo(targetPath(item.scope, item.name, links), shownName(item, words));
}

/** Its display name, or its name without the spelling that table keys need. */
export function shownName(item: Named, words: KindWords): string {
  return item.displayName === item.name ? words.of(item).name : item.displayName;
}

/** What it is and where it is, in words that a person can search for. */
export function placeLine(item: Named, words: KindWords): Html {
  const { title, place } = words.of(item);
  return html`<small class="place"><bdi>${title}</bdi> · <bdi>${place}</bdi></small>`;
}

/** @param most how many are named; the rest is counted */
export function ownersOf(owners: readonly string[], most = owners.length): Html {
  if (owners.length === 0) return html`<span class="hint">none: operators take their place</span>`;
  const more = owners.length - most;
  return html`${owners.slice(0, most).map(address => html`<bdi>${address}</bdi> `)}${more > 0 && html`<span class="hint">and ${more} more</span>`}`;
}
