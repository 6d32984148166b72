/** `GET, POST snooze`: the signed link in a mail. GET shows a page; only POST changes something, since mail scanners follow links. */
import * as v from 'valibot';
import { FORM, readContent } from '../content';
import { aboutPage, FORM_BODY } from '../page';
import { lenient, type Route } from '../route';
import { parseSnoozeForm, refusedForm } from './form';
import { crossSitePage, snoozePage } from './page';

/** Mail programs may add parameters to a link: only these are read. */
const LinkQuery = v.object({
  t: v.pipe(v.string(), v.description('The signed token of the link.')),
  do: v.optional(v.pipe(v.string(), v.description('`replaced`: the form for that comes first.'))),
});

const NO_LINK = {
  400: aboutPage('The link was cut short or altered.'),
  403: aboutPage('Its recipient is neither an owner nor an operator any more.'),
  404: aboutPage('No links are signed here.'),
  409: aboutPage('The registry row of its target is lost.'),
  410: aboutPage('The link has expired, or its target is removed or disabled.'),
};

export const snooze: Route = {
  name: 'snooze',
  path: 'snooze',
  methods: {
    GET: lenient({
      tag: 'Pages',
      summary: 'The page behind a link in a mail',
      description: 'Says what its buttons would do, and does nothing: mail scanners follow links.',
      query: LinkQuery,
      responses: { 200: aboutPage('The page.'), ...NO_LINK },
      handler: async ({ url, app }) =>
        snoozePage(await app().showLink(tokenOf(url)), undefined, saysReplaced(url)),
    }),
    POST: lenient({
      tag: 'Pages',
      summary: 'The buttons of that page',
      description: 'Snooze, stop watching what was replaced once the new one was read, and undo both.',
      query: LinkQuery,
      body: FORM_BODY,
      responses: {
        200: aboutPage('Done: the page says what.'),
        ...NO_LINK,
        400: aboutPage('The form, or the link, is not understood.'),
        403: aboutPage('Another site sent the form, or the link is of nobody who is told any more.'),
        409: aboutPage('The snooze was changed in the meantime, or the registry row is lost.'),
        429: aboutPage('The new one can’t be read now.'),
        413: aboutPage('The form is too large.'),
        415: aboutPage('This is not a form.'),
      },
      onCrossSite: crossSitePage,
      handler: async call => {
        const { url, app, log } = call;
        const token = tokenOf(url);
        const content = await readContent(call, FORM);
        const form =
          'refusal' in content ? refusedForm(content.refusal.status) : parseSnoozeForm(content.text);
        const { action } = form;
        return snoozePage(
          await (action ? app().followLink(token, action, log) : app().showLink(token)),
          form,
          saysReplaced(url),
        );
      },
    }),
  },
};

/** Whether the link was "I replaced it". */
function saysReplaced(url: string): boolean {
  return new URL(url).searchParams.get('do') === 'replaced';
}

/** '' for no token, and for two: it is not clear which one is meant. */
function tokenOf(url: string): string {
  const tokens = new URL(url).searchParams.getAll('t');
  return tokens.length === 1 ? tokens.join('') : '';
}
