/** `GET dashboard/{scope}/{name}`: one target whole, as a page for people. */
import { linksOf } from '../web/dashboard/links';
import { noTargetPage, targetPage } from '../web/dashboard/target';
import { answering } from './answering';
import type { HttpFunction } from './definition';
import type { App } from './use-cases';

export const dashboardTarget = (app: App): HttpFunction => ({
  type: 'http',
  name: 'dashboardTarget',
  methods: ['GET', 'HEAD'],
  route: 'dashboard/{scope}/{name}',
  authLevel: 'function',
  handler: answering(async ({ url, params: { scope = '', name = '' } }) => {
    const explained = await app().explain(scope, name);
    const links = linksOf(url);
    return explained ? targetPage(explained, links) : noTargetPage(links);
  }),
});
