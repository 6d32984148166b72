/** Parts that the dashboard's pages share: instants, expiries, and standings with sign, word and colour. */
import type { StatusItem } from '../../core/listing';
import type { Check, Standing } from '../../core/standing';
import { type Html, html } from '../../formats/html';
import { formatInstant, type Instant } from '../../formats/instant';
import { distance, expiryPhrase, moment, span } from '../../formats/when';
import { wordsOf } from '../shape';

export const STANDING_WORDS: Readonly<Record<Standing, string>> = {
  expired: 'Expired',
  expiring: 'Expiring',
  unknown: 'Unknown',
  healthy: 'Healthy',
};
export const WORST_FIRST = wordsOf(STANDING_WORDS);

export const CHECK_WORDS: Readonly<Record<Check, string>> = {
  ok: 'OK',
  failing: 'Reads fail',
  invalid: 'Invalid row',
  pending: 'Not read yet',
  notVerified: 'Replaced, not verified',
};

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
  return html`<span class="badge ${standing}">${sign(standing)}${STANDING_WORDS[standing]}</span>`;
}

/** Nothing for a check that is ok. */
export function checkBadge(check: Check): Html | false {
  return check !== 'ok' && html`<span class="badge plain">${CHECK_WORDS[check]}</span>`;
}

/** `Mon 2026-06-08 07:30 UTC`, with the instant for programs. */
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

/** The part of the scope after its kind. */
export function placeOf({ kind, scope }: Pick<StatusItem, 'kind' | 'scope'>): string {
  return scope.startsWith(`${kind}:`) ? scope.slice(kind.length + 1) : scope;
}
