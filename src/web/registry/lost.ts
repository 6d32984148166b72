/** `GET, POST registry/lost`: targets whose registry rows vanished in bulk, and the confirmation that they are to be removed. */
import * as v from 'valibot';
import { formatInstant, type Instant, parseInstant } from '../../formats/instant';
import type { LostRows } from '../../watch/registry/lost';
import { FORM, readContent } from '../content';
import { jsonOf, problem } from '../problem';
import { NO_QUERY } from '../query';
import { type Route, strict } from '../route';
import { described, InstantOrNull, InstantText, Integer, instantOrNull, listOf } from '../shape';

const Count = v.pipe(Integer, v.minValue(0));

const LostBody = v.object({
  asOf: InstantText,
  targets: described(Count, 'How many are kept without a row, as the last sweeps found.'),
  scopes: listOf(
    v.object({
      scope: v.string(),
      targets: Count,
      lastOn: described(InstantText, 'When the last of them was noticed.'),
    }),
  ),
  confirmedOn: described(
    InstantOrNull,
    'Those noticed until then go at their next sweep; null where nothing was ever confirmed.',
  ),
});
const LOST = jsonOf(LostBody);

const ConfirmForm = v.object({
  until: described(InstantText, 'The `asOf` of the answer that was looked at: what is noticed later stays.'),
});

export const registryLost: Route = {
  name: 'registryLost',
  path: 'registry/lost',
  components: { LostRows: LostBody, Confirmation: ConfirmForm },
  methods: {
    GET: strict({
      tag: 'Registry',
      summary: 'Lost rows',
      description:
        'Targets whose rows vanished at once with many others, and not by DELETE. They stay watched for a day.',
      query: NO_QUERY,
      responses: { 200: { is: 'How many, by scope.', content: LOST.content } },
      handler: async ({ app }) => LOST.answer(200, lostJson(await app().lostRows())),
    }),
    POST: strict({
      tag: 'Registry',
      summary: 'Confirm that they are removed',
      description: 'They leave all reports at the next sweep. A row that is back by then stays watched.',
      query: NO_QUERY,
      body: { 'application/x-www-form-urlencoded': ConfirmForm },
      responses: { 200: { is: 'Confirmed.', content: LOST.content } },
      problems: ['bad-body', 'too-large', 'wrong-content-type'],
      handler: async call => {
        const content = await readContent(call, FORM);
        if ('refusal' in content) return content.refusal;
        const until = parseConfirmation(content.text);
        if (until === undefined)
          return problem('bad-body', 'Send until=, with the asOf of the answer that you looked at.');
        return LOST.answer(200, lostJson(await call.app().confirmRemoval(until)));
      },
    }),
  },
};

/** What the operator saw; undefined for any other form. */
export function parseConfirmation(form: string): Instant | undefined {
  const [[field, text = ''] = [], ...others] = [...new URLSearchParams(form)];
  return field === 'until' && others.length === 0 ? parseInstant(text) : undefined;
}

function lostJson({ asOf, targets, scopes, confirmedOn }: LostRows): v.InferOutput<typeof LostBody> {
  return {
    asOf: formatInstant(asOf),
    targets,
    scopes: scopes.map(({ lastOn, ...one }) => ({ ...one, lastOn: formatInstant(lastOn) })),
    confirmedOn: instantOrNull(confirmedOn),
  };
}
