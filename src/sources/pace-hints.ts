/** What an answer's headers say about pace: how long to wait after a refusal, and how much is left. */
import { SECOND } from '../core/instant';
import type { Answer } from '../watch/ports';
import type { Heard } from './kind';

type PaceHints = Pick<Answer, 'remaining' | 'retryAfterMs'>;

/** ARM's count of the writes left; getAuthtoken is one of them (seen in its answers). */
const REMAINING = 'x-ms-ratelimit-remaining-subscription-writes';
/** RFC 9110's IMF-fixdate, the one form of an HTTP date that may be sent. */
const HTTP_DATE = /^[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT$/;

export function paceHints(heard: Heard): PaceHints {
  const remaining = heard.header(REMAINING);
  const retryAfterMs = heard.status === 429 ? retryAfter(heard) : undefined;
  return {
    ...(remaining !== undefined && /^\d{1,9}$/.test(remaining) && { remaining: Number(remaining) }),
    ...(retryAfterMs !== undefined && { retryAfterMs }),
  };
}

/** Retry-After in milliseconds. A date counts from the answer's own Date, so that no two clocks are compared. */
function retryAfter(heard: Heard): number | undefined {
  const text = heard.header('retry-after') ?? '';
  if (/^\d{1,9}$/.test(text)) return Number(text) * SECOND;
  const wait = httpDate(text) - httpDate(heard.header('date') ?? '');
  return wait > 0 ? wait : undefined;
}

function httpDate(text: string): number {
  return HTTP_DATE.test(text) ? Date.parse(text) : Number.NaN;
}
