/** How soon a browser shows the dashboard of many targets, compared with the dashboard of few. */
import { chromium, type Page } from 'playwright-core';
import { startHost } from '../../local/host';
import { createApp } from '../../src/app';
import { NO_COUNTS } from '../../src/core/counts';
import { DAY, HOUR } from '../../src/formats/instant';
import { functionsOf } from '../../src/functions';
import { openTables } from '../../src/storage/tables';
import type { CalendarEntry } from '../../src/watch/ports';
import { median, type Ratio } from './measure';
import type { Services } from './services';
import { nameOf, SCOPE, settingsFor } from './watcher';

const YEAR = 365 * DAY;

/** Milliseconds from the start of a load to its first contentful paint, and to the last byte of the answer. */
interface Times {
  readonly paint: number;
  readonly answer: number;
}

export interface PaintSize {
  readonly few: number;
  readonly many: number;
  readonly loads: number;
}

export async function benchPaint(services: Services, { few, many, loads }: PaintSize): Promise<Ratio[]> {
  const small = await timesOf(services, few, loads);
  const large = await timesOf(services, many, loads);
  const ms = ({ paint, answer }: Times) =>
    `painted after ${paint.toFixed(0)} ms, answered after ${answer.toFixed(0)} ms`;
  console.log(`  ${few} targets: ${ms(small)}; ${many} targets: ${ms(large)}`);
  const what = `first paint of ${many} targets over that of ${few}`;
  return [{ what, value: large.paint / small.paint, unit: 'x', budget: 'at most 1.6' }];
}

async function timesOf(services: Services, targets: number, loads: number): Promise<Times> {
  const { connectionString } = services.freshAccount();
  await fillCalendar(connectionString, targets);
  const yearly = '0 0 0 1 1 *';
  const schedules = { SWEEP_SCHEDULE: yearly, REMIND_SCHEDULE: yearly };
  const env = { ...settingsFor(services, connectionString), ...schedules };
  const app = createApp(env);
  const log = () => undefined;
  const host = await startHost({ definitions: functionsOf(() => app), env, connectionString, port: 0, log });
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu'],
  });
  try {
    const page = await browser.newPage();
    const times: Times[] = [];
    for (let load = 0; load <= loads; load += 1)
      times.push(await loadOnce(page, `${host.url}/api/dashboard`));
    // The first load pays for what a process loads once.
    const warm = times.slice(1);
    const [paint, answer] = [warm.map(one => one.paint), warm.map(one => one.answer)];
    return { paint: median(paint), answer: median(answer) };
  } finally {
    await browser.close();
    await host.close();
  }
}

async function loadOnce(page: Page, url: string): Promise<Times> {
  await page.goto(url);
  const [paint, answer]: [number, number] = await page.evaluate(`new Promise(resolve => {
    const told = ({ startTime }) => resolve([startTime, performance.getEntriesByType('navigation')[0].responseEnd]);
    new PerformanceObserver((list, observer) => {
      const paint = list.getEntriesByName('first-contentful-paint')[0];
      if (paint) { observer.disconnect(); told(paint); }
    }).observe({ type: 'paint', buffered: true });
  })`);
  return { paint, answer };
}

/** Fills the calendar as sweeps do: expiries over a year, some targets unreadable, and the counts of the scope. */
async function fillCalendar(connectionString: string, targets: number): Promise<void> {
  const tables = openTables({ kind: 'connectionString', value: connectionString });
  await tables.ready();
  const now = Date.now();
  const entries = Array.from({ length: targets }, (_, index): CalendarEntry => {
    const expiresOn = now + HOUR + Math.round((index * YEAR) / targets);
    const key = { scope: SCOPE, name: nameOf(index) };
    return { ...key, key: tables.calendar.keyOf(key, expiresOn), listing: listingAt(index, expiresOn, now) };
  });
  await tables.calendar.write(entries, []);
  const counts = { ...NO_COUNTS, total: targets, healthy: targets };
  await tables.scopes.save({ scope: SCOPE, finishedOn: now, counts }, undefined);
}

function listingAt(index: number, expiresOn: number, now: number): CalendarEntry['listing'] {
  const failing = index % 50 === 0;
  const message = 'The watcher may not read it (403 Forbidden).';
  return {
    kind: 'iotCentralToken',
    displayName: `Device hub ${index}`,
    owners: ['team@example.com'],
    expiresOn,
    expiringFrom: expiresOn - 30 * DAY,
    minted: false,
    failing,
    check: failing ? 'failing' : 'ok',
    checkedOn: now - HOUR,
    nextCheckOn: now + 5 * HOUR,
    failure: failing ? { code: 'notAllowed', message, since: now - HOUR, count: 3 } : undefined,
  };
}
