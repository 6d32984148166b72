/** `GET dashboard`: what expires next, as a page for people. */
import { dashboardPage, faultyPage } from '../web/dashboard';
import { linksOf } from '../web/dashboard/links';
import { parseDashboardQuery } from '../web/dashboard/query';
import { answeringPages } from './answering-pages';
import { byMethod } from './by-method';
import type { HttpFunction } from './definition';
import type { App } from './use-cases';

export const dashboard = (app: App): HttpFunction => ({
  type: 'http',
  name: 'dashboard',
  route: 'dashboard',
  authLevel: 'function',
  ...byMethod({
    GET: answeringPages(async ({ url }) => {
      const { kinds, overview, health } = app();
      const asked = parseDashboardQuery(url, kinds);
      const links = linksOf(url);
      if (!asked.query) return faultyPage(asked, kinds, links);
      const [seen, { reasons }] = await Promise.all([overview(asked.query), health()]);
      return dashboardPage({ overview: seen, reasons, kinds }, asked, links);
    }),
  }),
});
