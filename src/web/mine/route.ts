/** `GET mine`: the signed links in a mail to all that its recipient owns, and to one target. They only read. */
import * as v from 'valibot';
import { aboutPage } from '../page';
import { lenient, type Route } from '../route';
import { minePage } from './page';

/** Mail programs may add parameters to a link: only `t` is read. */
const LinkQuery = v.object({ t: v.pipe(v.string(), v.description('The signed token of the link.')) });

export const mine: Route = {
  name: 'mine',
  path: 'mine',
  methods: {
    GET: lenient({
      tag: 'Pages',
      summary: 'What a mail’s recipient owns',
      description:
        'The list of their targets, or one target as its mails show it. Nothing can be changed here.',
      query: LinkQuery,
      responses: {
        200: aboutPage('The page.'),
        400: aboutPage('The link was cut short or altered.'),
        403: aboutPage('Its recipient is neither an owner nor an operator any more.'),
        404: aboutPage('No links are signed here.'),
        410: aboutPage('The link has expired, or its target is removed or disabled.'),
      },
      handler: async ({ url, app }) => minePage(await app().showMine(linkToken(url))),
    }),
  },
};

/** '' for no token, and for two: it is not clear which one is meant. */
function linkToken(url: string): string {
  const tokens = new URL(url).searchParams.getAll('t');
  return tokens.length === 1 ? tokens.join('') : '';
}
