/** `GET status`: what expires next, as JSON or CSV, and 304 when nothing in it has changed. */
import type { Report } from '../../watch/report/status';
import { ETAG, isKnown, UNCHANGED, weakOver } from '../etag';
import { jsonOf, type Response } from '../problem';
import { type Request, type Route, strict } from '../route';
import { Counts, Failure, Item, StatusBody, statusCsv, statusJson } from './body';
import { reportQuery, statusQuery } from './query';

const STATUS = jsonOf(StatusBody);

export const status: Route = {
  name: 'status',
  path: 'status',
  components: { Status: StatusBody, Counts, Item, Failure },
  methods: {
    GET: strict({
      tag: 'Asking',
      summary: 'What expires next',
      description:
        'Soonest first; then what has no date, and what is minted. Pages are stable while sweeps run. With `Accept: text/csv` the same fields as CSV.',
      query: statusQuery,
      headers: ['If-None-Match'],
      responses: {
        200: {
          is: 'A page of targets.',
          content: { ...STATUS.content, 'text/csv': 'text' },
          headers: { ...ETAG, Link: 'The next page (`rel="next"`), relative and without the key.' },
        },
        304: UNCHANGED,
      },
      handler: async ({ query, app, url, header }) =>
        statusResponse(await app().report(reportQuery(query)), { url, header }),
    }),
  },
};

function statusResponse(report: Report, { url, header }: Pick<Request, 'url' | 'header'>): Response {
  const body = statusJson(report);
  const isCsv = prefersCsv(header('accept'));
  const etag = weakOver([isCsv, withoutClock(body)]);
  const headers: Record<string, string> = {
    etag,
    vary: 'Accept',
    // The client may keep it, but must ask each time whether it is still current. `no-store` would make the tag useless.
    'cache-control': 'private, no-cache',
    ...linkTo(body.nextCursor, new URL(url)),
  };
  if (isKnown(etag, header)) return { status: 304, headers, body: '' };
  if (!isCsv) return STATUS.answer(200, body, headers);
  const type = { 'content-type': 'text/csv; charset=utf-8; header=present' };
  return { status: 200, headers: { ...headers, ...type }, body: statusCsv(body) };
}

/** Without the members that change every second, so that answers with the same meaning get the same tag. */
function withoutClock({ asOf: _asOf, items, ...rest }: StatusBody) {
  return { ...rest, items: items.map(({ remainingSeconds: _remaining, ...item }) => item) };
}

/** The next page (RFC 8288), since CSV has no other place for it. The address is relative and has no function key. */
function linkTo(nextCursor: string | null, { searchParams }: URL): Record<string, string> {
  if (nextCursor === null) return {};
  const next = new URLSearchParams(searchParams);
  for (const key of ['code', 'clientId']) next.delete(key);
  next.set('cursor', nextCursor);
  return { link: `<?${next}>; rel="next"` };
}

/** Whether the client names CSV and prefers no other type; a wildcard means JSON. */
function prefersCsv(accept: string | null): boolean {
  const csv = qualityOf('text/csv', accept) ?? 0;
  const json = qualityOf('application/json', accept) ?? 0;
  const any = qualityOf('application/*', accept) ?? qualityOf('*/*', accept) ?? 0;
  return csv > json && csv >= any && csv > 0;
}

/** Undefined for a range that the header does not name. */
function qualityOf(range: string, accept: string | null): number | undefined {
  for (const one of (accept ?? '').toLowerCase().split(',')) {
    const [name = '', ...parameters] = one.split(';').map(part => part.trim());
    if (name !== range) continue;
    const quality = parameters.find(parameter => parameter.startsWith('q='));
    return quality === undefined ? 1 : Number(quality.slice(2)) || 0;
  }
  return undefined;
}
