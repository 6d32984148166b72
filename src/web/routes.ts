/** Every route of the app. */
import { calendar } from './calendar/route';
import { dashboardAdd } from './dashboard/add-route';
import { dashboardImport } from './dashboard/import-route';
import { dashboard, dashboardLost, dashboardScript, dashboardTarget } from './dashboard/route';
import { forecast } from './forecast/route';
import { health } from './health/route';
import { mailReports } from './mail/reports';
import { dashboardMail, testMail } from './mail/test-mail';
import { metrics } from './metrics/route';
import { mine } from './mine/route';
import { openapi } from './openapi/route';
import { registryLost } from './registry/lost';
import { registry, registryExport, registryImport, registryRow } from './registry/route';
import type { Route } from './route';
import { snooze } from './snooze/route';
import { status } from './status/route';
import { checkNow, target } from './target/route';

export const ROUTES: readonly Route[] = [
  status,
  target,
  checkNow,
  testMail,
  registry,
  registryRow,
  registryImport,
  registryExport,
  registryLost,
  forecast,
  metrics,
  calendar,
  mailReports,
  health,
  openapi(() => ROUTES),
  snooze,
  mine,
  dashboard,
  dashboardLost,
  dashboardMail,
  dashboardAdd,
  dashboardImport,
  dashboardTarget,
  dashboardScript,
];
