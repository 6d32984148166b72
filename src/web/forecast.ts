/** The forecast over HTTP: its one parameter understood, and the mails as `GET forecast` answers them. */
import type { Forecast, Foreseen } from '../core/forecast';
import { formatInstant } from '../core/instant';
import type { Fault } from './problem';

const DEFAULT_DAYS = 30;
const MOST_DAYS = 365;
/** `code` and `clientId` carry the function key, and are the Functions host's. */
const KNOWN = ['days', 'code', 'clientId'];

export function parseForecastQuery(
  parameters: URLSearchParams,
): { readonly days: number } | { readonly faults: readonly Fault[] } {
  const unknown = [...new Set(parameters.keys())].filter(parameter => !KNOWN.includes(parameter));
  const faults: Fault[] = unknown.map(parameter => ({
    parameter: parameter.slice(0, 100),
    detail: 'there is no such parameter; there is days',
  }));
  const values = parameters.getAll('days');
  const [text = String(DEFAULT_DAYS)] = values;
  const days = values.length <= 1 && /^\d{1,3}$/.test(text) ? Number(text) : 0;
  if (days < 1 || days > MOST_DAYS)
    faults.push({ parameter: 'days', detail: `write one whole number from 1 to ${MOST_DAYS}` });
  return faults.length > 0 ? { faults } : { days };
}

export function forecastJson({ asOf, days, truncated, mails }: Forecast) {
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
