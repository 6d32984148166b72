/** `GET openapi.json`: what every route takes and answers, for programs and their authors. */
import { ETAG, isKnown, UNCHANGED, weakOver } from '../etag';
import { json } from '../problem';
import { NO_QUERY } from '../query';
import { type Route, strict } from '../route';

/** @param routes every route of the app, this one included */
export const openapi = (routes: () => readonly Route[]): Route => ({
  name: 'openapi',
  path: 'openapi.json',
  methods: {
    GET: strict({
      tag: 'For programs',
      summary: 'This document',
      description: 'Made of the schemas that validate requests and shape answers.',
      query: NO_QUERY,
      headers: ['If-None-Match'],
      responses: {
        200: { is: 'OpenAPI 3.1.', content: { 'application/json': 'text' }, headers: ETAG },
        304: UNCHANGED,
      },
      handler: async ({ app, header }) => {
        // Loaded on first use: few ask for it, and it would make every start slower.
        const { openapiOf } = await import('./document');
        const document = openapiOf(routes(), app());
        const headers = { etag: weakOver(document), 'cache-control': 'private, no-cache' };
        return isKnown(headers.etag, header)
          ? { status: 304, headers, body: '' }
          : json(200, document, headers);
      },
    }),
  },
});
