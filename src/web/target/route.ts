/** `GET targets/{scope}/{name}`: one target and every decision about it; `POST …/check`: reads the target now. */
import { formatInstant } from '../../formats/instant';
import { counted } from '../../formats/when';
import type { CheckResult } from '../../watch/sweep/check-now';
import { jsonOf, problem, type Response, secondsToWait, unknownTarget } from '../problem';
import { NO_QUERY } from '../query';
import { type Route, strict } from '../route';
import { itemJson } from '../status/body';
import { explanationJson } from './explanation';
import { CheckBody, Decision, Event, Recipient, TargetBody, Threshold } from './schema';

const TARGET = jsonOf(TargetBody);
const CHECK = jsonOf(CheckBody);

export const target: Route = {
  name: 'target',
  path: 'targets/{scope}/{name}',
  components: { Target: TargetBody, Threshold, Recipient, Decision, Event, Check: CheckBody },
  methods: {
    GET: strict({
      tag: 'Asking',
      summary: 'One target whole',
      description:
        'Its state, its thresholds and where each came from, what was told to whom, why each reminder is or isn’t due, what comes next, and its history.',
      query: NO_QUERY,
      responses: { 200: { is: 'The target.', content: TARGET.content } },
      problems: ['unknown-target'],
      handler: async ({ key, app }) => {
        const explained = await app().explain(key.scope, key.name);
        return explained ? TARGET.answer(200, explanationJson(explained)) : unknownTarget();
      },
    }),
  },
};

export const checkNow: Route = {
  name: 'checkNow',
  path: 'targets/{scope}/{name}/check',
  methods: {
    POST: strict({
      tag: 'Acting',
      summary: 'Read a target now',
      description:
        'Within half of the pace of its scope. While a sweep has the scope it is read all the same, with `recorded: false`.',
      query: NO_QUERY,
      responses: { 200: { is: 'The target as it is now.', content: CHECK.content } },
      problems: ['unknown-target', 'invalid-row', 'not-watched', 'throttled'],
      handler: async ({ key, app, log }) => checkResponse(await app().checkNow(key, log)),
    }),
  },
};

function checkResponse(answer: CheckResult): Response {
  if (!('refused' in answer)) {
    const { asOf, item, recorded } = answer;
    return CHECK.answer(200, { asOf: formatInstant(asOf), recorded, item: itemJson(item) });
  }
  switch (answer.refused) {
    case 'unknown':
      return unknownTarget();
    case 'invalid':
      return problem('invalid-row', answer.reason);
    case 'notWatched':
      return problem('not-watched', answer.reason);
    case 'throttled': {
      const seconds = secondsToWait(answer.retryAfterMs);
      const why =
        answer.by === 'scope'
          ? 'The service allows no request for this scope now'
          : 'Checks may use half of the pace of their scope, and that is used up';
      const detail = `${why}; ask again in ${counted(seconds, 'second')}.`;
      return problem('throttled', detail, {}, { 'retry-after': String(seconds) });
    }
  }
}
