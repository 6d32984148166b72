/** How soon a browser shows the dashboard: its first paint over a large fleet beside a small one, and the answer's share of it. */
import { chromium, type Page } from 'playwright-core';
import { startHost } from '../../local/host';
import { createApp } from '../../src/app';
import { NO_COUNTS } from '../../src/core/counts';
import { DAY, HOUR } from '../../src/formats/instant';
import { functionsOf } from '../../src/functions';
import { openTables } from '../../src/storage/tables';
import type { CalendarEntry } from '../../src/watch/ports';
import type { OtherSide } from './other-side';
import { nameOf, SCOPE, settingsFor } from './watcher';

const SIZES = [100, 10_000] as const;
const LOADS = 9;
const YEAR = 365 * DAY;

interface Cost {
  readonly paint: number;
  readonly answer: number;
}

export async function benchPaint(other: OtherSide): Promise<void> {
  const costs: Cost[] = [];
  for (const size of SIZES) costs.push(await paintOf(other, size));
  const [small, large] = costs;
  if (!small || !large) throw new Error('Nothing was measured.');
  console.log(
    `first paint of the dashboard over ${SIZES[1]} targets: ${large.paint.toFixed(0)} ms, ${(large.paint / small.paint).toFixed(2)} x that over ${SIZES[0]} (${small.paint.toFixed(0)} ms); answered in ${large.answer.toFixed(0)} and ${small.answer.toFixed(0)} ms`,
  );
}

async function paintOf(other: OtherSide, size: number): Promise<Cost> {
  const { connectionString } = other.freshAccount();
  await seed(connectionString, size);
  const env = {
    ...settingsFor(other, connectionString),
    SWEEP_SCHEDULE: '0 0 0 1 1 *',
    REMIND_SCHEDULE: '0 0 0 1 1 *',
  };
  const app = createApp(env);
  const log = () => undefined;
  const host = await startHost({ definitions: functionsOf(() => app), env, connectionString, port: 0, log });
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu'],
  });
  try {
    const page = await browser.newPage();
    const costs: Cost[] = [];
    // The first warms up what a process pays once.
    for (let load = 0; load <= LOADS; load += 1)
      costs.push(await loadOnce(page, `${host.url}/api/dashboard`));
    const some = costs.slice(1);
    return {
      paint: median(some.map(({ paint }) => paint)),
      answer: median(some.map(({ answer }) => answer)),
    };
  } finally {
    await browser.close();
    await host.close();
  }
}

/** Milliseconds from the start of a load to its first contentful paint, and to the last byte of its answer. */
async function loadOnce(page: Page, url: string): Promise<Cost> {
  await page.goto(url);
  const costs: [number, number] = await page.evaluate(`new Promise(resolve => {
    const told = ({ startTime }) => resolve([startTime, performance.getEntriesByType('navigation')[0].responseEnd]);
    new PerformanceObserver((list, observer) => {
      const paint = list.getEntriesByName('first-contentful-paint')[0];
      if (paint) { observer.disconnect(); told(paint); }
    }).observe({ type: 'paint', buffered: true });
  })`);
  const [paint, answer] = costs;
  return { paint, answer };
}

/** The calendar as sweeps leave it: spread over a year, some of it unreadable; and the counts of its one scope. */
async function seed(connectionString: string, size: number): Promise<void> {
  const tables = openTables({ kind: 'connectionString', value: connectionString });
  await tables.ready();
  const now = Date.now();
  const entries = Array.from({ length: size }, (_, index): CalendarEntry => {
    const expiresOn = now + HOUR + Math.round((index * YEAR) / size);
    const key = { scope: SCOPE, name: nameOf(index) };
    const listing = listingAt(index, expiresOn, now);
    return { ...key, key: tables.calendar.keyOf(key, expiresOn), listing };
  });
  await tables.calendar.write(entries, []);
  const counts = { ...NO_COUNTS, total: size, healthy: size };
  await tables.scopes.save({ scope: SCOPE, finishedOn: now, counts }, undefined);
}

function listingAt(index: number, expiresOn: number, now: number): CalendarEntry['listing'] {
  const fails = index % 50 === 0;
  const message = 'The watcher may not read it (403 Forbidden).';
  return {
    kind: 'iotCentralToken',
    displayName: `Device hub ${index}`,
    owners: ['team@example.com'],
    expiresOn,
    expiringFrom: expiresOn - 30 * DAY,
    minted: false,
    failing: fails,
    check: fails ? 'failing' : 'ok',
    checkedOn: now - HOUR,
    nextCheckOn: now + 5 * HOUR,
    ...(fails && { failure: { code: 'notAllowed', message, since: now - HOUR, count: 3 } }),
  };
}

function median(values: number[]): number {
  return values.sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}
