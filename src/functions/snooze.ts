/** `GET, POST snooze`: the signed link in a mail. GET shows what will happen; only POST acts, since mail scanners follow links. */
import type { HttpRequest } from '@azure/functions';
import { parseSnoozeForm } from '../web/snooze/form';
import { snoozePage } from '../web/snooze/page';
import { byMethod } from './by-method';
import type { HttpFunction } from './definition';
import type { App } from './use-cases';

export const snooze = (app: App): HttpFunction => ({
  type: 'http',
  name: 'snooze',
  route: 'snooze',
  authLevel: 'anonymous',
  ...byMethod({
    GET: async request => snoozePage(await app().lookAtLink(tokenOf(request))),
    POST: async request => {
      const token = tokenOf(request);
      const form = parseSnoozeForm(request.headers.get('content-type'), await request.text());
      const { asked } = form;
      return snoozePage(await (asked ? app().followLink(token, asked) : app().lookAtLink(token)), form);
    },
  }),
});

/** The one `t` of the address; two of them make no sense, and so no token. */
function tokenOf({ url }: HttpRequest): string {
  const tokens = new URL(url).searchParams.getAll('t');
  return tokens.length === 1 ? tokens.join('') : '';
}
