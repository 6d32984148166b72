/** The banner at the top of a target's page: what a form did, or why it did nothing; and the status of that answer. */
import type { StatusItem } from '../../core/listing';
import { type Html, html } from '../../formats/html';
import type { Instant } from '../../formats/instant';
import { counted, moment } from '../../formats/when';
import type { Explained } from '../../watch/report/explain';
import type { ReadSuccessor } from '../../watch/snooze/replace';
import type { CheckResult } from '../../watch/sweep/check-now';
import { type Fault, secondsToWait } from '../problem';
import { type Changed, type Done, doneWords, isDone } from './done';
import { isField, type Returned, typedTexts } from './edit';
import type { Given } from './target-form';
import { time } from './words';

type Unchecked = Extract<CheckResult, { readonly refused: string }>;

/** What a form did. */
export type FormOutcome =
  | { readonly is: Done }
  | { readonly is: 'unrecorded'; readonly asOf: Instant; readonly item: StatusItem }
  | { readonly is: 'unchecked'; readonly why: Unchecked }
  /** Not saved: the row has faults, or was changed in the meantime. */
  | { readonly is: 'refused' | 'changed'; readonly returned: Returned }
  /** Nothing was done: the row is not the one that the person looked at. */
  | { readonly is: 'overtaken' }
  | Faulty
  /** The new one was read, and the person is asked. `tag`: of the old one's row. */
  | ({ readonly is: 'proposed'; readonly tag: string } & Exclude<ReadSuccessor, { readonly fault: string }>);

/** A small form with faults: nothing was done. */
export interface Faulty {
  readonly is: 'faulty';
  readonly act: 'snooze' | 'replace';
  readonly given: Given;
  readonly faults: readonly Fault[];
  readonly retryAfterMs?: number | undefined;
}

/** The outcome that the address names; undefined for an unknown word. */
export function outcomeIn(url: string): FormOutcome | undefined {
  const [text, ...more] = new URL(url).searchParams.getAll('done');
  return more.length === 0 && isDone(text) ? { is: text } : undefined;
}

export function outcomeOfCheck(answer: CheckResult): FormOutcome {
  if ('refused' in answer) return { is: 'unchecked', why: answer };
  if (answer.recorded) return { is: 'checked' };
  return { is: 'unrecorded', asOf: answer.asOf, item: answer.item };
}

export function statusOf(outcome: FormOutcome | undefined): number {
  if (outcome?.is === 'refused') return 422;
  if (outcome?.is === 'changed' || outcome?.is === 'overtaken') return 409;
  if (outcome?.is === 'faulty') return outcome.retryAfterMs === undefined ? 422 : 429;
  if (outcome?.is !== 'unchecked') return 200;
  return { unknown: 404, invalid: 409, notWatched: 409, throttled: 429 }[outcome.why.refused];
}

export function headersOf(outcome: FormOutcome | undefined): Record<string, string> {
  const wait = outcome?.is === 'faulty' ? outcome.retryAfterMs : waitOf(outcome);
  return wait === undefined ? {} : { 'retry-after': String(secondsToWait(wait)) };
}

function waitOf(outcome: FormOutcome | undefined): number | undefined {
  if (outcome?.is !== 'unchecked' || outcome.why.refused !== 'throttled') return undefined;
  return outcome.why.retryAfterMs;
}

/** @param undo the form that undoes what was done, if it can be undone */
export function bannerOf(
  outcome: FormOutcome | undefined,
  { explanation, report }: Explained,
  undo: Html | undefined,
): Html | undefined {
  if (!outcome) return undefined;
  switch (outcome.is) {
    case 'proposed':
      return undefined;
    case 'checked':
      return checkedBanner(report.items[0]);
    case 'overtaken':
      return alarm(OVERTAKEN);
    case 'faulty':
      return alarm(
        html`<b>Nothing was changed.</b> Correct the marked fields below, and send the form again.`,
      );
    case 'unrecorded':
      return unrecordedBanner(outcome.item, outcome.asOf);
    case 'unchecked':
      return alarm(html`<b>It was not read.</b> ${whyUnchecked(outcome.why)}`);
    case 'refused':
      return explanation.row
        ? alarm(html`<b>Nothing was saved.</b> ${faultWords(outcome.returned)}`)
        : notPutBack(outcome.returned);
    case 'changed':
      return explanation.row && !explanation.row.lost ? alarm(CHANGED) : removedBanner(outcome.returned);
    default:
      return doneBanner(outcome.is, undo);
  }
}

export function doneBanner(done: Changed, undo: Html | undefined): Html {
  return html`<div class="card notice"><div role="status"><p>${doneWords(done)}</p></div>${undo}</div>
`;
}

export const OVERTAKEN = html`<b>Nothing was done.</b> The registry row was changed or removed in the meantime. This page shows what holds now; press again if you still want to.`;

const CHANGED = html`<b>Nothing was saved.</b> The row was changed in the meantime. The form below still has your text, and shows what is in the registry now. Save again if your text is right.`;

/** The row is gone, but the page still shows what the person typed. */
export function removedBanner({ typed }: Returned): Html {
  return html`<div class="card notice bad" role="alert"><p><b>Nothing was saved.</b> The registry row was removed in the meantime. You had typed:</p>${typedList(typed)}</div>
`;
}

/** A removed row that can't be put back as it was. */
export function notPutBack({ typed, faults }: Returned): Html {
  const words = faults.map(({ parameter, detail }) => html`<li><bdi>${parameter}: ${detail}</bdi></li>`);
  return html`<div class="card notice bad" role="alert"><p><b>The row was not put back:</b> it would be refused now. Add it anew, with these corrected:</p><ul>${words}</ul>${typedList(typed)}</div>
`;
}

function typedList(typed: Returned['typed']): Html {
  return html`<dl>${typedTexts(typed).map(
    ([label, text]) => html`<div><dt>${label}</dt><dd class="notes"><bdi>${text}</bdi></dd></div>`,
  )}</dl>`;
}

function checkedBanner(item: StatusItem | undefined): Html {
  if (!item) return banner(html`<b>Checked.</b>`);
  if (item.check === 'failing') return failedBanner(item, html`It is recorded.`);
  const on = item.checkedOn !== undefined && html` It was read ${time(item.checkedOn)}`;
  return banner(html`<b>Checked.</b>${on}: ${expiryWords(item)}.`);
}

function unrecordedBanner(item: StatusItem, asOf: Instant): Html {
  const follows = html`It is not recorded yet: a sweep is reading this scope and will record it.`;
  if (item.check === 'failing') return failedBanner(item, follows);
  return banner(html`<b>Read just now,</b> ${time(asOf)}: ${expiryWords(item)}. ${follows}`);
}

function failedBanner({ failure, checkedOn }: StatusItem, then: Html): Html {
  const on = checkedOn !== undefined && html` ${time(checkedOn)}`;
  return alarm(
    html`<b>It was tried${on}, and the read failed:</b> ${failure ? html`<code>${failure.code}</code> <bdi>${failure.message}</bdi>` : 'no reason is known.'} ${then} The last known expiry stays in force.`,
  );
}

function expiryWords({ expiresOn, minted, undecided }: StatusItem): string {
  if (minted) return 'each read makes a new token';
  if (undecided) return 'one more read shows whether its expiry is fixed';
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
      if (why.by === 'share')
        return html`Checks may use half of the pace of their scope, and that is used up; try again in ${counted(secondsToWait(why.retryAfterMs), 'second')}.`;
      return html`The service allows no request for this scope now; try again in ${counted(secondsToWait(why.retryAfterMs), 'second')}.`;
  }
}

function faultWords({ faults }: Returned): Html {
  const others = faults.filter(({ parameter }) => !isField(parameter));
  return html`Correct the marked fields below, and save again.${others.map(({ parameter, detail }) => html` <bdi>${parameter}: ${detail}.</bdi>`)}`;
}

function banner(words: Html): Html {
  return html`<div class="card notice" role="status"><p>${words}</p></div>
`;
}

export function alarm(words: Html): Html {
  return html`<div class="card notice bad" role="alert"><p>${words}</p></div>
`;
}
