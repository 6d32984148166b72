/** From a request of the Functions library to a body that is fit to be parsed. */
import type { HttpRequest } from '@azure/functions';
import { readContent, type Taken } from '../web/registry/content';

export function contentOf(request: HttpRequest, taken: Taken) {
  const { headers } = request;
  const bytes = () => request.arrayBuffer();
  return readContent(
    { type: headers.get('content-type'), length: headers.get('content-length'), bytes },
    taken,
  );
}
