/** `GET forecast`: the mails that go out if nothing changes. */
import * as v from 'valibot';
import type { Forecast, Foreseen } from '../../core/forecast';
import { formatInstant } from '../../formats/instant';
import { jsonOf } from '../problem';
import { wholeNumber } from '../query';
import { type Route, strict } from '../route';
import { described, InstantOrNull, InstantText, Integer, instantOrNull, listOf } from '../shape';

const ForecastQuery = v.object({
  days: v.optional(described(wholeNumber(1, 365), 'How far to look.'), '30'),
});

const ForecastBody = v.object({
  asOf: InstantText,
  days: Integer,
  truncated: described(v.boolean(), 'There are more lines than an answer holds: the soonest are in it.'),
  mails: listOf(
    v.object({
      on: described(v.pipe(v.string(), v.isoDate()), 'A day in UTC.'),
      owner: v.string(),
      lines: listOf(
        v.object({
          scope: v.string(),
          name: v.string(),
          displayName: v.string(),
          reason: described(v.string(), 'A threshold such as `30d`, or a notice such as `missing`.'),
          expiresOn: InstantOrNull,
          at: described(InstantText, 'From when on it is due; the next run sends it.'),
        }),
      ),
    }),
  ),
});
type ForecastBody = v.InferOutput<typeof ForecastBody>;

const FORECAST = jsonOf(ForecastBody);

export const forecast: Route = {
  name: 'forecast',
  path: 'forecast',
  components: { Forecast: ForecastBody },
  methods: {
    GET: strict({
      tag: 'Asking',
      summary: 'The mails to come',
      description: 'The mails that go out if nothing changes, by day and owner.',
      query: ForecastQuery,
      responses: { 200: { is: 'The mails.', content: FORECAST.content } },
      handler: async ({ query, app }) => FORECAST.answer(200, forecastJson(await app().forecast(query.days))),
    }),
  },
};

export function forecastJson({ asOf, days, truncated, mails }: Forecast): ForecastBody {
  return {
    asOf: formatInstant(asOf),
    days,
    truncated,
    mails: mails.map(({ on, owner, lines }) => ({ on, owner, lines: lines.map(lineJson) })),
  };
}

function lineJson({ at, reminder: { scope, name, reason }, displayName, expiresOn }: Foreseen) {
  return { scope, name, displayName, reason, expiresOn: instantOrNull(expiresOn), at: formatInstant(at) };
}
