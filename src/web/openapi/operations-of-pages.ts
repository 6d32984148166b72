/** The pages for people, as the OpenAPI document lists them. */
import * as v from 'valibot';
import { dashboardQuery } from '../dashboard/query';
import type { Answered, Operation } from './operation';

const PAGE = { 'text/html; charset=utf-8': 'text' } as const;
const FORM = { 'application/x-www-form-urlencoded': 'text' } as const;
const FAULT: Answered = { is: 'The watcher met a fault; its log has the cause.', content: PAGE };

/** The signed token of the link, of which only the app knows what it says. */
const TOKEN = v.object({ t: v.pipe(v.string(), v.description('The signed token of the link.')) });

const SLASH: Answered = {
  is: 'The address ends in a slash.',
  headers: { Location: 'The address without it.' },
};

const page = (is: string): Answered => ({ is, content: PAGE });

const NO_LINK = {
  400: page('The link was cut short or altered.'),
  403: page('Its recipient is neither an owner nor an operator any more.'),
  404: page('No links are signed here.'),
  410: page('The link is over, or its target is.'),
};

export const pages = (kinds: readonly string[]): Operation[] => [
  {
    id: 'dashboard',
    method: 'get',
    path: '/dashboard',
    tag: 'Pages',
    summary: 'What expires next, for people',
    description: 'Takes the filters of `status`; a form’s empty fields count as none.',
    query: dashboardQuery(kinds),
    answers: {
      200: page('The page.'),
      308: SLASH,
      400: page('The filter is not understood.'),
      500: FAULT,
    },
  },
  {
    id: 'dashboardTarget',
    method: 'get',
    path: '/dashboard/{scope}/{name}',
    tag: 'Pages',
    summary: 'One target whole, for people',
    description: 'What `targets/{scope}/{name}` answers, as a page.',
    answers: {
      200: page('The page.'),
      308: SLASH,
      404: page('There is no such target.'),
      500: FAULT,
    },
  },
  {
    id: 'postDashboardTarget',
    method: 'post',
    path: '/dashboard/{scope}/{name}',
    tag: 'Pages',
    summary: 'The forms of a target’s page',
    description: 'Check now, or edit the registry row. Only forms of this very site are taken.',
    body: FORM,
    answers: {
      200: page('It was read, and a running sweep will record it.'),
      303: { is: 'Done; the page says what.', headers: { Location: 'The target’s page.' } },
      308: SLASH,
      400: page('The form is not understood.'),
      403: page('The form came from another site.'),
      404: page('There is no such target.'),
      409: page('The row was changed in the meantime, or can’t be read now.'),
      413: page('That was too much.'),
      415: page('That was no form.'),
      422: page('The row is refused: every fault stands at its field.'),
      429: {
        is: 'The service refuses more requests for now.',
        content: PAGE,
        headers: { 'Retry-After': 'Seconds to wait.' },
      },
      500: FAULT,
    },
  },
  {
    id: 'dashboardScript',
    method: 'get',
    path: '/dashboard.js',
    tag: 'Pages',
    summary: 'The dashboard’s script',
    description: 'The pages work without it.',
    isAnonymous: true,
    answers: {
      200: { is: 'The script.', content: { 'text/javascript; charset=utf-8': 'text' } },
      304: { is: 'The client has it.', headers: { ETag: 'Of this version.' } },
    },
  },
  {
    id: 'snooze',
    method: 'get',
    path: '/snooze',
    tag: 'Pages',
    summary: 'The page behind a link in a mail',
    description: 'Says what its buttons would do, and does nothing: mail scanners follow links.',
    query: TOKEN,
    isAnonymous: true,
    answers: { 200: page('The page.'), ...NO_LINK },
  },
  {
    id: 'postSnooze',
    method: 'post',
    path: '/snooze',
    tag: 'Pages',
    summary: 'The buttons of that page',
    description: 'Snooze, undo, or stop watching what was replaced.',
    query: TOKEN,
    body: FORM,
    isAnonymous: true,
    answers: {
      200: page('Done: the page says what.'),
      ...NO_LINK,
      400: page('The form, or the link, is not understood.'),
      409: page('The snooze was changed in the meantime.'),
      413: page('That was too much.'),
      415: page('That was no form.'),
    },
  },
];
