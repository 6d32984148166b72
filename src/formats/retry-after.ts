/** How long a service asks to be left alone, as its Retry-After says it (RFC 9110, section 10.2.3). */
import { type Instant, SECOND } from './instant';

/** RFC 9110's IMF-fixdate, the one form of an HTTP date that may be sent. */
const HTTP_DATE = /^[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT$/;

/** In milliseconds. A date counts from the answer's own Date, so that no two clocks are compared; undefined without a sense. */
export function retryAfterMs(header: (name: string) => string | undefined): number | undefined {
  const text = (header('retry-after') ?? '').trim();
  if (/^\d{1,9}$/.test(text)) return Number(text) * SECOND;
  const wait = httpDate(text) - httpDate((header('date') ?? '').trim());
  return wait > 0 ? wait : undefined;
}

function httpDate(text: string): Instant {
  return HTTP_DATE.test(text) ? Date.parse(text) : Number.NaN;
}
