/** The forecast over HTTP: its one parameter understood, and the mails as `GET forecast` answers them. */
import * as v from 'valibot';
import type { Forecast, Foreseen } from '../core/forecast';
import { formatInstant } from '../formats/instant';
import { readQuery, wholeNumber } from './query';
import { described, InstantText, listOf } from './shape';

export const ForecastQuery = v.object({
  days: v.optional(v.pipe(wholeNumber(1, 365), v.description('How far to look.')), '30'),
});

export const ForecastBody = v.object({
  asOf: InstantText,
  days: v.pipe(v.number(), v.integer()),
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
          expiresOn: v.nullable(InstantText),
          at: described(InstantText, 'From when on it is due; the next run sends it.'),
        }),
      ),
    }),
  ),
});
type ForecastBody = v.InferOutput<typeof ForecastBody>;

export function parseForecastQuery(parameters: URLSearchParams) {
  return readQuery(parameters, ForecastQuery);
}

export function forecastJson({ asOf, days, truncated, mails }: Forecast): ForecastBody {
  return {
    asOf: formatInstant(asOf),
    days,
    truncated,
    mails: mails.map(({ on, owner, lines }) => ({ on, owner, lines: lines.map(lineJson) })),
  };
}

function lineJson({ at, reminder: { scope, name, reason }, displayName, expiresOn }: Foreseen) {
  return {
    scope,
    name,
    displayName,
    reason,
    expiresOn: expiresOn === undefined ? null : formatInstant(expiresOn),
    at: formatInstant(at),
  };
}
