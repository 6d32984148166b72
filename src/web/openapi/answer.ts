/** The OpenAPI document as it is answered: made once for a version, and not sent again to who has it. */
import { isKnown, weakOver } from '../etag';
import { type Answer, json, withHeaders } from '../problem';
import { type Described, openapiOf } from './document';

export function openapiAnswer(described: Described, header: (name: string) => string | null): Answer {
  const document = openapiOf(described);
  const headers = { etag: weakOver(document), 'cache-control': 'private, no-cache' };
  if (isKnown(headers.etag, header)) return { status: 304, headers, body: '' };
  return withHeaders(json(200, document), headers);
}
