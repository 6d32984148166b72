/** The routes of the dashboard: the list, a target's page with its forms, and their script. */
import { FORM, readContent } from '../content';
import { aboutPage, FORM_BODY } from '../page';
import type { Response } from '../problem';
import { parseConfirmation } from '../registry/lost';
import { type Call, lenient, type Route } from '../route';
import { perform } from './acts';
import { proposalPage, removePage } from './asking';
import { type FormOutcome, outcomeIn } from './banner';
import { isDone } from './done';
import { dashboardQuery, parseDashboardQuery } from './filter';
import {
  confirmedPage,
  crossSitePage,
  donePage,
  faultPage,
  OF_FORMS,
  OF_PAGES,
  signedOutPage,
  unconfirmedPage,
  unreadablePage,
} from './frame';
import { linksOf, withoutSlash } from './links';
import { dashboardPage, faultyPage } from './overview';
import { scriptResponse } from './script';
import { noTargetPage, targetPage } from './target';
import { parseTargetForm } from './target-form';

export const dashboard: Route = {
  name: 'dashboard',
  path: 'dashboard',
  onFault: faultPage,
  onSignedOut: signedOutPage,
  methods: {
    GET: lenient({
      tag: 'Pages',
      summary: 'What expires next, for people',
      description: 'Takes the filters of `status`; a form’s empty fields count as none.',
      query: dashboardQuery,
      responses: {
        ...OF_PAGES,
        200: aboutPage('The page.'),
        400: aboutPage('The filter is not understood.'),
      },
      handler: async call => withoutSlash(call.url) ?? (await showDashboard(call)),
    }),
  },
};

export const dashboardLost: Route = {
  name: 'dashboardLost',
  path: 'dashboard/lost',
  onFault: faultPage,
  onSignedOut: signedOutPage,
  methods: {
    POST: lenient({
      tag: 'Pages',
      summary: 'Confirms that targets whose rows are lost are removed',
      description: 'What `POST registry/lost` does, as the button of the dashboard’s banner.',
      body: FORM_BODY,
      responses: {
        ...OF_FORMS,
        200: aboutPage('Confirmed.'),
        400: aboutPage('The form is not understood.'),
        403: aboutPage('The form came from another site.'),
        413: aboutPage('The form is too large.'),
        415: aboutPage('This is not a form.'),
      },
      onCrossSite: () => unconfirmedPage(403),
      handler: postConfirmation,
    }),
  },
};

export const dashboardTarget: Route = {
  name: 'dashboardTarget',
  path: 'dashboard/{scope}/{name}',
  onFault: faultPage,
  onSignedOut: signedOutPage,
  methods: {
    GET: lenient({
      tag: 'Pages',
      summary: 'One target whole, for people',
      description: 'What `targets/{scope}/{name}` answers, as a page.',
      responses: { ...OF_PAGES, 200: aboutPage('The page.'), 404: aboutPage('There is no such target.') },
      handler: async call => withoutSlash(call.url) ?? (await showTarget(call, outcomeIn(call.url))),
    }),
    POST: lenient({
      tag: 'Pages',
      summary: 'The forms of a target’s page',
      description:
        'Check now; edit, pause, resume, replace or remove the registry row, and undo that; snooze for a recipient. Only forms of this very site are taken.',
      body: FORM_BODY,
      responses: {
        ...OF_PAGES,
        200: aboutPage(
          'It was read, and a running sweep will record it; or a question before the next step.',
        ),
        303: { is: 'Done; the page says what.', headers: { Location: 'The target’s page.' } },
        400: aboutPage('The form is not understood.'),
        403: aboutPage('The form came from another site.'),
        404: aboutPage('There is no such target.'),
        409: aboutPage('The row was changed in the meantime, or can’t be read now.'),
        413: aboutPage('The form is too large.'),
        415: aboutPage('This is not a form.'),
        422: aboutPage('The row is refused: every fault stands at its field.'),
        429: {
          ...aboutPage('The service refuses more requests for now.'),
          headers: { 'Retry-After': 'Seconds to wait.' },
        },
      },
      onCrossSite: ({ url }) => crossSitePage(linksOf(url)),
      handler: async call => withoutSlash(call.url) ?? (await postForm(call)),
    }),
  },
};

/** It is the same for everyone, so it needs no key. */
export const dashboardScript: Route = {
  name: 'dashboardScript',
  path: 'dashboard.js',
  methods: {
    GET: lenient({
      tag: 'Pages',
      summary: 'The dashboard’s script',
      description: 'The pages work without it.',
      responses: {
        200: { is: 'The script.', content: { 'text/javascript; charset=utf-8': 'text' } },
        304: { is: 'The client has it.', headers: { ETag: 'Of this version.' } },
      },
      handler: scriptResponse,
    }),
  },
};

async function showDashboard({ url, app }: Call): Promise<Response> {
  const { kinds, words, kindForms, overview, health, lostRows, mailState } = app();
  const mailFaults = mailState.isOff ? [] : [...mailState.faults, ...mailState.fallbackFaults];
  const request = parseDashboardQuery(url, kinds);
  const links = linksOf(url);
  if (!request.query) return faultyPage(request, words, links);
  const [shown, { reasons }] = await Promise.all([overview(request.query), health()]);
  const lost = reasons.some(({ code }) => code === 'rowsLost') ? await lostRows() : undefined;
  return dashboardPage({ overview: shown, reasons, mailFaults, words, kindForms, lost }, request, links);
}

async function postConfirmation(call: Call): Promise<Response> {
  const content = await readContent(call, FORM);
  if ('refusal' in content) return unconfirmedPage(content.refusal.status);
  const until = parseConfirmation(content.text);
  if (until === undefined) return unconfirmedPage(400);
  await call.app().confirmRemoval(until);
  return confirmedPage(linksOf(call.url));
}

async function showTarget({ url, key, app }: Call, outcome: FormOutcome | undefined): Promise<Response> {
  const links = linksOf(url);
  const [explained, row] = await Promise.all([app().explain(key.scope, key.name), app().findRow(key)]);
  if (!explained) return noTargetPage(links, await app().historyOf(key), outcome);
  if (outcome?.is === 'proposed') return proposalPage(explained, outcome, links);
  const asksToRemove = outcome === undefined && new URL(url).searchParams.get('ask') === 'remove';
  if (asksToRemove && row) return removePage(explained, row, links);
  return targetPage(explained, row, app().words, links, outcome);
}

async function postForm(call: Call): Promise<Response> {
  const links = linksOf(call.url);
  const content = await readContent(call, FORM);
  if ('refusal' in content) return unreadablePage(content.refusal.status, links);
  const form = parseTargetForm(content.text);
  if (!form) return unreadablePage(400, links);
  const outcome = await perform(form, call);
  return isDone(outcome.is) ? donePage(outcome.is, links) : await showTarget(call, outcome);
}
