/** `GET, POST dashboard/{scope}/{name}`: one target whole, as a page for people, and its forms. GET changes nothing. */
import { saidIn } from '../web/dashboard/said';
import { answeringPages } from './answering-pages';
import { byMethod } from './by-method';
import { postForm, showTarget } from './dashboard-forms';
import type { HttpFunction } from './definition';
import type { App } from './use-cases';

export const dashboardTarget = (app: App): HttpFunction => ({
  type: 'http',
  name: 'dashboardTarget',
  route: 'dashboard/{scope}/{name}',
  authLevel: 'function',
  ...byMethod({
    GET: answeringPages(request => showTarget(request, app, saidIn(request.url))),
    POST: answeringPages((request, context) => postForm(request, context, app)),
  }),
});
