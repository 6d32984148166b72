/** What an answer's headers say about pace: how long to wait after a refusal, and how much is left. */
import { retryAfterMs } from '../formats/retry-after';
import type { Answer } from '../watch/ports';
import type { Heard } from './kind';

type PaceHints = Pick<Answer, 'remaining' | 'retryAfterMs'>;

/** ARM's count of the writes left; getAuthtoken is one of them (seen in its answers). */
const REMAINING = 'x-ms-ratelimit-remaining-subscription-writes';

export function paceHints(heard: Heard): PaceHints {
  const remaining = heard.header(REMAINING);
  const wait = heard.status === 429 ? retryAfterMs(heard.header) : undefined;
  return {
    ...(remaining !== undefined && /^\d{1,9}$/.test(remaining) && { remaining: Number(remaining) }),
    ...(wait !== undefined && { retryAfterMs: wait }),
  };
}
