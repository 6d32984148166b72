/** Every function of the app, as data: `main.ts` registers them with the Functions host, the local host mounts them. */
import { calendar } from './calendar';
import { checkNow } from './check-now';
import { dashboard } from './dashboard';
import { dashboardScript } from './dashboard-script';
import { dashboardTarget } from './dashboard-target';
import type { FunctionDefinition } from './definition';
import { forecast } from './forecast';
import { health } from './health';
import { metrics } from './metrics';
import { openapi } from './openapi';
import { reconcile } from './reconcile';
import { registry } from './registry';
import { registryExport } from './registry-export';
import { registryImport } from './registry-import';
import { registryRow } from './registry-row';
import { sendReminders } from './send-reminders';
import { snooze } from './snooze';
import { startSweep } from './start-sweep';
import { status } from './status';
import { sweepScope } from './sweep-scope';
import { target } from './target';
import { tellPoison } from './tell-poison';
import type { App } from './use-cases';

export function functionsOf(app: App): FunctionDefinition[] {
  return [
    startSweep,
    sweepScope,
    sendReminders,
    reconcile,
    tellPoison,
    status,
    target,
    checkNow,
    registry,
    registryRow,
    registryImport,
    registryExport,
    forecast,
    metrics,
    calendar,
    health,
    openapi,
    snooze,
    dashboard,
    dashboardTarget,
    dashboardScript,
  ].map(define => define(app));
}
