/** What `POST targets/{scope}/{name}/check` answers: the target as it is now, or why it was not read. */
import type { StatusItem } from '../../core/listing';
import { formatInstant, type Instant, SECOND } from '../../formats/instant';

import { type Answer, json, problem, unknownTarget } from '../problem';
import { itemJson } from '../status/item';
import type { CheckBody } from './schema';

export type CheckAnswer =
  | { readonly asOf: Instant; readonly item: StatusItem; readonly recorded: boolean }
  | { readonly refused: 'unknown' }
  | { readonly refused: 'invalid' | 'notWatched'; readonly reason: string }
  | { readonly refused: 'throttled'; readonly retryAfterMs: number };

export function checkAnswer(answer: CheckAnswer): Answer {
  if (!('refused' in answer)) {
    const { asOf, item, recorded } = answer;
    const body: CheckBody = { asOf: formatInstant(asOf), recorded, item: itemJson(item) };
    return json(200, body);
  }
  switch (answer.refused) {
    case 'unknown':
      return unknownTarget();
    case 'invalid':
      return problem('invalid-row', answer.reason);
    case 'notWatched':
      return problem('not-watched', answer.reason);
    case 'throttled': {
      const seconds = String(Math.max(1, Math.ceil(answer.retryAfterMs / SECOND)));
      const detail = `All of this scope has to wait; ask again in ${seconds} seconds.`;
      return problem('throttled', detail, {}, { 'retry-after': seconds });
    }
  }
}
