/** What a target's page says first of what was just asked: done, or why not; with the status that goes with it. */

import type { StatusItem } from '../../core/listing';
import { type Html, html } from '../../formats/html';
import { type Instant, SECOND } from '../../formats/instant';
import { moment } from '../../formats/when';

import type { CheckAnswer } from '../target/check-answer';
import type { WholeTarget } from '../target/explanation';
import { isField, type Returned, typedTexts } from './edit';
import { time } from './words';

type Unchecked = Extract<CheckAnswer, { readonly refused: string }>;

export type Said =
  | { readonly said: 'checked' | 'saved' }
  | { readonly said: 'unrecorded'; readonly asOf: Instant; readonly item: StatusItem }
  | { readonly said: 'unchecked'; readonly why: Unchecked }
  /** By a fault, or since the row was changed in the meantime. */
  | { readonly said: 'refused' | 'changed'; readonly returned: Returned };

const DONE = ['checked', 'saved'] as const;

/** What the address says was done, one of our own words or nothing. */
export function saidIn(url: string): Said | undefined {
  const [text, ...more] = new URL(url).searchParams.getAll('done');
  const said = more.length === 0 ? DONE.find(word => word === text) : undefined;
  return said && { said };
}

export function saidOfCheck(answer: CheckAnswer): Said {
  if ('refused' in answer) return { said: 'unchecked', why: answer };
  if (answer.recorded) return { said: 'checked' };
  return { said: 'unrecorded', asOf: answer.asOf, item: answer.item };
}

export function statusOf(said: Said | undefined): number {
  if (said?.said === 'refused') return 422;
  if (said?.said === 'changed') return 409;
  if (said?.said !== 'unchecked') return 200;
  return { unknown: 404, invalid: 409, notWatched: 409, throttled: 429 }[said.why.refused];
}

export function headersOf(said: Said | undefined): Record<string, string> {
  if (said?.said !== 'unchecked' || said.why.refused !== 'throttled') return {};
  return { 'retry-after': String(secondsOf(said.why.retryAfterMs)) };
}

export function noticeOf(said: Said | undefined, { explanation, report }: WholeTarget): Html | undefined {
  switch (said?.said) {
    case 'checked':
      return checkedNotice(report.items[0]);
    case 'saved':
      return notice(html`<b>Saved.</b> The next sweep goes by it.`);
    case 'unrecorded':
      return freshNotice(said.item, said.asOf);
    case 'unchecked':
      return alarm(html`<b>It was not read.</b> ${whyUnchecked(said.why)}`);
    case 'refused':
      return alarm(html`<b>Nothing was saved.</b> ${faultWords(said.returned)}`);
    case 'changed':
      return explanation.row ? alarm(CHANGED) : goneNotice(said.returned);
    default:
      return undefined;
  }
}

const CHANGED = html`<b>Nothing was saved.</b> The row was changed in the meantime, as it stands below: what you typed is still there, and beside it what the registry holds now. Save once more if yours is right.`;

/** Nothing of what was typed is lost, even where there is no row any more to put it in. */
export function goneNotice({ typed }: Returned): Html {
  const written = typedTexts(typed).map(
    ([label, text]) => html`<div><dt>${label}</dt><dd class="notes"><bdi>${text}</bdi></dd></div>`,
  );
  return html`<div class="card notice bad" role="alert"><p><b>Nothing was saved.</b> The registry row was removed in the meantime. You had typed:</p><dl>${written}</dl></div>
`;
}

function checkedNotice(item: StatusItem | undefined): Html {
  if (!item) return notice(html`<b>Checked.</b>`);
  if (item.check === 'failing') return failedNotice(item, html`It is recorded.`);
  const on = item.checkedOn !== undefined && html` It was read ${time(item.checkedOn)}`;
  return notice(html`<b>Checked.</b>${on}: ${expiryWords(item)}.`);
}

function freshNotice(item: StatusItem, asOf: Instant): Html {
  const follows = html`It is not recorded yet: a sweep has this scope right now, and will see for itself.`;
  if (item.check === 'failing') return failedNotice(item, follows);
  return notice(html`<b>Read just now,</b> ${time(asOf)}: ${expiryWords(item)}. ${follows}`);
}

function failedNotice({ failure, checkedOn }: StatusItem, then: Html): Html {
  const on = checkedOn !== undefined && html` ${time(checkedOn)}`;
  return alarm(
    html`<b>It was tried${on}, and the read failed:</b> ${failure ? html`<code>${failure.code}</code> <bdi>${failure.message}</bdi>` : 'no reason is known.'} ${then} The last known expiry stays in force.`,
  );
}

function expiryWords({ expiresOn, minted }: StatusItem): string {
  if (minted) return 'each read mints a new one';
  if (expiresOn === undefined) return 'no expiry is known';
  return expiresOn === 'never' ? 'it never expires' : `it expires ${moment(expiresOn)}`;
}

function whyUnchecked(why: Unchecked): Html {
  switch (why.refused) {
    case 'unknown':
      return html`It is no longer registered.`;
    case 'invalid':
      return html`Its registry row is not understood: <bdi>${why.reason}</bdi>.`;
    case 'notWatched':
      return html`It is not watched: <bdi>${why.reason}</bdi>.`;
    case 'throttled':
      return html`All of this scope has to wait; try again in ${secondsOf(why.retryAfterMs)} seconds.`;
  }
}

function secondsOf(ms: number): number {
  return Math.max(1, Math.ceil(ms / SECOND));
}

function faultWords({ faults }: Returned): Html {
  const others = faults.filter(({ parameter }) => !isField(parameter));
  return html`Mend what is marked below, and save again.${others.map(({ parameter, detail }) => html` <bdi>${parameter}: ${detail}.</bdi>`)}`;
}

function notice(words: Html): Html {
  return html`<div class="card notice" role="status"><p>${words}</p></div>
`;
}

function alarm(words: Html): Html {
  return html`<div class="card notice bad" role="alert"><p>${words}</p></div>
`;
}
