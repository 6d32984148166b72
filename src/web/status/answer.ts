/** The report as it is sent: JSON or CSV as the client accepts, and 304 when nothing in it has changed. */
import type { Report } from '../../watch/report/status';
import { isKnown, weakOver } from '../etag';
import { type Answer, json, withHeaders } from '../problem';
import { statusCsv } from './csv';
import { statusJson } from './item';

type HeaderOf = (name: string) => string | null;

/** @param address of the request, for the link to the next page that a CSV has no other place for */
export function statusAnswer(report: Report, address: URL, header: HeaderOf): Answer {
  const whole = statusJson(report);
  const isCsv = prefersCsv(header('accept'));
  const etag = weakOver([isCsv, lasting(whole)]);
  // Asked again each time, kept by nobody but the asker: `no-store` would make the tag useless.
  const headers: Readonly<Record<string, string>> = {
    etag,
    vary: 'Accept',
    'cache-control': 'private, no-cache',
    ...linkTo(whole, address),
  };
  if (isKnown(etag, header)) return { status: 304, headers, body: '' };
  if (!isCsv) return withHeaders(json(200, whole), headers);
  const type = { 'content-type': 'text/csv; charset=utf-8; header=present' };
  return { status: 200, headers: { ...headers, ...type }, body: statusCsv(report) };
}

/** What makes two answers mean the same: all but what changes with every second. */
function lasting({ asOf: _asOf, items, ...rest }: ReturnType<typeof statusJson>) {
  return { ...rest, items: items.map(({ remainingSeconds: _remaining, ...item }) => item) };
}

/** RFC 8288. The address is relative, and without the key that `code` carries. */
function linkTo(
  { nextCursor }: ReturnType<typeof statusJson>,
  { searchParams }: URL,
): Readonly<Record<string, string>> {
  if (nextCursor === null) return {};
  const next = new URLSearchParams(searchParams);
  for (const key of ['code', 'clientId']) next.delete(key);
  next.set('cursor', nextCursor);
  return { link: `<?${next}>; rel="next"` };
}

/** Whether CSV is named and nothing is wanted more; a wildcard alone means JSON. */
function prefersCsv(accept: string | null): boolean {
  const csv = qualityOf('text/csv', accept) ?? 0;
  const json = qualityOf('application/json', accept) ?? 0;
  const any = qualityOf('application/*', accept) ?? qualityOf('*/*', accept) ?? 0;
  return csv > json && csv >= any && csv > 0;
}

/** Undefined for a range that is not there. */
function qualityOf(range: string, accept: string | null): number | undefined {
  for (const one of (accept ?? '').toLowerCase().split(',')) {
    const [name = '', ...parameters] = one.split(';').map(part => part.trim());
    if (name !== range) continue;
    const quality = parameters.find(parameter => parameter.startsWith('q='));
    return quality === undefined ? 1 : Number(quality.slice(2)) || 0;
  }
  return undefined;
}
